/* The two row numbers of a flow key; mirrors rtl/ctx_cache/ctx_cache_hash.sv. */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_HASH_H
#define TOESIM_CTX_CACHE_CTX_CACHE_HASH_H

#include "models/hwif/flow_key.h"

#include <stdint.h>

/* rows is a power of two; row[0] is the row in bank 0, row[1] in bank 1. */
void ctx_cache_hash(const struct flow_key *key, uint32_t rows, uint32_t row[2]);

#endif
