/* Soft errors of the context cache. */
#include "models/toe/toe_engine.h"
#include "sim/action/action_owners.h"
#include "sim/testbed/soft_errors.h"

static const char *check(const struct sim_action *action, unsigned given)
{
    if (given & ACTION_KEYS_OF_LINE)
        return "has a key that only drop, corrupt, truncate, duplicate, reorder and delay take";
    if (!(given & ACTION_KEY_CONNECTION))
        return "has no `connection`; write which connection id";
    if (given & ACTION_KEY_NIC)
        return "has `nic`, but a context error hits the connection's owner; leave it out";
    if (action->flip.tag && (given & ACTION_KEY_LINE))
        return "has `line`, but a tag has none; leave it out, or write array: data";
    return NULL;
}

static unsigned absent(const struct sim_action *action)
{
    return action->flip.tag ? ACTION_KEY_LINE : 0;
}

/* The error affects the cache of the NIC that has the context. If no NIC has it, because the
 * context is in host memory or the connection has ended, both caches get the error, and both
 * report that they missed. */
static void start(const struct action_targets *targets, const struct sim_action *action,
                  uint64_t now_ps)
{
    struct ctx_flip flip = action->flip;
    bool has[NIC_COUNT], any = false;
    flip.conn = action->value;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        has[nic] = toe_engine_has_context(targets->engine[nic], flip.conn);
        any |= has[nic];
    }
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        if (has[nic] || !any)
            soft_errors_add(targets->soft_errors[nic], &flip, now_ps);
}

static const struct action_ops ops = {.check = check, .absent = absent, .start = start};

static const struct action_kind kinds[] = {
    {"ctx_error", &ops, 0, ACTION_KEYS_COMMON | ACTION_KEY_CONNECTION | ACTION_KEYS_OF_CACHE,
     ACTION_MAY_DAMAGE | ACTION_MAY_STALL | ACTION_NEEDS_CONTEXT},
};

const struct action_owner action_cache = {ACTION_LIST_FAULTS, kinds,
                                          sizeof kinds / sizeof kinds[0]};
