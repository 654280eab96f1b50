/*
 * The move waits until the peer has acknowledged everything the source was told to send, and then goes on as host-pull
 * does. This is what today's products do, so it is the mechanism to compare with. While it waits, the source serves
 * the connection: foreign frames are relayed to it, and what the application writes stays with the host. A transfer
 * that is late waits no longer, because a lost port never sends what is missing.
 */
#include "host-sw/mechanism/mech_host_pull.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"

#include <assert.h>

enum { OWN_ACKNOWLEDGED };

static const struct mechanism_mark marks[] = {
    [OWN_ACKNOWLEDGED] = {"acknowledged",
                          "the peer has acknowledged everything that A was told to send"},
    {NULL, NULL}};

static bool is_drained(const struct dir_entry *entry) { return entry->snd_una == entry->rung_tx; }

/* The source serves the connection still, so the transfer has not begun to take it. */
static bool waits(const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    return transfer_is_under_way(entry) && entry->state == DIR_ACTIVE;
}

static void go_on(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    transfer_mark_own(sw, entry, OWN_ACKNOWLEDGED);
    mech_host_pull_start(sw, entry);
}

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count == 1);
    (void)count;
    transfer_keep_data(entries[0]);
    if (is_drained(entries[0]))
        go_on(sw, entries[0]);
}

static void on_record(struct host_sw *sw, struct dir_entry *entry, const struct nic_record *record)
{
    assert(dir_entry_is_sane(entry));
    (void)record;
    if (waits(entry) && is_drained(entry))
        go_on(sw, entry);
}

/* Without a destination the connection stays where it is. */
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

extern const struct mechanism_ops mech_drain_first;
const struct mechanism_ops mech_drain_first = {.name = "drain-first",
                                               .nic_commands = MECH_HOST_PULL_COMMANDS,
                                               .batch_max = 1,
                                               .marks = marks,
                                               .start = start,
                                               .on_done = mech_host_pull_on_done,
                                               .on_end = on_end,
                                               .on_record = on_record};
