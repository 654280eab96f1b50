/*
 * A connection moves when k of its last m frames were foreign. So a single stray frame, a train of fragments or a short
 * detour does not move the connection, while a flow that has changed its port for good still moves soon.
 */
#include "host-sw/policy/policy.h"

struct values {
    uint32_t k, m;
};

static const struct values preset = {.k = 3, .m = 4};

/* One bit for each of the last frames, with the newest in bit 0. A bit is 1 if the frame was foreign. */
typedef uint64_t history;
enum { HISTORY_FRAMES = 64 };

static enum policy_verdict on_frame(struct policy *policy, const struct policy_frame *frame)
{
    const struct values *values = policy->values;
    history *last = policy_conn(policy, frame->conn);
    history window = values->m < HISTORY_FRAMES ? (UINT64_C(1) << values->m) - 1 : UINT64_MAX;
    *last = *last << 1 | frame->is_foreign;
    if (!frame->is_foreign)
        return POLICY_NEXT;
    return (uint32_t)__builtin_popcountll(*last & window) >= values->k ? POLICY_MOVE
                                                                       : POLICY_FORWARD;
}

/* After a move the former foreign port is that of the owner, so the history begins anew. */
static void on_moved(struct policy *policy, uint32_t conn, uint64_t now_ps)
{
    (void)now_ps;
    *(history *)policy_conn(policy, conn) = 0;
}

#define VALUE(field) offsetof(struct values, field), sizeof(((struct values *)0)->field)

static const struct scenario_key keys[] = {
    {"k", SCENARIO_COUNT, SCENARIO_RULE_NONE, 1, HISTORY_FRAMES, VALUE(k), 1, NULL,
     "number of foreign frames among the last m that moves a connection; more than m: never"},
    {"m", SCENARIO_COUNT, SCENARIO_RULE_NONE, 1, HISTORY_FRAMES, VALUE(m), 1, NULL,
     "number of the connection's last frames that the policy looks at"},
};

extern const struct policy_ops policy_k_of_m;
const struct policy_ops policy_k_of_m = {
    .name = "k-of-m",
    .conn_priv_bytes = sizeof(history),
    .own = {keys, sizeof keys / sizeof keys[0], &preset, sizeof preset},
    .on_frame = on_frame,
    .on_moved = on_moved};
