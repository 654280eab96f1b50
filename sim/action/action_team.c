/* Requests to the host software: another active port, or another place for connections. */
#include "host-sw/server/host_sw.h"
#include "models/host/host_cpu.h"
#include "models/host/host_wait.h"
#include "models/lan_switch/lan_switch.h"
#include "sim/action/action_checks.h"
#include "sim/action/action_owners.h"

enum direction { TO_NIC, TO_HOST };

/* In a mode that has an active port, the driver and the switch change to the new port together. */
static void start_set_active(const struct action_targets *targets, const struct sim_action *action,
                             uint64_t now_ps)
{
    if (!host_sw_set_active(targets->software, action->nic, now_ps))
        return;
    lan_switch_set_active(targets->lan_switch, action->nic, now_ps);
    host_cpu_kick(targets->cpu, now_ps);
}

static const char *check_place(const struct sim_action *action, unsigned given)
{
    (void)action;
    const char *why = action_check_plain(given);
    if (why)
        return why;
    if (given & ACTION_KEY_NIC)
        return "has `nic`, but the port of its last frame decides; leave it out";
    return NULL;
}

/* A request that names no connection is for all connections. */
static void finish_place(struct sim_action *action, unsigned given)
{
    if (!(given & ACTION_KEY_CONNECTION))
        action->value = UINT32_MAX;
}

static unsigned absent_of_place(const struct sim_action *action)
{
    return action->value == UINT32_MAX ? ACTION_KEY_CONNECTION : 0;
}

static void start_place(const struct action_targets *targets, const struct sim_action *action,
                        uint64_t now_ps)
{
    bool to_host = action->kind->number == TO_HOST;
    host_sw_request_place(targets->software, action->value, to_host);
    host_cpu_kick(targets->cpu, now_ps);
}

static const struct action_ops active_ops = {.check = action_check_nic, .start = start_set_active};
static const struct action_ops place_ops = {
    .check = check_place, .finish = finish_place, .absent = absent_of_place, .start = start_place};

static const struct action_kind kinds[] = {
    {"set_active", &active_ops, 0, ACTION_KEYS_COMMON | ACTION_KEY_NIC, 0},
    {"onload", &place_ops, TO_HOST, ACTION_KEYS_COMMON | ACTION_KEY_CONNECTION, 0},
    {"offload", &place_ops, TO_NIC, ACTION_KEYS_COMMON | ACTION_KEY_CONNECTION, 0},
};

const struct action_owner action_team = {ACTION_LIST_FAULTS, kinds, sizeof kinds / sizeof kinds[0]};
