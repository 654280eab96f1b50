/* Parses one IP fragment for ip_reassembly.c. */
#ifndef TOESIM_WIRE_IP_FRAGMENT_H
#define TOESIM_WIRE_IP_FRAGMENT_H

#include "models/wire/packet.h"

/* 44 bytes without padding, so memcmp() compares keys. */
struct ip_fragment_key {
    uint8_t src[16], dst[16];
    uint32_t id;
    uint16_t vlan;
    uint8_t ip_version;
    uint8_t protocol; /* part of the IPv4 key (RFC 791 3.2); 0 for IPv6 (RFC 8200 4.5) */
    uint8_t reserved[4];
};

struct ip_fragment {
    struct ip_fragment_key key;
    uint8_t protocol; /* of the payload */
    uint8_t ecn;      /* of the IP header */
    uint32_t offset;  /* bytes */
    bool more;
    uint32_t ip_offset;
    uint32_t next_at;    /* IPv6: offset in the frame of the Next Header field that is 44 */
    uint32_t header_len; /* frame bytes before the payload, of IPv6 without the fragment header */
    uint32_t payload_at; /* in the frame */
    uint32_t payload_len;
};

/* Parses a frame of kind PACKET_FRAGMENT. Returns false if its headers contradict each other. */
bool ip_fragment_parse(const uint8_t *frame, uint32_t len, const struct packet *packet,
                       struct ip_fragment *fragment);

#endif
