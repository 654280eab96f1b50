#include "models/host/host_cores.h"

#include "models/base/memory.h"
#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void host_cores_init(struct host_cores *cores, const struct host_cores_params *params)
{
    assert(params->count >= 1 && params->count <= HOST_CORES_MAX);
    *cores = (struct host_cores){.params = *params};
}

void host_cores_free(struct host_cores *cores)
{
    for (int i = 0; i < HOST_LOCK_COUNT; i++)
        free(cores->lock[i].holdings);
}

static void work(struct host_cores *cores, struct host_core *core, uint64_t ps)
{
    cores->step_busy_ps += ps;
    core->clock_ps += ps;
    core->stats.busy_ps += ps;
    core->works = true;
}

void host_cores_charge(struct host_cores *cores, uint64_t ps)
{
    work(cores, &cores->core[cores->current], ps);
}

static void fetch_line(struct host_cores *cores)
{
    struct host_core *core = &cores->core[cores->current];
    core->stats.remote_lines++;
    work(cores, core, cores->params.remote_line_ps);
}

void host_cores_run_on(struct host_cores *cores, unsigned core)
{
    assert(core < cores->params.count);
    if (core == cores->current)
        return;
    cores->current = core;
    if (core == 0)
        return;
    work(cores, &cores->core[0], cores->params.handoff_ps);
    struct host_core *other = &cores->core[core];
    other->clock_ps = u64_max(other->clock_ps, cores->core[0].clock_ps);
    fetch_line(cores);
}

void host_cores_lock(struct host_cores *cores, enum host_lock_id id)
{
    struct host_lock *lock = &cores->lock[id];
    if (cores->params.count == 1)
        return;
    assert(!lock->held);
    lock->held = true;
    lock->since_ps = cores->core[cores->current].clock_ps;
    cores->core[cores->current].stats.locks++;
    if (lock->last != cores->current)
        fetch_line(cores);
    lock->last = (uint8_t)cores->current;
    host_cores_charge(cores, cores->params.lock_ps);
}

/* Returns the index of the first holding before which the lock is free for this long, at `*from_ps` or later, and sets
 * *from_ps to when that is. */
static size_t first_gap(const struct host_lock *lock, uint64_t *from_ps, uint64_t length_ps)
{
    size_t at = lock->count;
    while (at > 0 && lock->holdings[at - 1].to_ps > *from_ps)
        at--;
    for (; at < lock->count; at++) {
        if (*from_ps + length_ps <= lock->holdings[at].from_ps)
            break;
        *from_ps = u64_max(*from_ps, lock->holdings[at].to_ps);
    }
    return at;
}

void host_cores_unlock(struct host_cores *cores, enum host_lock_id id)
{
    struct host_lock *lock = &cores->lock[id];
    struct host_core *core = &cores->core[cores->current];
    if (cores->params.count == 1)
        return;
    assert(lock->held && lock->last == cores->current);
    lock->held = false;
    uint64_t from_ps = lock->since_ps, length_ps = core->clock_ps - from_ps;
    size_t at = first_gap(lock, &from_ps, length_ps);
    core->clock_ps += from_ps - lock->since_ps;
    core->stats.lock_wait_ps += from_ps - lock->since_ps;
    if (lock->count == lock->capacity) {
        lock->capacity = lock->capacity ? 2 * lock->capacity : 64;
        lock->holdings = memory_grow(lock->holdings, lock->capacity, sizeof *lock->holdings);
    }
    memmove(lock->holdings + at + 1, lock->holdings + at,
            (lock->count - at) * sizeof *lock->holdings);
    lock->holdings[at] = (struct host_holding){from_ps, from_ps + length_ps};
    lock->count++;
}

void host_cores_join(struct host_cores *cores)
{
    assert(cores->current == 0);
    for (unsigned i = 1; i < cores->params.count; i++) {
        struct host_core *core = &cores->core[i];
        if (!core->works)
            continue;
        core->works = false;
        cores->core[0].clock_ps = u64_max(cores->core[0].clock_ps, core->clock_ps);
        fetch_line(cores); /* where the other core says that it has ended */
    }
}

bool host_cores_are_idle(const struct host_cores *cores)
{
    uint64_t clock_ps = 0;
    for (unsigned i = 0; i < cores->params.count; i++)
        clock_ps = u64_max(clock_ps, cores->core[i].clock_ps);
    return clock_ps == 0;
}

uint64_t host_cores_end_step(struct host_cores *cores)
{
    host_cores_join(cores);
    uint64_t length_ps = cores->core[0].clock_ps;
    cores->step_busy_ps = 0;
    for (unsigned i = 0; i < cores->params.count; i++)
        cores->core[i].clock_ps = 0;
    for (int i = 0; i < HOST_LOCK_COUNT; i++) {
        assert(!cores->lock[i].held);
        cores->lock[i].count = 0;
    }
    return length_ps;
}
