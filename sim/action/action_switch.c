/* Actions of `switch.rehash`, which change the rule by which the switch chooses a port. */
#include "models/lan_switch/lan_switch.h"
#include "sim/action/action_owners.h"

static const char *check_hash(const struct sim_action *action, unsigned given)
{
    (void)action;
    if (given & (ACTION_KEY_NIC | ACTION_KEY_CONNECTION))
        return "has `connection` or `nic`, which only assign takes; leave it out";
    return NULL;
}

static const char *check_assign(const struct sim_action *action, unsigned given)
{
    unsigned both = ACTION_KEY_NIC | ACTION_KEY_CONNECTION;
    (void)action;
    if ((given & both) != both)
        return "needs `connection` and `nic`; write which connection moves where";
    return NULL;
}

static void start_swap(const struct action_targets *targets, const struct sim_action *action,
                       uint64_t now_ps)
{
    (void)action;
    lan_switch_swap(targets->lan_switch, now_ps);
}

static void start_hash(const struct action_targets *targets, const struct sim_action *action,
                       uint64_t now_ps)
{
    enum flow_hash_policy policy = (enum flow_hash_policy)action->kind->number;
    lan_switch_set_hash(targets->lan_switch, policy, now_ps);
}

static void start_assign(const struct action_targets *targets, const struct sim_action *action,
                         uint64_t now_ps)
{
    lan_switch_assign(targets->lan_switch, action->value, action->nic, now_ps);
}

static const struct action_ops swap_ops = {.check = check_hash, .start = start_swap};
static const struct action_ops hash_ops = {.check = check_hash, .start = start_hash};
static const struct action_ops assign_ops = {.check = check_assign, .start = start_assign};

#define HASH(policy, name) {name, &hash_ops, policy, ACTION_KEYS_COMMON, 0},
static const struct action_kind kinds[] = {
    {"swap", &swap_ops, 0, ACTION_KEYS_COMMON, 0},
    FLOW_HASH_POLICIES(HASH) /* the names of the policies */
    {"assign", &assign_ops, 0, ACTION_KEYS_COMMON | ACTION_KEY_NIC | ACTION_KEY_CONNECTION, 0},
};

const struct action_owner action_switch = {ACTION_LIST_REHASH, kinds,
                                           sizeof kinds / sizeof kinds[0]};
