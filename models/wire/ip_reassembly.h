/*
 * Reassembly of IP fragments (RFC 791 3.2, RFC 8200 4.5). Memory is bounded by limits on the datagrams and on the fragments
 * and bytes of each. Overlapping fragments spoil their datagram in both families (RFC 5722), but exact copies are
 * ignored. This module does not depend on protocols above IP.
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
    uint32_t datagrams_max; /* 64; a further one evicts the oldest */
    uint32_t bytes_max;     /* of payload in one datagram: at most IP_DATAGRAM_BYTES_MAX */
    uint64_t timeout;       /* after the first fragment, in the caller's unit of time */
};

enum ip_reassembly_verdict {
    IP_REASSEMBLY_HELD,      /* its datagram is not complete yet */
    IP_REASSEMBLY_COMPLETE,  /* the datagram is complete: call ip_reassembly_take() */
    IP_REASSEMBLY_COPY,      /* an exact copy of a fragment */
    IP_REASSEMBLY_MALFORMED, /* its headers are invalid */
    IP_REASSEMBLY_OVERLAP,   /* spoils its datagram, or belongs to a spoilt one */
    IP_REASSEMBLY_FULL,      /* too many fragments or bytes; no memory */
};

struct ip_reassembly_stats {
    uint64_t fragments, copies, malformed, overlaps, full; /* by verdict */
    uint64_t reassembled, timeouts, evicted;               /* datagrams */
};

struct ip_reassembly; /* opaque */

/* Creates an empty reassembly buffer. Returns null if memory is short. */
struct ip_reassembly *ip_reassembly_create(const struct ip_reassembly_params *params);
void ip_reassembly_destroy(struct ip_reassembly *reassembly);

/* Adds a frame of `len` bytes whose kind is PACKET_FRAGMENT. `now` must never decrease. */
enum ip_reassembly_verdict ip_reassembly_add(struct ip_reassembly *reassembly, const uint8_t *frame,
                                             uint32_t len, const struct packet *packet,
                                             uint64_t now);
/* Returns how many fragments the datagram had, without copies. It may be called directly after IP_REASSEMBLY_COMPLETE. */
uint32_t ip_reassembly_pieces(const struct ip_reassembly *reassembly);
/* Builds the unfragmented frame with the IP header of the first fragment and a new checksum, and removes the datagram. It
 * may be called directly after IP_REASSEMBLY_COMPLETE. Returns the length, or 0 if the frame does not fit into `size`. */
uint32_t ip_reassembly_take(struct ip_reassembly *reassembly, uint8_t *frame, uint32_t size);

/* Removes the datagrams whose timeout is over. */
void ip_reassembly_expire(struct ip_reassembly *reassembly, uint64_t now);
/* Returns when the next timeout is, or UINT64_MAX if no datagram waits. */
uint64_t ip_reassembly_next(const struct ip_reassembly *reassembly);

/* Returns the protocol of a fragment's datagram, which for IPv6 is the one behind the fragment header. Returns 0 if it is
 * unknown. */
uint8_t ip_fragment_protocol(const uint8_t *frame, uint32_t len, const struct packet *packet);

const struct ip_reassembly_stats *ip_reassembly_get_stats(const struct ip_reassembly *reassembly);

#ifdef __cplusplus
}
#endif

#endif
