/* A whole frame taken apart: Ethernet, VLAN tags, IPv4 or IPv6, TCP. And the reverse. */
#ifndef TOESIM_WIRE_PACKET_H
#define TOESIM_WIRE_PACKET_H

#include "models/hwif/flow_key.h"
#include "models/wire/tcp_hdr.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum packet_kind {
    PACKET_TCP,       /* everything below is valid */
    PACKET_OTHER,     /* not IP (ip_version 0), or IP without TCP, or on its way to a further stop
                         of a routing header: addresses valid, no TCP */
    PACKET_FRAGMENT,  /* IP fragment: addresses valid, no TCP */
    PACKET_MALFORMED, /* lengths contradict each other; reason in `why` */
};

struct packet {
    enum packet_kind kind;
    const char *why; /* static text when malformed */
    uint8_t dst_mac[6], src_mac[6];
    uint8_t vlan_count;   /* tags found, at most 2 are read */
    uint16_t vlan_tci[2]; /* outermost first */
    uint16_t ether_type;  /* after the tags */
    uint8_t ip_version;
    uint8_t ttl, tos;
    uint8_t src[16], dst[16]; /* IPv4 as ::ffff:a.b.c.d */
    uint32_t ip_offset;       /* of the IP header in the frame */
    uint32_t tcp_offset;      /* of the TCP header in the frame; of what ip_protocol says */
    uint8_t ip_protocol;      /* at tcp_offset, an unfragmented packet's; 0: not looked at */
    uint32_t ip_bytes;        /* IP header and payload as its length field says */
    bool source_routed;       /* an IPv4 loose or strict source route option is there */
    bool ip_checksum_ok;      /* not found wrong: true when not computed or not there (IPv6) */
    bool tcp_checksum_ok;     /* not found wrong: true when not computed */
    struct tcp_segment seg;
};

/* Parses a frame of len bytes (no FCS; padding allowed), reading nothing past it. Checksums are
 * computed only when asked. Tags are 8100, 88a8 and 9100. An IPv4 total length of 0, as captures of
 * segmentation offload have it, means the rest of the frame. Skipped on the way to TCP: IPv4
 * options; IPv6 hop-by-hop, destination and finished routing headers, atomic fragments (RFC 6946).
 */
void packet_parse(const uint8_t *frame, uint32_t len, bool verify_checksums, struct packet *packet);

/* The receiver's view of a TCP packet as lookup key: local = destination. VLAN: the inner-most of
 * one tag; two tags give the outer VID (the team knows single tags only). */
void packet_flow_key(const struct packet *packet, struct flow_key *key);

/* Everything about an outgoing frame but the payload. */
struct packet_out {
    uint8_t dst_mac[6], src_mac[6];
    uint16_t vlan; /* VLAN_TAGGED | VID, or VLAN_NONE */
    uint8_t ip_version, ttl, tos;
    uint16_t ip_id; /* IPv4 identification */
    uint8_t src[16], dst[16];
    uint16_t sport, dport;
    uint32_t seq, ack;
    uint16_t flags, window, urgent;
    const uint8_t *options;
    uint32_t options_len;
};

/* Bytes before the payload of a frame built from `out`. */
uint32_t packet_header_bytes(const struct packet_out *out);

/* Builds headers at frame[0..], payload having been placed at frame[packet_header_bytes(out)..] by
 * the caller; fills both checksums. DF set on IPv4. Returns the frame's length (no padding). */
uint32_t packet_build(uint8_t *frame, const struct packet_out *out, uint32_t payload_len);

/* The same for another protocol over IP: its bytes, with their own checksum, were placed at
 * frame[packet_ip_payload_offset(out)..]; ports and TCP fields of `out` do not matter. */
uint32_t packet_ip_payload_offset(const struct packet_out *out);
uint32_t packet_build_ip(uint8_t *frame, const struct packet_out *out, uint8_t protocol,
                         uint32_t payload_len);

/* Recomputes IPv4 and TCP checksums of a parsed TCP frame after edits. */
void packet_fix_checksums(uint8_t *frame, const struct packet *packet);

/* Address helpers. A host's: neither of this network, multicast nor limited broadcast (RFC 1122
 * 3.2.1.3, RFC 4291 2.5.2, 2.7). Loopback passes: captures taken there are replayed with it. */
bool ip_addr_is_host(const uint8_t addr[16], uint8_t ip_version);
void ip_addr_from_v4(uint8_t addr[16], uint32_t host_order_v4);
uint32_t ip_addr_to_v4(const uint8_t addr[16]);

#ifdef __cplusplus
}
#endif

#endif
