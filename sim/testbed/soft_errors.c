#include "sim/testbed/soft_errors.h"

#include <assert.h>
#include <string.h>

void soft_errors_init(struct soft_errors *errors, struct ctx_store cache, unsigned nic,
                      uint64_t cycle_ps, const struct probe *probe, const struct waker *waker)
{
    assert(cycle_ps > 0);
    memset(errors, 0, sizeof *errors);
    errors->cache = cache;
    errors->nic = (uint8_t)nic;
    errors->cycle_ps = cycle_ps;
    errors->probe = probe;
    errors->waker = waker;
    errors->next_ps = TIME_NEVER;
}

static void report(const struct soft_errors *errors, const struct ctx_flip *flip, uint64_t now_ps)
{
    struct probe_event event = {.now_ps = now_ps,
                                .soft_error.is_tag = flip->tag,
                                .soft_error.line = flip->line,
                                .soft_error.bit = flip->bit,
                                .conn = flip->conn,
                                .nic = errors->nic,
                                .kind = PROBE_SOFT_ERROR};
    probe_emit(errors->probe, &event);
}

/* Gives the cache as many soft errors as it accepts now. */
static void soft_errors_run(void *self, uint64_t now_ps)
{
    struct soft_errors *errors = self;
    if (now_ps < errors->next_ps)
        return;
    while (errors->count > 0) {
        const struct ctx_flip *flip = &errors->queue[errors->head];
        if (!errors->cache.ops->flip(errors->cache.self, flip, now_ps))
            break;
        report(errors, flip, now_ps);
        errors->head = (errors->head + 1) % SOFT_ERRORS_MAX;
        errors->count--;
    }
    errors->next_ps = errors->count > 0 ? now_ps + errors->cycle_ps : TIME_NEVER;
}

static uint64_t soft_errors_next_ps(const void *self)
{
    return ((const struct soft_errors *)self)->next_ps;
}

void soft_errors_add(struct soft_errors *errors, const struct ctx_flip *flip, uint64_t now_ps)
{
    assert(flip->line < CTX_LINES);
    if (errors->count == SOFT_ERRORS_MAX) {
        errors->lost++;
        return;
    }
    errors->queue[(errors->head + errors->count++) % SOFT_ERRORS_MAX] = *flip;
    if (errors->next_ps != TIME_NEVER)
        return; /* the stage already runs for the errors that wait */
    errors->next_ps = now_ps;
    waker_wake(errors->waker, now_ps);
}

struct stage soft_errors_stage(struct soft_errors *errors, const char *name)
{
    return (struct stage){name, errors, soft_errors_run, soft_errors_next_ps};
}

uint64_t soft_errors_missed(const struct soft_errors *errors)
{
    return errors->lost + errors->count;
}
