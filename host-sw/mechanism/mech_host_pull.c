/*
 * The driver takes the connection from its source and gives it to its destination by way of host memory. In a move
 * between two NICs it issues FREEZE to the source and RESERVE to the destination in the same step. The source has
 * written the image to host memory when its completion arrives, and INSTALL makes the destination read the image.
 */
#include "host-sw/mechanism/mech_host_pull.h"

#include "host-sw/conn/conn.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"

#include <assert.h>

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count == 1);
    (void)count;
    mech_host_pull_start(sw, entries[0]);
}

void mech_host_pull_start(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    const struct transfer *transfer = &entry->transfer;
    const struct place_ops *dest = place_table[transfer->dest];
    if (transfer->src == PLACE_NOWHERE)
        return; /* the code that opens the connection gives its first image */
    place_table[transfer->src]->take(sw, entry);
    if (transfer->at_nics.freezing && dest->prepare)
        dest->prepare(sw, entry); /* the image will follow */
}

/* Gives the image to the destination, or back to the source if the destination does not accept the image. */
static void give(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    const struct transfer *transfer = &entry->transfer;
    const struct place_ops *dest = place_table[transfer->dest];
    if (dest->accepts && !dest->accepts(sw, entry, image))
        transfer_go_back(sw, entry, image);
    else
        dest->give(sw, entry, transfer->dest, (enum move_reason)transfer->reason, image);
    assert(dir_entry_is_sane(entry));
}

void mech_host_pull_on_done(struct host_sw *sw, struct dir_entry *entry,
                            const struct transfer_done *done)
{
    assert(dir_entry_is_sane(entry));
    switch (done->step) {
    case TRANSFER_TAKEN:
        conn_mark(sw, entry, MARK_IMAGE_SEEN, server_now(sw));
        give(sw, entry, done->image);
        break;
    case TRANSFER_GIVEN:
        transfer_finish(sw, entry);
        break;
    case TRANSFER_GIVE_FAILED:
        transfer_go_back(sw, entry, NULL);
        break;
    case TRANSFER_ABSENT: /* the transfer ends when the connection's end event arrives */
    case TRANSFER_COMMAND:
        break;
    }
}

const struct mechanism_ops mech_host_pull = {.name = "host-pull",
                                             .nic_commands = MECH_HOST_PULL_COMMANDS,
                                             .batch_max = 1,
                                             .start = start,
                                             .on_done = mech_host_pull_on_done};
