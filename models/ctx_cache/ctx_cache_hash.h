/* Computes the two row numbers of a flow key and the rest of its fingerprint, as
 * rtl/ctx_cache/ctx_cache_hash.sv does. */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_HASH_H
#define TOESIM_CTX_CACHE_CTX_CACHE_HASH_H

#include "models/hwif/ctx_store.h"
#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

/* Bit b of the 352-bit secret is bit b % 32 of word b / 32. */
struct ctx_hash_key {
    uint32_t word[CTX_HASH_WORDS];
};

/* Sets the secret to its value after reset, before the driver has written one. */
void ctx_hash_key_init(struct ctx_hash_key *secret);

/* Inserts a word as word 0 and moves all other words up. */
void ctx_hash_key_push(struct ctx_hash_key *secret, uint32_t word);

/* Toeplitz hash of bits 0 to count - 1 of data (bit b is bit b % 32 of data[b / 32]): bit i of the
 * result is the parity of data and bits i, i + 1, .. of the secret. count is at most 312. */
uint64_t ctx_hash_toeplitz(const struct ctx_hash_key *secret, const uint32_t *data, uint32_t count);

/* row[0] is the row in bank 0, row[1] that in bank 1. The tail has the bits of the fingerprint
 * that do not follow from the rows. A fingerprint is the tail and the difference row[0] ^ row[1],
 * 16 bits together, or one more than a row number has if that is more. */
struct ctx_hash {
    uint32_t row[2];
    uint32_t tail;
};

/* rows is a power of two, 2 to 2^17. */
struct ctx_hash ctx_cache_hash(const struct ctx_hash_key *secret, const struct flow_key *key,
                               uint32_t rows);

/* Returns whether the lookup table cannot tell keys with these two hashes apart by their slots. */
bool ctx_hash_equal(const struct ctx_hash *a, const struct ctx_hash *b);

#endif
