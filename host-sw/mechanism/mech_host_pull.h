/* The basic mechanism, whose steps other mechanisms use as well. */
#ifndef TOESIM_HOST_TRANSFER_MECH_HOST_PULL_H
#define TOESIM_HOST_TRANSFER_MECH_HOST_PULL_H

#include "host-sw/mechanism/mechanism.h"
#include "models/hwif/nic_desc.h"

extern const struct mechanism_ops mech_host_pull;

/* The commands that the steps of this mechanism need. */
enum {
    MECH_HOST_PULL_COMMANDS = 1 << NIC_CMD_RESERVE | 1 << NIC_CMD_INSTALL | 1 << NIC_CMD_FREEZE |
                              1 << NIC_CMD_RELEASE | 1 << NIC_CMD_RX_INJECT
};

/* Takes the connection from its source. */
void mech_host_pull_start(struct host_sw *sw, struct dir_entry *entry);

/* Acts on a step of the transfer: gives the image that was taken to the destination, or ends the transfer. */
void mech_host_pull_on_done(struct host_sw *sw, struct dir_entry *entry,
                            const struct transfer_done *done);

#endif
