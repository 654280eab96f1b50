/*
 * The cores that share the work of a step. Core 0 runs the program; it hands work over to the others, and waits for them before
 * the step ends. Each core has a clock of its own, so that what they do overlaps. A lock's holdings never overlap: whoever
 * asks for it gets the first time at which it can hold it for as long as it needs to, and waits until then.
 */
#ifndef TOESIM_HOST_HOST_CORES_H
#define TOESIM_HOST_HOST_CORES_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct host_core_stats {
    uint64_t busy_ps;      /* worked, without the time for which it waited for locks */
    uint64_t lock_wait_ps; /* waited for locks */
    uint64_t locks;        /* locks taken */
    uint64_t remote_lines; /* cache lines that another core had touched last */
};

/* The costs, in picoseconds. */
struct host_cores_params {
    unsigned count;
    uint64_t handoff_ps, remote_line_ps, lock_ps;
};

struct host_core {
    uint64_t clock_ps; /* since the start of the step */
    bool works;        /* has had work in this step */
    struct host_core_stats stats;
};

/* A time for which a core held a lock, since the start of the step. */
struct host_holding {
    uint64_t from_ps, to_ps;
};

struct host_lock {
    struct host_holding *holdings; /* those of this step, in their order */
    size_t count, capacity;
    uint64_t since_ps; /* clock of its holder when it asked for the lock */
    bool held;
    uint8_t last; /* the core that had it last */
};

struct host_cores {
    struct host_cores_params params;
    unsigned current;      /* the core whose work is charged */
    uint64_t step_busy_ps; /* work of all cores in this step */
    struct host_core core[HOST_CORES_MAX];
    struct host_lock lock[HOST_LOCK_COUNT];
};

void host_cores_init(struct host_cores *cores, const struct host_cores_params *params);
void host_cores_free(struct host_cores *cores);

/* Adds time to the clock of the current core. */
void host_cores_charge(struct host_cores *cores, uint64_t ps);

/* Makes this core the current one. Core 0 pays for handing the work over, and another core for fetching it; it begins when it
 * has ended its earlier work. */
void host_cores_run_on(struct host_cores *cores, unsigned core);

/* Take and return a lock. A core may hold several, but none twice. */
void host_cores_lock(struct host_cores *cores, enum host_lock_id id);
void host_cores_unlock(struct host_cores *cores, enum host_lock_id id);

/* Lets core 0, the current one, wait for the others. */
void host_cores_join(struct host_cores *cores);

/* Returns true if no core has used time in this step. */
bool host_cores_are_idle(const struct host_cores *cores);

/* Ends the step and returns its length, which is that of the core that was the last to end. */
uint64_t host_cores_end_step(struct host_cores *cores);

#ifdef __cplusplus
}
#endif

#endif
