/*
 * Foreign frames are collected for a short time, or until they are of so many connections. Then all these connections
 * move as one list, so that a mechanism with list commands needs few of them. A connection that waits for the others
 * stays active at its NIC, and its frames are held in their order.
 */
#include "host-sw/policy/policy.h"

#include "models/base/units.h"

#include <assert.h>

struct values {
    uint64_t count, time_ps;
};

static const struct values preset = {.count = 16, .time_ps = 5 * PS_PER_US};

struct batch {
    uint64_t run_ps;    /* when the collected connections move; valid if there are any */
    uint64_t collected; /* number of connections that were collected */
    uint64_t round;     /* number of lists before this one */
};

/* One more than the number of the list for which the connection was collected last. */
typedef uint64_t collected_in;

static enum policy_verdict on_frame(struct policy *policy, const struct policy_frame *frame)
{
    const struct values *values = policy->values;
    struct batch *batch = policy->priv;
    collected_in *last = policy_conn(policy, frame->conn);
    if (!frame->is_foreign)
        return POLICY_NEXT;
    assert(values->count > 0 && *last <= batch->round + 1);
    if (*last == batch->round + 1)
        return POLICY_QUEUE;
    *last = batch->round + 1;
    if (batch->collected++ == 0)
        batch->run_ps = frame->now_ps + values->time_ps;
    if (batch->collected >= values->count)
        batch->run_ps = frame->now_ps;
    return POLICY_QUEUE;
}

static uint64_t next_ps(const struct policy *policy)
{
    const struct batch *batch = policy->priv;
    return batch->collected > 0 ? batch->run_ps : TIME_NEVER;
}

/* The queue begins to move when this function has returned. */
static void run(struct policy *policy, uint64_t now_ps)
{
    struct batch *batch = policy->priv;
    assert(batch->collected > 0 && batch->run_ps <= now_ps);
    batch->collected = 0;
    batch->round++;
}

#define VALUE(field) offsetof(struct values, field), sizeof(((struct values *)0)->field)

static const struct scenario_key keys[] = {
    {"count", SCENARIO_COUNT, SCENARIO_RULE_NONE, 1, 65536, VALUE(count), 1, NULL,
     "number of connections that ends the collecting"},
    {"time", SCENARIO_TIME, SCENARIO_RULE_NONE, 1, PS_PER_MS, VALUE(time_ps), 1, NULL,
     "time after the first foreign frame that ends the collecting"},
};

extern const struct policy_ops policy_batch;
const struct policy_ops policy_batch = {
    .name = "batch",
    .priv_bytes = sizeof(struct batch),
    .conn_priv_bytes = sizeof(collected_in),
    .own = {keys, sizeof keys / sizeof keys[0], &preset, sizeof preset},
    .on_frame = on_frame,
    .next_ps = next_ps,
    .run = run};
