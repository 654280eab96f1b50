/*
 * The source writes the image into a slot of the destination, which activates the connection as soon as the image is
 * whole. In one step the driver tells the source to freeze the connection and where to write the image, and grants the
 * destination the generation. The image is written to host memory as
 * well, as a reserve: if the destination gets none, it reads that one, as with host-pull.
 *
 * Nothing orders what the two NICs write. So the driver acts on no record and no event of the new generation before it has
 * acted on the completion of FREEZE, behind which nothing of the source is outstanding.
 */
#include "host-sw/conn/conn.h"
#include "host-sw/mechanism/mech_host_pull.h"
#include "host-sw/policy/move_owner.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/place_nic_grant.h"
#include "host-sw/transfer/transfer.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>

struct values {
    uint64_t deadline_ps;
};

static const struct values preset = {.deadline_ps = 200 * PS_PER_US};

static const struct scenario_key keys[] = {
    {"deadline", SCENARIO_TIME, SCENARIO_RULE_NONE, PS_PER_NS, PS_PER_S,
     offsetof(struct values, deadline_ps), sizeof(uint64_t), 1, NULL,
     "time for which the new NIC waits for the image, before it reads it from host memory"}};

extern const struct mechanism_ops mech_peer_to_peer;

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count == 1);
    (void)count;
    const struct values *values = move_owner_values(&mech_peer_to_peer.own, sw->params.own);
    if (!place_nic_grant(sw, entries[0], server_now(sw) + values->deadline_ps))
        mech_host_pull_start(sw, entries[0]);
}

static void on_done(struct host_sw *sw, struct dir_entry *entry, const struct transfer_done *done)
{
    assert(dir_entry_is_sane(entry));
    if (done->step == TRANSFER_TAKEN && place_nic_confirm(sw, entry, done->image))
        return;
    mech_host_pull_on_done(sw, entry, done);
}

static bool may_consume(const struct host_sw *sw, const struct dir_entry *entry,
                        const struct nic_record *record)
{
    (void)sw;
    return !transfer_awaits_source(entry, record->gen);
}

const struct mechanism_ops mech_peer_to_peer = {
    .name = "peer-to-peer",
    .nic_commands = MECH_HOST_PULL_COMMANDS | 1 << NIC_CMD_HELD,
    .nic_capabilities = NIC_CAPABILITY_IMAGE_SLOTS | NIC_CAPABILITY_GRANT,
    .uses_tuples = true,
    .batch_max = 1,
    .own = {keys, sizeof keys / sizeof keys[0], &preset, sizeof preset},
    .start = start,
    .on_done = on_done,
    .may_consume = may_consume};
