/*
 * Four requesters at once, in lock step with the golden model: the RTL tells the order of the effects, the model does them
 * in that order, asserts that each is due (nobody is served who must wait, the context that comes in was missed,
 * FULL is said only when nothing can move), and says what each answer must be. At the end all that is left is
 * compared: lookup entries, contexts, DRAM.
 */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_CROWD_H
#define TOESIM_RTL_TEST_CTX_CACHE_CROWD_H

#include "rtl/test/ctx_cache_world.h"

struct crowd_params {
    unsigned shape;
    uint64_t seed;
    uint32_t one_in;      /* a requester with nothing to do asks in one of so many cycles */
    uint32_t hold_cycles; /* a lock is held so long at most */
    uint64_t dram_ps;
};

struct crowd; /* opaque */

struct crowd *crowd_create(const struct crowd_params *params);
void crowd_destroy(struct crowd *crowd);

/* Until so many operations were answered. */
void crowd_run(struct crowd *crowd, uint64_t operations);
/* Until the last lock is given back; then compares what is left. */
void crowd_finish(struct crowd *crowd);

uint64_t crowd_cycles(const struct crowd *crowd);
uint64_t crowd_wait_max(const struct crowd *crowd); /* longest wait, cycles */
const struct ctx_store_stats *crowd_stats(const struct crowd *crowd);

#endif
