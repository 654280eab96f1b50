/*
 * The connections of a port that was lost move in lists with pauses between them. If all of them moved as fast as the
 * driver can ask, each would be without a NIC while the commands of many others are carried out. The policy has no
 * opinion on frames, so the next policy may move a connection that has work to do before its turn.
 */
#include "host-sw/policy/policy.h"

#include "models/base/units.h"

#include <assert.h>

struct values {
    uint64_t list, pace_ps;
};

static const struct values preset = {.list = 16, .pace_ps = 8 * PS_PER_US};

/* The connections that wait are those with a set flag. All of them lie from `next` up to, but not including, `end`. */
struct port_down {
    uint64_t run_ps;  /* when the next list is due; valid if next < end */
    uint64_t free_ps; /* no list may begin before this time */
    uint32_t next, end;
};

typedef bool waits;

static bool on_stranded(struct policy *policy, uint32_t conn, uint64_t now_ps)
{
    struct port_down *down = policy->priv;
    waits *waiting = policy_conn(policy, conn);
    if (down->next == down->end) {
        down->next = conn;
        down->end = conn + 1;
        down->run_ps = u64_max(now_ps, down->free_ps);
    }
    down->next = u32_min(down->next, conn);
    down->end = u32_max(down->end, conn + 1);
    assert(down->next < down->end);
    *waiting = true;
    return true;
}

static uint64_t next_ps(const struct policy *policy)
{
    const struct port_down *down = policy->priv;
    assert(down->next <= down->end);
    return down->next < down->end ? down->run_ps : TIME_NEVER;
}

static void run(struct policy *policy, uint64_t now_ps)
{
    const struct values *values = policy->values;
    struct port_down *down = policy->priv;
    uint64_t asked = 0;
    assert(down->next < down->end);
    while (down->next < down->end && asked < values->list) {
        uint32_t conn = down->next++;
        waits *waiting = policy_conn(policy, conn);
        if (!*waiting)
            continue;
        *waiting = false;
        asked += policy_ask_leave(policy, conn);
    }
    down->free_ps = down->run_ps = now_ps + values->pace_ps;
}

#define VALUE(field) offsetof(struct values, field), sizeof(((struct values *)0)->field)

static const struct scenario_key keys[] = {
    {"list", SCENARIO_COUNT, SCENARIO_RULE_NONE, 1, 65536, VALUE(list), 1, NULL,
     "connections of a lost port that begin to move at the same time"},
    {"pace", SCENARIO_TIME, SCENARIO_RULE_NONE, 1, PS_PER_S, VALUE(pace_ps), 1, NULL,
     "time from the begin of one such list to the begin of the next"},
};

extern const struct policy_ops policy_port_down;
const struct policy_ops policy_port_down = {
    .name = "port-down",
    .priv_bytes = sizeof(struct port_down),
    .conn_priv_bytes = sizeof(waits),
    .own = {keys, sizeof keys / sizeof keys[0], &preset, sizeof preset},
    .on_stranded = on_stranded,
    .next_ps = next_ps,
    .run = run};
