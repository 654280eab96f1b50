/* Parses and builds whole frames: Ethernet, VLAN tags, IPv4 or IPv6, and TCP. */
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

/* Parses a frame of `len` bytes without FCS; padding is allowed, and nothing beyond `len` is read. Checksums are computed
 * only on request. The tags are 8100, 88a8 and 9100. An IPv4 total length of 0, which captures of segmentation offload
 * contain, means the rest of the frame. Before TCP the parser skips IPv4 options, and IPv6 hop-by-hop, destination and
 * finished routing headers and atomic fragments (RFC 6946). */
void packet_parse(const uint8_t *frame, uint32_t len, bool verify_checksums, struct packet *packet);

/* Makes the lookup key of a TCP packet as its receiver sees it, so `local` is the destination. The VLAN is that of the
 * outer tag, because the team supports single tags only. */
void packet_flow_key(const struct packet *packet, struct flow_key *key);

/* All fields of an outgoing frame except the payload. */
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

/* Returns the number of bytes before the payload of a frame that is built from `out`. */
uint32_t packet_header_bytes(const struct packet_out *out);

/* Builds the headers at the start of `frame` and fills in both checksums. The caller must have placed the payload at
 * packet_header_bytes(out). IPv4 packets get the DF bit. Returns the length of the frame without padding. */
uint32_t packet_build(uint8_t *frame, const struct packet_out *out, uint32_t payload_len);

/* Builds the headers for another protocol over IP. The caller must have placed its bytes, including their checksum, at
 * packet_ip_payload_offset(out). Ports and TCP fields of `out` are not used. */
uint32_t packet_ip_payload_offset(const struct packet_out *out);
uint32_t packet_build_ip(uint8_t *frame, const struct packet_out *out, uint8_t protocol,
                         uint32_t payload_len);

/* Recomputes the IPv4 and TCP checksums of a parsed TCP frame after it was changed. */
void packet_fix_checksums(uint8_t *frame, const struct packet *packet);

/* Address helpers. A host's address is neither "this network" nor multicast nor limited broadcast (RFC 1122 3.2.1.3, RFC
 * 4291 2.5.2, 2.7). Loopback addresses are allowed, because captures of that interface are replayed with them. */
bool ip_addr_is_host(const uint8_t addr[16], uint8_t ip_version);
void ip_addr_from_v4(uint8_t addr[16], uint32_t host_order_v4);
uint32_t ip_addr_to_v4(const uint8_t addr[16]);

#ifdef __cplusplus
}
#endif

#endif
