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
    ICMP_UNREACHABLE,       /* body: the packet in error, perhaps truncated */
    ICMP_TOO_BIG,           /* the same; mtu is the limit (RFC 1191, RFC 8201) */
    ICMP_TIME_EXCEEDED,     /* the same */
    ICMP_PARAMETER_PROBLEM, /* the same */
    ICMP_NEIGHBOUR_SOLICITATION,
    ICMP_NEIGHBOUR_ADVERTISEMENT,
};

enum icmp_verdict {
    ICMP_GOOD,
    ICMP_NONE, /* no ICMP in an unfragmented packet */
    ICMP_BAD_CHECKSUM,
    ICMP_MALFORMED, /* truncated, or invalid by RFC 4861 7.1 */
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

/* Parses the ICMP message of a frame that packet_parse() has parsed into `packet`. */
enum icmp_verdict icmp_parse(const uint8_t *frame, const struct packet *packet,
                             struct icmp_message *message);

/* Finds the connection of an error message. Its `local` is the source of the quoted packet, as the receiver of the error
 * knows it. The caller must set the VLAN. Returns false if no TCP ports are quoted. */
bool icmp_quoted_key(const struct icmp_message *message, uint8_t ip_version, struct flow_key *key);

/* Reads the sequence number of the quoted segment. Returns false if the quoted packet ends before it. */
bool icmp_quoted_seq(const struct icmp_message *message, uint8_t ip_version, uint32_t *seq);

/* Builds a frame with the addresses of `out`, an ICMP header of 8 bytes and the body, which must not overlap the frame. It
 * fills in the checksum and returns the length without padding. */
uint32_t icmp_build(uint8_t *frame, const struct packet_out *out, uint8_t type, uint8_t code,
                    uint32_t rest, const uint8_t *body, uint32_t body_len);

/* Build the answer to an echo request, and to a neighbour solicitation. `out` has the addresses of the answer. An
 * advertisement is marked as solicited unless it goes to all nodes. */
uint32_t icmp_build_echo_reply(uint8_t *frame, const struct packet_out *out,
                               const struct icmp_message *request);
/* Builds a neighbour solicitation for `target`. It goes to the solicited-node group (RFC 4291 2.7.1), which is written
 * into `out`. */
uint32_t icmp_build_solicitation(uint8_t *frame, struct packet_out *out, const uint8_t target[16],
                                 const uint8_t link[6]);
uint32_t icmp_build_advertisement(uint8_t *frame, const struct packet_out *out,
                                  const uint8_t target[16], const uint8_t link[6], bool solicited);

#ifdef __cplusplus
}
#endif

#endif
