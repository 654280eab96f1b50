/* Faults of a NIC's cable. */
#include "sim/action/action_checks.h"
#include "sim/action/action_owners.h"

static void start(const struct action_targets *targets, const struct sim_action *action,
                  uint64_t now_ps)
{
    bool plugged = action->kind->number != 0;
    targets->plug_cable(targets->self, action->nic, plugged, now_ps);
}

static const struct action_ops ops = {.check = action_check_nic, .start = start};

static const struct action_kind kinds[] = {
    {"link_down", &ops, false, ACTION_KEYS_COMMON | ACTION_KEY_NIC, ACTION_MAY_STALL},
    {"link_up", &ops, true, ACTION_KEYS_COMMON | ACTION_KEY_NIC, 0},
};

const struct action_owner action_cable = {ACTION_LIST_FAULTS, kinds,
                                          sizeof kinds / sizeof kinds[0]};
