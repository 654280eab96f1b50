/* Makes initial sequence numbers (RFC 6528): ISN = M + F(tuple, secret), where F is SipHash-2-4. */
#ifndef TOESIM_HOST_STACK_ISN_H
#define TOESIM_HOST_STACK_ISN_H

#include "models/hwif/flow_key.h"

#include <stddef.h>
#include <stdint.h>

struct isn_key {
    uint64_t k0, k1;
};

/* Returns the SipHash-2-4 (Aumasson, Bernstein 2012) of len bytes. */
uint64_t siphash24(const struct isn_key *key, const void *bytes, size_t len);

/* Derives the secret from a seed. */
void isn_key_init(struct isn_key *key, uint64_t seed);

/* Returns the number for a tuple at now_ps. M ticks every 4 us (RFC 9293 3.4.1). */
uint32_t isn_make(const struct isn_key *key, const struct flow_key *tuple, uint64_t now_ps);

#endif
