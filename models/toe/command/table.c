#include "models/toe/command/table.h"

#include "models/hwif/nic_desc.h"
#include "models/toe/command/cmd_abort.h"
#include "models/toe/command/cmd_freeze.h"
#include "models/toe/command/cmd_held.h"
#include "models/toe/command/cmd_icmp.h"
#include "models/toe/command/cmd_inject.h"
#include "models/toe/command/cmd_install.h"
#include "models/toe/command/cmd_nop.h"
#include "models/toe/command/cmd_release.h"
#include "models/toe/command/cmd_reserve.h"
#include "models/toe/command/cmd_set.h"
#include "models/toe/command/cmd_tx_frame.h"
#include "models/toe/command/ring/cmd_list.h"

uint32_t toe_command_bits(void)
{
    size_t size;
    uint32_t bits = 0;
    const struct toe_command *const *table = toe_command_table(&size);
    for (size_t op = 0; op < size; op++)
        bits |= table[op] ? UINT32_C(1) << op : 0;
    return bits;
}

const struct toe_command *const *toe_command_table(size_t *size)
{
    static const struct toe_command *const table[] = {
        [NIC_CMD_NOP] = &toe_cmd_nop,
        [NIC_CMD_RESERVE] = &toe_cmd_reserve,
        [NIC_CMD_INSTALL] = &toe_cmd_install,
        [NIC_CMD_FREEZE] = &toe_cmd_freeze,
        [NIC_CMD_RELEASE] = &toe_cmd_release,
        [NIC_CMD_RX_INJECT] = &toe_cmd_inject,
        [NIC_CMD_TX_FRAME] = &toe_cmd_tx_frame,
        [NIC_CMD_ABORT] = &toe_cmd_abort,
        [NIC_CMD_ICMP] = &toe_cmd_icmp,
        [NIC_CMD_SET] = &toe_cmd_set,
        [NIC_CMD_HELD] = &toe_cmd_held,
        [NIC_CMD_FREEZE_LIST] = &toe_cmd_freeze_list,
        [NIC_CMD_INSTALL_LIST] = &toe_cmd_install_list,
    };
    *size = sizeof table / sizeof table[0];
    return table;
}
