/* The connection stays where it was opened, and the host relays its foreign frames to the owner. No foreign frame
 * starts a transfer, so this mechanism has no functions. */
#include "host-sw/mechanism/mechanism.h"
#include "models/hwif/nic_desc.h"

extern const struct mechanism_ops mech_forward;
const struct mechanism_ops mech_forward = {
    .name = "forward", .nic_commands = 1 << NIC_CMD_RX_INJECT, .batch_max = 1};
