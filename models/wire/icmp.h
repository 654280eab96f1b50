/*
 * ICMP (RFC 792) and ICMPv6 (RFC 4443) as one set of messages, with the neighbour discovery that a
 * host must answer (RFC 4861): parse and build.
 */
#ifndef TOESIM_WIRE_ICMP_H
#define TOESIM_WIRE_ICMP_H

#include "models/hwif/nic_desc.h"
#include "models/wire/packet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ICMP_PROTOCOL_V4 = 1, ICMP_PROTOCOL_V6 = 58, ICMP_HEADER_BYTES = 8 };

enum icmp_kind {
    ICMP_OTHER, /* valid, but none of the following */
    ICMP_ECHO_REQUEST,
    ICMP_ECHO_REPLY,
    ICMP_UNREACHABLE,       /* body: the packet it is about, cut off somewhere */
    ICMP_TOO_BIG,           /* the same; mtu says what fits (RFC 1191, RFC 8201) */
    ICMP_TIME_EXCEEDED,     /* the same */
    ICMP_PARAMETER_PROBLEM, /* the same */
    ICMP_NEIGHBOUR_SOLICITATION,
    ICMP_NEIGHBOUR_ADVERTISEMENT,
};

enum icmp_verdict {
    ICMP_GOOD,
    ICMP_NONE, /* no ICMP in an unfragmented packet */
    ICMP_BAD_CHECKSUM,
    ICMP_MALFORMED, /* cut off, or against RFC 4861 7.1 */
};

struct icmp_message {
    enum icmp_kind kind;
    uint8_t type, code;
    uint32_t rest;       /* bytes 4 to 7: identifier and sequence number of an echo */
    uint32_t mtu;        /* TOO_BIG; 0: the router did not say (RFC 1191 3) */
    uint8_t target[16];  /* neighbour discovery */
    bool has_link;       /* it carries a link-layer address option: source or target */
    uint8_t link[6];     /* that address */
    const uint8_t *body; /* behind the first 8 bytes, in the frame */
    uint32_t body_len;
};

/* packet: frame after packet_parse(). */
enum icmp_verdict icmp_parse(const uint8_t *frame, const struct packet *packet,
                             struct icmp_message *message);

/* The connection an error message is about, as its receiver knows it: local = source of the quoted
 * packet. False: no TCP ports are quoted. Not for VLANs: those are the caller's to fill. */
bool icmp_quoted_key(const struct icmp_message *message, uint8_t ip_version, struct flow_key *key);

/* The sequence number in the quoted segment; false: it is cut off before that. */
bool icmp_quoted_seq(const struct icmp_message *message, uint8_t ip_version, uint32_t *seq);

/* Builds the frame of out's addresses with the body (which must not overlap the frame) behind 8
 * bytes of header; checksum filled. Returns its length (no padding). */
uint32_t icmp_build(uint8_t *frame, const struct packet_out *out, uint8_t type, uint8_t code,
                    uint32_t rest, const uint8_t *body, uint32_t body_len);

/* Answers to an echo request and to a neighbour solicitation, built in the same way. `out` has the
 * addresses of the answer; an advertisement is solicited unless it goes to all nodes. */
uint32_t icmp_build_echo_reply(uint8_t *frame, const struct packet_out *out,
                               const struct icmp_message *request);
/* Who has `target`? To its solicited-node group (RFC 4291 2.7.1), which this fills into out. */
uint32_t icmp_build_solicitation(uint8_t *frame, struct packet_out *out, const uint8_t target[16],
                                 const uint8_t link[6]);
uint32_t icmp_build_advertisement(uint8_t *frame, const struct packet_out *out,
                                  const uint8_t target[16], const uint8_t link[6], bool solicited);

#ifdef __cplusplus
}
#endif

#endif
