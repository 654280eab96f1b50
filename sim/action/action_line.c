/* Faults of a line. From a given time on its frames are lost, damaged, duplicated or delayed.
 * The receiving MAC of each direction applies the rules of its line. */
#include "models/base/units.h"
#include "models/mac/mac.h"
#include "sim/action/action_owners.h"

#include <assert.h>

static const char *check(const struct sim_action *action, unsigned given)
{
    unsigned keys = action->kind->keys;
    bool has_rate = (given & ACTION_KEY_RATE) != 0;
    bool has_frames = (given & ACTION_KEY_FRAMES) != 0;
    if (given & (ACTION_KEY_NIC | ACTION_KEY_CONNECTION))
        return "has `nic` or `connection`, but hits a link; write link: nic0, nic1 or uplink";
    if (given & ACTION_KEYS_OF_CACHE)
        return "has `array`, `line` or `bit`, which only ctx_error takes; leave it out";
    if (!(given & ACTION_KEY_LINK))
        return "has no `link`; write nic0, nic1 or uplink";
    if (has_rate == has_frames)
        return "needs either `rate` (frames per million) or `frames` (their numbers)";
    if (given & ~keys & ACTION_KEY_BEHIND)
        return "has `behind`, which only reorder takes; leave it out";
    if (given & ~keys & ACTION_KEY_JITTER)
        return "has `jitter`, which only delay takes; leave it out";
    if (given & ~keys & ACTION_KEY_DELAY)
        return "has `delay`, which only delay and reorder take; leave it out";
    if (action->kind->number == LINE_FAULT_DELAY &&
        !(given & (ACTION_KEY_DELAY | ACTION_KEY_JITTER)))
        return "has neither `delay` nor `jitter`; write how late, such as delay: 20us";
    return NULL;
}

static void finish(struct sim_action *action, unsigned given)
{
    (void)given;
    action->line.kind = (enum line_fault_kind)action->kind->number;
    action->line.behind = u32_max(action->line.behind, 1);
}

static unsigned absent(const struct sim_action *action)
{
    return action->line.range_count ? ACTION_KEY_RATE : ACTION_KEY_FRAMES;
}

/* Returns true if the action affects the frames to the server (way 0) or to the peers (way 1). */
static bool hits(const struct sim_action *action, int way)
{
    return action->direction != (way == 0 ? SIM_TO_PEERS : SIM_TO_SERVER);
}

static void prepare(const struct action_targets *targets, struct sim_action *action)
{
    static const char *const names[SIM_LINK_COUNT][2] = {
        {"line.nic0.to_server", "line.nic0.to_peers"},
        {"line.nic1.to_server", "line.nic1.to_peers"},
        {"line.uplink.to_server", "line.uplink.to_peers"}};
    for (int way = 0; way < 2; way++) {
        struct mac *receiver = targets->line_receiver[action->link][way];
        if (!hits(action, way))
            continue;
        action->line_rules[way] =
            mac_fault_add(receiver, &action->line, targets->seed, names[action->link][way]);
        assert(action->line_rules[way] >= 0);
    }
}

static void start(const struct action_targets *targets, const struct sim_action *action,
                  uint64_t now_ps)
{
    for (int way = 0; way < 2; way++)
        if (hits(action, way))
            mac_fault_start(targets->line_receiver[action->link][way], action->line_rules[way],
                            now_ps);
}

static const struct action_ops ops = {
    .check = check, .finish = finish, .absent = absent, .prepare = prepare, .start = start};

enum {
    KEYS = ACTION_KEYS_COMMON | ACTION_KEY_LINK | ACTION_KEY_DIRECTION | ACTION_KEY_LASTING |
           ACTION_KEY_RATE | ACTION_KEY_FRAMES
};
#define KIND(name, number, own_keys)                                                               \
    {                                                                                              \
        name, &ops, LINE_FAULT_##number, KEYS | (own_keys), ACTION_FROM_START                      \
    }
static const struct action_kind kinds[] = {
    KIND("drop", DROP, 0),
    KIND("corrupt", CORRUPT, 0),
    KIND("truncate", TRUNCATE, 0),
    KIND("duplicate", DUPLICATE, 0),
    KIND("reorder", REORDER, ACTION_KEY_BEHIND | ACTION_KEY_DELAY),
    KIND("delay", DELAY, ACTION_KEY_DELAY | ACTION_KEY_JITTER),
};

const struct action_owner action_line = {ACTION_LIST_FAULTS, kinds, sizeof kinds / sizeof kinds[0]};
