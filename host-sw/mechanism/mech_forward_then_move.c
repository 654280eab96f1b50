/*
 * The first foreign frames are relayed to the source, which serves the connection until then. When the source has
 * applied the last of them, the move goes on as host-pull does. So the peer hears from the source at once, and the only
 * frames that are held are those that arrive while nobody serves the connection.
 *
 * A move that no foreign frame has asked for relays nothing, because its source may have lost its port.
 */
#include "host-sw/mechanism/mech_host_pull.h"
#include "host-sw/policy/move_owner.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"

#include <assert.h>

struct values {
    uint64_t frames;
};

static const struct values preset = {.frames = 1};

static const struct scenario_key keys[] = {
    {"frames", SCENARIO_COUNT, SCENARIO_RULE_NONE, 1, 1000, offsetof(struct values, frames),
     sizeof(uint64_t), 1, NULL, "foreign frames that are relayed to the owner before the move"}};

/* The words of `priv`: how many frames were relayed, and the number of the frame whose record the move waits for. */
enum { RELAYED, LAST_FRAME };
enum { OWN_RELAYED };

static const struct mechanism_mark marks[] = {
    [OWN_RELAYED] = {"relayed", "the host sees that A has applied the last frame it waits for"},
    {NULL, NULL}};

extern const struct mechanism_ops mech_forward_then_move;

/* The source serves the connection still, so the transfer has not begun to take it. */
static bool waits(const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    return transfer_is_under_way(entry) && entry->state == DIR_ACTIVE;
}

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count == 1);
    (void)count;
    if (entries[0]->transfer.reason != MOVE_FOREIGN)
        mech_host_pull_start(sw, entries[0]);
}

static bool on_frame(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame)
{
    assert(dir_entry_is_sane(entry));
    const struct values *values = move_owner_values(&mech_forward_then_move.own, sw->params.own);
    if (waits(entry) && ++entry->transfer.priv[RELAYED] == values->frames)
        entry->transfer.priv[LAST_FRAME] = frame->frame_id;
    return false; /* the frame is relayed to the source while the source serves the connection */
}

static void on_record(struct host_sw *sw, struct dir_entry *entry, const struct nic_record *record)
{
    assert(dir_entry_is_sane(entry));
    if (!waits(entry) || record->frame_id != entry->transfer.priv[LAST_FRAME])
        return;
    transfer_mark_own(sw, entry, OWN_RELAYED);
    mech_host_pull_start(sw, entry);
}

/* Without a destination the connection stays where it is. A late move waits for no further frame. */
static void on_end(struct host_sw *sw, struct dir_entry *entry, enum transfer_end_cause cause)
{
    assert(dir_entry_is_sane(entry));
    if (!waits(entry) || cause == TRANSFER_CONN_ENDED)
        return;
    if (cause == TRANSFER_DEADLINE)
        mech_host_pull_start(sw, entry);
    else
        transfer_cancel(sw, entry);
}

const struct mechanism_ops mech_forward_then_move = {
    .name = "forward-then-move",
    .nic_commands = MECH_HOST_PULL_COMMANDS,
    .priv_bytes = 2 * sizeof(uint64_t),
    .batch_max = 1,
    .own = {keys, sizeof keys / sizeof keys[0], &preset, sizeof preset},
    .marks = marks,
    .start = start,
    .on_done = mech_host_pull_on_done,
    .on_frame = on_frame,
    .on_end = on_end,
    .on_record = on_record};
