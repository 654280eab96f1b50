/*
 * Moves go as with host-pull. Between them, the NICs write checkpoints of their connections to host memory, behind the
 * records. When the source is dead, the host builds the image from the last records, as with `rebuild`, and takes from
 * the checkpoint what no record says: congestion state, urgent data and the round-trip time
 * (host-sw/team/checkpoint.c).
 */
#include "host-sw/conn/conn.h"
#include "host-sw/mechanism/mech_host_pull.h"
#include "host-sw/policy/move_owner.h"
#include "host-sw/server/server.h"
#include "models/hwif/checkpoint.h"

#include <assert.h>

struct values {
    uint64_t lines;
};

static const struct values preset = {.lines = CHECKPOINT_LINES_MAX};

static const struct scenario_key keys[] = {
    {"lines", SCENARIO_COUNT, SCENARIO_RULE_NONE, 1, CHECKPOINT_LINES_MAX,
     offsetof(struct values, lines), sizeof(uint64_t), 1, NULL,
     "lines of 64 bytes of each checkpoint: sequence numbers; congestion state; round-trip time"}};

extern const struct mechanism_ops mech_checkpoint;

static uint32_t lines(const unsigned char *values)
{
    const struct values *own = move_owner_values(&mech_checkpoint.own, values);
    return (uint32_t)own->lines;
}

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count == 1);
    (void)count;
    mech_host_pull_start(sw, entries[0]);
}

const struct mechanism_ops mech_checkpoint = {
    .name = "checkpoint",
    .nic_commands = MECH_HOST_PULL_COMMANDS,
    .nic_capabilities = NIC_CAPABILITY_CHECKPOINT,
    .rebuilds = true,
    .checkpoint_lines = lines,
    .batch_max = 1,
    .own = {keys, sizeof keys / sizeof keys[0], &preset, sizeof preset},
    .start = start,
    .on_done = mech_host_pull_on_done};
