/*
 * The driver takes the connection from its source as host-pull does. When it has the image, it writes the image into a slot
 * of the destination, line by line, and INSTALL follows. So the destination need not read the image from host memory,
 * which takes a round trip. If no slot is free, or the destination has none, the move goes on as with host-pull.
 */
#include "host-sw/conn/conn.h"
#include "host-sw/mechanism/mech_host_pull.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/place_nic.h"
#include "host-sw/transfer/transfer.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count == 1);
    (void)count;
    mech_host_pull_start(sw, entries[0]);
}

static void on_done(struct host_sw *sw, struct dir_entry *entry, const struct transfer_done *done)
{
    assert(dir_entry_is_sane(entry));
    if (done->step == TRANSFER_TAKEN)
        place_nic_push_next(entry);
    mech_host_pull_on_done(sw, entry, done);
}

const struct mechanism_ops mech_host_push = {.name = "host-push",
                                             .nic_commands = MECH_HOST_PULL_COMMANDS,
                                             .nic_capabilities = NIC_CAPABILITY_IMAGE_SLOTS,
                                             .uses_tuples = true,
                                             .batch_max = 1,
                                             .start = start,
                                             .on_done = on_done};
