/* Faults of a NIC's PCIe link, and requests from one NIC to the other. */
#include "models/hwif/nic_desc.h"
#include "models/hwif/nic_regs.h"
#include "models/pcie/pcie_link.h"
#include "sim/action/action_checks.h"
#include "sim/action/action_owners.h"

enum peer_access { PEER_READ, PEER_WRITE };

static void start_link(const struct action_targets *targets, const struct sim_action *action,
                       uint64_t now_ps)
{
    bool up = action->kind->number != 0;
    pcie_link_set_up(targets->pcie[action->nic], up, now_ps);
}

static void start_fault(const struct action_targets *targets, const struct sim_action *action,
                        uint64_t now_ps)
{
    enum pcie_fault fault = (enum pcie_fault)action->kind->number;
    pcie_link_inject(targets->pcie[action->nic], fault, now_ps);
}

static void ignore(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                   uint64_t now_ps)
{
    (void)self, (void)cookie, (void)ok, (void)data, (void)len, (void)now_ps;
}

/* The NIC accesses a register of the other NIC by DMA. It is either a register that can always
 * be read or one that may be written at any time. */
static void start_peer_access(const struct action_targets *targets, const struct sim_action *action,
                              uint64_t now_ps)
{
    struct pcie_endpoint from = pcie_link_endpoint(targets->pcie[action->nic]);
    uint64_t bar0 = pcie_link_bar0(targets->pcie[NIC_COUNT - 1 - action->nic]);
    uint32_t beat = 1;
    if (action->kind->number == PEER_WRITE)
        from.ops->write(from.self, bar0 + NIC_REG_HEARTBEAT, &beat, sizeof beat,
                        (struct pcie_done){0}, (struct pcie_done){0}, now_ps);
    else
        from.ops->read(from.self, bar0 + NIC_REG_MAGIC, sizeof beat,
                       (struct pcie_read_done){ignore, NULL, 0}, now_ps);
}

/* Software on the host writes four bytes into the push window, as if the core had flushed a line before it was whole. */
static void start_torn_line(const struct action_targets *targets, const struct sim_action *action,
                            uint64_t now_ps)
{
    static const uint32_t op = NIC_CMD_NOP;
    pcie_link_mmio_write(targets->pcie[action->nic], NIC_REG_PUSH_WINDOW, &op, sizeof op, now_ps);
}

static const struct action_ops link_ops = {.check = action_check_nic, .start = start_link};
static const struct action_ops fault_ops = {.check = action_check_nic, .start = start_fault};
static const struct action_ops torn_ops = {.check = action_check_nic, .start = start_torn_line};
static const struct action_ops peer_ops = {.check = action_check_nic, .start = start_peer_access};

enum { KEYS = ACTION_KEYS_COMMON | ACTION_KEY_NIC, DAMAGE = ACTION_MAY_DAMAGE | ACTION_MAY_STALL };

static const struct action_kind kinds[] = {
    {"pcie_down", &link_ops, false, KEYS, DAMAGE},
    {"pcie_up", &link_ops, true, KEYS, 0},
    {"pcie_tlp_error", &fault_ops, PCIE_FAULT_TLP_ERROR, KEYS, ACTION_NEEDS_DLL},
    {"pcie_dllp_error", &fault_ops, PCIE_FAULT_DLLP_ERROR, KEYS, ACTION_NEEDS_DLL},
    {"pcie_ack_lost", &fault_ops, PCIE_FAULT_ACK_LOST, KEYS, ACTION_NEEDS_DLL},
    {"pcie_poisoned", &fault_ops, PCIE_FAULT_POISONED, KEYS, DAMAGE},
    {"pcie_no_completion", &fault_ops, PCIE_FAULT_NO_COMPLETION, KEYS, DAMAGE},
    {"pcie_abort", &fault_ops, PCIE_FAULT_ABORT, KEYS, DAMAGE},
    {"pcie_reset", &fault_ops, PCIE_FAULT_RESET, KEYS, DAMAGE},
    {"pcie_master_off", &fault_ops, PCIE_FAULT_MASTER_OFF, KEYS, DAMAGE},
    {"pcie_silent", &fault_ops, PCIE_FAULT_SILENT, KEYS, DAMAGE},
    {"push_torn", &torn_ops, 0, KEYS, DAMAGE},
    {"pcie_peer_read", &peer_ops, PEER_READ, KEYS, 0},
    {"pcie_peer_write", &peer_ops, PEER_WRITE, KEYS, 0},
};

const struct action_owner action_pcie = {ACTION_LIST_FAULTS, kinds, sizeof kinds / sizeof kinds[0]};
