/*
 * Moves go as with host-pull. When the source is dead, it is asked for nothing: the host builds the image from the
 * directory and the last records, when it knows that the source is fenced and has read all of its records
 * (host-sw/team/survival.c).
 */
#include "host-sw/conn/conn.h"
#include "host-sw/mechanism/mech_host_pull.h"
#include "host-sw/server/server.h"

#include <assert.h>

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count == 1);
    (void)count;
    mech_host_pull_start(sw, entries[0]);
}

extern const struct mechanism_ops mech_rebuild;
const struct mechanism_ops mech_rebuild = {.name = "rebuild",
                                           .nic_commands = MECH_HOST_PULL_COMMANDS,
                                           .rebuilds = true,
                                           .batch_max = 1,
                                           .start = start,
                                           .on_done = mech_host_pull_on_done};
