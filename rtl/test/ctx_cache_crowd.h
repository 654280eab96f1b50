/* Runs four requesters at once, in lock step with the golden model. The RTL reports the order of
 * the effects, and the model performs them in that order. We assert that each effect is due: a
 * request that must wait is not served, only a context that was missed is filled, and FULL is
 * answered only if nothing can be moved. The model also says what each answer must be. At the end
 * lookup entries, contexts and DRAM are compared. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_CROWD_H
#define TOESIM_RTL_TEST_CTX_CACHE_CROWD_H

#include "rtl/test/ctx_cache_world.h"

struct crowd_params {
    unsigned shape;
    uint64_t seed;
    uint32_t one_in;      /* an idle requester asks in one of this many cycles */
    uint32_t hold_cycles; /* a lock is held for at most this many cycles */
    uint64_t dram_ps;
    uint32_t flip_one_in;  /* soft errors begin in one of this many cycles; 0: never */
    uint32_t stall_cycles; /* random channels stall for at most this many cycles; 0: never */
};

struct crowd; /* opaque */

struct crowd *crowd_create(const struct crowd_params *params);
void crowd_destroy(struct crowd *crowd);

/* Runs until this many operations are answered. */
void crowd_run(struct crowd *crowd, uint64_t operations);
/* Runs until the last lock is returned, and then compares lookup entries, contexts and DRAM. */
void crowd_finish(struct crowd *crowd);

/* These replace the random load. crowd_ask() makes one request, whose image is made from its key
 * and from a number that differs each time. crowd_wait() runs this many cycles. Everything is
 * compared as described above. */
struct crowd_answer {
    struct ctx_rsp rsp;
    uint64_t cycle;
    uint8_t image[CTX_BYTES];
};
void crowd_ask(struct crowd *crowd, struct ctx_req req);
void crowd_wait(struct crowd *crowd, uint32_t cycles);
/* Injects a soft error. The previous one must have happened already. */
void crowd_flip(struct crowd *crowd, struct ctx_flip flip);
void crowd_stall(struct crowd *crowd, uint8_t channels); /* DUT_STALL_*, until the next call */
bool crowd_is_busy(const struct crowd *crowd, uint8_t who);
bool crowd_waits_for(const struct crowd *crowd, uint8_t who, bool returns);
/* Returns how many requests of others were committed while the last operation (or return) of who
 * waited for its own commit. */
uint32_t crowd_passed(const struct crowd *crowd, uint8_t who, bool returns);
bool crowd_is_quiescent(const struct crowd *crowd);
/* Returns the last answer to an operation or a return of who, or the last answer to a LOOKUP. */
const struct crowd_answer *crowd_answer(const struct crowd *crowd, uint8_t who, bool returns);
const struct crowd_answer *crowd_lookup_answer(const struct crowd *crowd);
const struct world *crowd_world(const struct crowd *crowd);
uint32_t crowd_entries(const struct crowd *crowd); /* entries of the lookup table in use */

uint64_t crowd_cycles(const struct crowd *crowd);
uint64_t crowd_wait_max(const struct crowd *crowd); /* longest wait in cycles */
/* Prints the cycles from request to answer for each kind of operation: min, p50, p99 and max. */
void crowd_print_latencies(const struct crowd *crowd);
const struct ctx_store_stats *crowd_stats(const struct crowd *crowd);

#endif
