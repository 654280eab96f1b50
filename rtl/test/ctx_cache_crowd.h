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
    uint32_t flip_one_in;  /* soft errors begin in one of so many cycles; 0: none */
    uint32_t stall_cycles; /* random channels are held up for so many cycles at most; 0: never */
};

struct crowd; /* opaque */

struct crowd *crowd_create(const struct crowd_params *params);
void crowd_destroy(struct crowd *crowd);

/* Until so many operations were answered. */
void crowd_run(struct crowd *crowd, uint64_t operations);
/* Until the last lock is given back; then compares what is left. */
void crowd_finish(struct crowd *crowd);

/* Instead of random work: one request (its image is made from its key and a number that differs each
 * time), and so many cycles. Everything is compared as above. */
struct crowd_answer {
    struct ctx_rsp rsp;
    uint64_t cycle;
    uint8_t image[CTX_BYTES];
};
void crowd_ask(struct crowd *crowd, struct ctx_req req);
void crowd_wait(struct crowd *crowd, uint32_t cycles);
/* A soft error; the one before must have happened. */
void crowd_flip(struct crowd *crowd, struct ctx_flip flip);
void crowd_stall(struct crowd *crowd, uint8_t channels); /* DUT_STALL_*, until told otherwise */
bool crowd_is_busy(const struct crowd *crowd, uint8_t who);
bool crowd_waits_for(const struct crowd *crowd, uint8_t who, bool returns);
/* Commits of others while who's last operation (or return) waited for its own. */
uint32_t crowd_passed(const struct crowd *crowd, uint8_t who, bool returns);
bool crowd_is_quiescent(const struct crowd *crowd);
/* The last answer to an operation or return of who; to a LOOKUP. */
const struct crowd_answer *crowd_answer(const struct crowd *crowd, uint8_t who, bool returns);
const struct crowd_answer *crowd_lookup_answer(const struct crowd *crowd);
uint32_t crowd_entries(const struct crowd *crowd); /* of the lookup table, in use */

uint64_t crowd_cycles(const struct crowd *crowd);
uint64_t crowd_wait_max(const struct crowd *crowd); /* longest wait, cycles */
/* From request to answer, cycles, for each kind of operation: min, p50, p99, max. */
void crowd_print_latencies(const struct crowd *crowd);
const struct ctx_store_stats *crowd_stats(const struct crowd *crowd);

#endif
