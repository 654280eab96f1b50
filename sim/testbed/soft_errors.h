/*
 * Soft errors for one context cache. The cache takes them one at a time, in the given order. There are two states:
 * idle and waiting; while errors wait, the cache is asked again each cycle.
 */
#ifndef TOESIM_SIM_SOFT_ERRORS_H
#define TOESIM_SIM_SOFT_ERRORS_H

#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/hwif/ctx_store.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SOFT_ERRORS_MAX = 256 };

/* A leaf the testbed embeds, one per NIC. */
struct soft_errors {
    struct ctx_store cache;
    uint8_t nic;
    uint64_t cycle_ps;
    const struct probe *probe;
    const struct waker *waker;
    uint64_t next_ps; /* TIME_NEVER: none waits */
    uint32_t head, count;
    struct ctx_flip queue[SOFT_ERRORS_MAX];
    uint64_t lost; /* the queue was full */
};

/* cycle_ps: of the cache's clock. probe and waker are kept. */
void soft_errors_init(struct soft_errors *errors, struct ctx_store cache, unsigned nic,
                      uint64_t cycle_ps, const struct probe *probe, const struct waker *waker);

/* Adds a flip, which is copied. If SOFT_ERRORS_MAX flips are waiting already, the new one is lost and counted. */
void soft_errors_add(struct soft_errors *errors, const struct ctx_flip *flip, uint64_t now_ps);

struct stage soft_errors_stage(struct soft_errors *errors, const char *name);

/* Returns how many flips never reached the cache: those that were lost or still wait at the end of the run. */
uint64_t soft_errors_missed(const struct soft_errors *errors);

#ifdef __cplusplus
}
#endif

#endif
