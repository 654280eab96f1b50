/*
 * A connection that has moved stays for a while, and its foreign frames are relayed. So frames that still wait in a
 * queue of the old path do not bring it back. If the connection moves again soon after that time, the next stay is
 * twice as long. Each quiet period halves the stay again. Otherwise the policy has no opinion.
 */
#include "host-sw/policy/policy.h"

#include "models/base/units.h"

struct values {
    uint64_t min_ps, max_ps, decay_ps;
};

static const struct values preset = {
    .min_ps = PS_PER_MS, .max_ps = 100 * PS_PER_MS, .decay_ps = 10 * PS_PER_MS};

struct residency {
    uint64_t moved_ps; /* when the connection last moved */
    uint64_t stay_ps;  /* how long it stays after that move; 0 if it has not moved yet */
};

static enum policy_verdict on_frame(struct policy *policy, const struct policy_frame *frame)
{
    const struct residency *residency = policy_conn(policy, frame->conn);
    if (!frame->is_foreign || residency->stay_ps == 0)
        return POLICY_NEXT;
    return frame->mac_time_ps < residency->moved_ps + residency->stay_ps ? POLICY_FORWARD
                                                                         : POLICY_NEXT;
}

static uint64_t next_stay_ps(const struct values *values, const struct residency *last,
                             uint64_t now_ps)
{
    uint64_t quiet_ps = now_ps - last->moved_ps, stay_ps = last->stay_ps;
    if (quiet_ps < last->stay_ps + values->decay_ps)
        return 2 * stay_ps;
    for (quiet_ps -= last->stay_ps; quiet_ps >= values->decay_ps && stay_ps > values->min_ps;
         quiet_ps -= values->decay_ps)
        stay_ps /= 2;
    return stay_ps;
}

static void on_moved(struct policy *policy, uint32_t conn, uint64_t now_ps)
{
    const struct values *values = policy->values;
    struct residency *residency = policy_conn(policy, conn);
    uint64_t stay_ps = residency->stay_ps ? next_stay_ps(values, residency, now_ps) : 0;
    stay_ps = u64_min(u64_max(stay_ps, values->min_ps), values->max_ps);
    *residency = (struct residency){.moved_ps = now_ps, .stay_ps = stay_ps};
}

#define VALUE(field) offsetof(struct values, field), sizeof(((struct values *)0)->field)

static const struct scenario_key keys[] = {
    {"min", SCENARIO_TIME, SCENARIO_RULE_NONE, 1, PS_PER_S, VALUE(min_ps), 1, NULL,
     "shortest time for which a connection stays after a move"},
    {"max", SCENARIO_TIME, SCENARIO_RULE_NONE, 1, PS_PER_S, VALUE(max_ps), 1, NULL,
     "longest time for which a connection stays, however often it moves"},
    {"decay", SCENARIO_TIME, SCENARIO_RULE_NONE, 1, PS_PER_S, VALUE(decay_ps), 1, NULL,
     "each period of this length without a move halves the time for which it stays"},
};

extern const struct policy_ops policy_residency;
const struct policy_ops policy_residency = {
    .name = "residency",
    .conn_priv_bytes = sizeof(struct residency),
    .own = {keys, sizeof keys / sizeof keys[0], &preset, sizeof preset},
    .on_frame = on_frame,
    .on_moved = on_moved};
