/*
 * The steps are those of host-pull. The commands of several connections stand in lists, one command and one completion for
 * each list, so that a move takes less of the host's time. The driver collects a list from the commands of one step. A
 * connection may wait for the others of its list, so a list is worth its while only when many connections move.
 */
#include "host-sw/mechanism/mech_host_pull.h"
#include "host-sw/policy/move_owner.h"
#include "host-sw/server/server.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>

struct values {
    uint64_t batch;
};

static const struct values preset = {.batch = NIC_LIST_MAX};

static const struct scenario_key keys[] = {
    {"batch", SCENARIO_COUNT, SCENARIO_RULE_NONE, 1, NIC_LIST_MAX, offsetof(struct values, batch),
     sizeof(uint64_t), 1, NULL, "connections that one command names at most"}};

extern const struct mechanism_ops mech_host_pull_batched;

static uint32_t list_max(const unsigned char *values)
{
    const struct values *own = move_owner_values(&mech_host_pull_batched.own, values);
    return (uint32_t)own->batch;
}

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count > 0 && count <= MECHANISM_BATCH_MAX);
    for (uint32_t i = 0; i < count; i++)
        mech_host_pull_start(sw, entries[i]);
}

const struct mechanism_ops mech_host_pull_batched = {
    .name = "host-pull-batched",
    .nic_commands = MECH_HOST_PULL_COMMANDS | 1 << NIC_CMD_FREEZE_LIST | 1 << NIC_CMD_INSTALL_LIST,
    .nic_capabilities = NIC_CAPABILITY_LISTS,
    .uses_tuples = true,
    .batch_max = MECHANISM_BATCH_MAX,
    .own = {keys, sizeof keys / sizeof keys[0], &preset, sizeof preset},
    .list_max = list_max,
    .start = start,
    .on_done = mech_host_pull_on_done};
