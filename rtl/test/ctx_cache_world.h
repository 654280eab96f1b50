/* Random requests over a small world, for the tests of the cache. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_WORLD_H
#define TOESIM_RTL_TEST_CTX_CACHE_WORLD_H

#include "models/base/rng.h"
#include "models/ctx_cache/ctx_cache_core.h"
#include "rtl/test/ctx_cache_dut.h"

/* Ids, tuples and generations meet often. */
struct world {
    struct rng rng;
    struct ctx_cache_shape shape;
    uint32_t conns, keys;
    uint64_t tag;
    uint16_t gen[1024]; /* a recent generation per connection */
    uint32_t key_of[1024];
    uint8_t image[CTX_BYTES];
};

void world_init(struct world *world, struct ctx_cache_shape shape, uint64_t seed);
uint32_t world_draw(struct world *world, uint32_t bound);

/* The key of this number: keys have nothing in common, so that each bit of the wide paths moves. */
void world_key(uint32_t number, struct flow_key *key);

/* A request of who, aimed with the golden model's knowledge; its image points into world. */
struct ctx_req world_request(struct world *world, const struct ctx_core *golden, uint8_t who);
/* The same, with the operation chosen by the caller. */
struct ctx_req world_request_op(struct world *world, const struct ctx_core *golden, uint8_t who,
                                uint8_t op);

/* A soft error in the tag array or the data array, now and then of a context that is not in the cache, mostly of
 * one that is, by preference a locked one. */
struct ctx_flip world_flip(struct world *world, const struct ctx_core *golden);

#endif
