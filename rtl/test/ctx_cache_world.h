/* Makes random requests over a small set of connections, for the tests of the cache. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_WORLD_H
#define TOESIM_RTL_TEST_CTX_CACHE_WORLD_H

#include "models/base/rng.h"
#include "models/ctx_cache/ctx_cache_core.h"
#include "rtl/test/ctx_cache_dut.h"

/* The set is small, so that ids, tuples and generations of different requests often coincide. */
struct world {
    struct rng rng;
    struct ctx_cache_shape shape;
    uint32_t conns, keys;
    uint64_t tag;
    uint16_t gen[1024]; /* a recent generation per connection */
    uint32_t key_of[1024];
    uint32_t number_of[4096]; /* number of each key, for world_key() */
    uint32_t twins;           /* keys 0 and 1, 2 and 3 and so on, as many pairs have equal hashes */
    uint8_t image[CTX_BYTES];
};

void world_init(struct world *world, struct ctx_cache_shape shape, uint64_t seed);
uint32_t world_draw(struct world *world, uint32_t bound);

/* Makes the key with this number. Keys have nothing in common, so that each bit of the wide paths
 * changes. */
void world_key(uint32_t number, struct flow_key *key);

/* Puts pairs of keys among those of the requests whose hashes are equal under this secret, so that
 * the lookup table has room for only one of the two. */
void world_use_twins(struct world *world, const struct ctx_hash_key *secret);

/* Makes a random request of who. The state of the golden model is used to choose a target. The
 * image of the request points into `world`. */
struct ctx_req world_request(struct world *world, const struct ctx_core *golden, uint8_t who);
/* Does the same with an operation that the caller chooses. */
struct ctx_req world_request_op(struct world *world, const struct ctx_core *golden, uint8_t who,
                                uint8_t op);

/* Makes a soft error in the tag array or the data array. Mostly it hits a context in the cache, by
 * preference a locked one, and now and then a context that is not in the cache. */
struct ctx_flip world_flip(struct world *world, const struct ctx_core *golden);

#endif
