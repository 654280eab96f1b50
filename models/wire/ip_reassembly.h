/*
 * IP fragments put together (RFC 791 3.2, RFC 8200 4.5), in bounded memory: so many datagrams at a
 * time, each with so many fragments and bytes. Fragments that overlap spoil their datagram, of both
 * families (RFC 5722); exact copies are ignored. Knows no protocol above IP.
 */
#ifndef TOESIM_WIRE_IP_REASSEMBLY_H
#define TOESIM_WIRE_IP_REASSEMBLY_H

#include "models/wire/packet.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    IP_DATAGRAM_BYTES_MAX = 65535, /* of payload */
    IP_FRAGMENTS_MAX = 64,         /* of one datagram */
    IP_FRAGMENT_HEADER_MAX = 256,  /* bytes of the frame before the first fragment's payload */
};

struct ip_reassembly_params {
    uint32_t datagrams_max; /* 64; for a further one the oldest gives way */
    uint32_t bytes_max;     /* of payload in one datagram: at most IP_DATAGRAM_BYTES_MAX */
    uint64_t timeout;       /* after the first fragment, in the caller's unit of time */
};

enum ip_reassembly_verdict {
    IP_REASSEMBLY_HELD,      /* its datagram is not whole yet */
    IP_REASSEMBLY_WHOLE,     /* this one was missing: ip_reassembly_take() */
    IP_REASSEMBLY_COPY,      /* was here already */
    IP_REASSEMBLY_MALFORMED, /* not a fragment that could be */
    IP_REASSEMBLY_OVERLAP,   /* spoils its datagram, or comes to a spoilt one */
    IP_REASSEMBLY_FULL,      /* too many fragments or bytes; no memory */
};

struct ip_reassembly_stats {
    uint64_t fragments, copies, malformed, overlaps, full; /* by verdict */
    uint64_t whole, timeouts, evicted;                     /* datagrams */
};

struct ip_reassembly; /* opaque */

/* Null when memory is short. */
struct ip_reassembly *ip_reassembly_create(const struct ip_reassembly_params *params);
void ip_reassembly_destroy(struct ip_reassembly *reassembly);

/* A frame of len bytes that packet_parse() called PACKET_FRAGMENT. now never goes back. */
enum ip_reassembly_verdict ip_reassembly_add(struct ip_reassembly *reassembly, const uint8_t *frame,
                                             uint32_t len, const struct packet *packet,
                                             uint64_t now);
/* Right after IP_REASSEMBLY_WHOLE: of how many fragments the datagram was, copies not counted. */
uint32_t ip_reassembly_pieces(const struct ip_reassembly *reassembly);
/* The same moment: builds the unfragmented frame, IP header as of the first fragment
 * with its checksum; returns its length, 0: it does not fit into size. The datagram is forgotten. */
uint32_t ip_reassembly_take(struct ip_reassembly *reassembly, uint8_t *frame, uint32_t size);

/* Forgets datagrams whose time is over. */
void ip_reassembly_expire(struct ip_reassembly *reassembly, uint64_t now);
/* When the next one's is; UINT64_MAX: none waits. */
uint64_t ip_reassembly_next(const struct ip_reassembly *reassembly);

/* Protocol of a fragment's datagram (of IPv6: behind the fragment header); 0: cannot be told. */
uint8_t ip_fragment_protocol(const uint8_t *frame, uint32_t len, const struct packet *packet);

const struct ip_reassembly_stats *ip_reassembly_get_stats(const struct ip_reassembly *reassembly);

#ifdef __cplusplus
}
#endif

#endif
