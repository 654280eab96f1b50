/*
 * The interface of every model to its driver (a SystemC shell, or stage_loop in unit tests).
 *
 * No model owns a clock: run() gets the time and does everything due at or before it; next_ps() returns when it wants
 * to run again (TIME_NEVER if it has nothing to do). A call from a neighbour may make a model's next_ps() earlier; then
 * the model calls its waker, so that its driver asks again. A spurious run() is harmless.
 */
#ifndef TOESIM_BASE_STAGE_H
#define TOESIM_BASE_STAGE_H

#include "models/base/units.h"

#include <stddef.h>

struct waker {
    void (*wake)(void *self, uint64_t at_ps);
    void *self;
};

/* Asks the driver to call run() at `at_ps` at the latest. A null waker or TIME_NEVER has no effect. */
static inline void waker_wake(const struct waker *waker, uint64_t at_ps)
{
    if (waker && waker->wake && at_ps != TIME_NEVER)
        waker->wake(waker->self, at_ps);
}

struct stage {
    const char *name; /* static text, unique in the system: "mac0", "nic1" */
    void *self;
    void (*run)(void *self, uint64_t now_ps);
    uint64_t (*next_ps)(const void *self);
};

#endif
