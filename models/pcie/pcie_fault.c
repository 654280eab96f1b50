#include "models/pcie/pcie_fault.h"

#include "models/pcie/pcie_fault_pvt.h"

#include "models/hwif/port_regs.h"
#include "models/pcie/pcie_dma.h"
#include "models/pcie/pcie_link_pvt.h"
#include "models/pcie/pcie_report_pvt.h"
#include "models/pcie/wire/pcie_wire_dll.h"

#include <assert.h>

struct loss {
    struct pcie_link *link;
    uint64_t now_ps;
};

static void discard(struct pcie_link *link, struct pcie_tlp *tlp, bool started, uint64_t now_ps)
{
    link->stats.discarded++;
    if (tlp->payload)
        pcie_cells_give(&link->cells, tlp->payload);
    if (!started)
        pcie_link_note(link, tlp->issued, now_ps, TIME_NEVER);
    pcie_link_note(link, tlp->visible, now_ps, TIME_NEVER);
    pcie_link_note_failed(link, tlp->done, now_ps);
}

static bool keep_if_not_request(void *self, struct pcie_tlp *tlp)
{
    struct loss *loss = self;
    if (tlp->kind == PCIE_TLP_CPL || tlp->kind == PCIE_TLP_CPLD || tlp->kind == PCIE_TLP_MSG)
        return true;
    if (tlp->kind == PCIE_TLP_MWR)
        loss->link->write_bytes_queued -= tlp->len;
    if (tlp->kind == PCIE_TLP_MRD)
        pcie_dma_forget(loss->link, tlp);
    discard(loss->link, tlp, false, loss->now_ps);
    return false;
}

static bool keep_none(void *self, struct pcie_tlp *tlp)
{
    struct loss *loss = self;
    discard(loss->link, tlp, false, loss->now_ps);
    return false;
}

void pcie_fault_stop_master(struct pcie_link *link, uint64_t now_ps)
{
    struct loss loss = {link, now_ps};
    link->outlook.valid = false;
    pcie_wire_filter(&link->wires[PCIE_UP], keep_if_not_request, &loss);
    pcie_dma_abort_reads(link, now_ps);
}

void pcie_fault_update_master(struct pcie_link *link, uint64_t now_ps)
{
    bool master = link->up && pcie_config_master_on(&link->config);
    if (master == link->master)
        return;
    link->master = master;
    link->stats.master_offs += !master && link->up;
    if (!master)
        pcie_fault_stop_master(link, now_ps);
    link->device.ops->fence(link->device.self, !master, now_ps);
}

static void discard_ring(struct pcie_link *link, struct pcie_ring *ring, uint64_t now_ps)
{
    for (size_t n = ring->count; n > 0; n--) {
        struct pcie_tlp tlp;
        pcie_ring_pop(ring, &tlp);
        if (tlp.kind == PCIE_TLP_MWR && tlp.arrival_ps <= now_ps && ring == &link->flying[PCIE_UP])
            pcie_ring_push(ring, &tlp);
        else
            discard(link, &tlp, true, now_ps);
    }
}

static void discard_all(struct pcie_link *link, uint64_t now_ps)
{
    struct loss loss = {link, now_ps};
    pcie_fault_stop_master(link, now_ps);
    for (int d = 0; d < 2; d++) {
        pcie_wire_filter(&link->wires[d], keep_none, &loss);
        discard_ring(link, &link->flying[d], now_ps);
        if (link->params.dll)
            discard_ring(link, &link->wires[d].unreceived, now_ps);
    }
    discard_ring(link, &link->sampling, now_ps);
    discard_ring(link, &link->forming, now_ps);
    discard_ring(link, &link->answering, now_ps);
    link->timeouts.count = link->peering.count = 0; /* their reads have ended */
    pcie_dma_drop_reads(link);
    pcie_dma_reset_tags(link, now_ps);
}

/* Brings the link up or down if that has to change. A hung endpoint is reset when the link goes down. */
static void update_link(struct pcie_link *link, uint64_t now_ps)
{
    bool up = !link->broken && !link->disabled;
    if (up == link->up)
        return;
    pcie_link_settle(link, now_ps);
    link->up = up;
    link->outlook.valid = false;
    uint64_t active_ps = now_ps;
    if (up && link->params.dll) {
        for (int d = 0; d < 2; d++)
            pcie_wire_dll_link_up(&link->wires[d], now_ps);
        active_ps = pcie_time_ps(link->wires[PCIE_UP].free_at);
    }
    if (!up) {
        link->stats.link_downs++;
        link->silent = false;
        discard_all(link, now_ps);
        pcie_config_reset(&link->config, true);
    }
    pcie_fault_update_master(link, now_ps);
    pcie_report_link(link, up, active_ps);
    pcie_link_wake(link, now_ps);
}

void pcie_link_set_up(struct pcie_link *link, bool up, uint64_t now_ps)
{
    link->broken = !up;
    update_link(link, now_ps);
}

void pcie_link_port_write32(struct pcie_link *link, uint32_t offset, uint32_t value,
                            uint64_t now_ps)
{
    pcie_space_write32(&link->rootport.space, offset, value);
    uint32_t control = pcie_space_read32(&link->rootport.space, PORT_LINK);
    link->disabled = (control & PORT_LINK_DISABLE) != 0;
    update_link(link, now_ps);
}

static void inject_read_fault(struct pcie_link *link, enum pcie_fault fault)
{
    link->poison_reads += fault == PCIE_FAULT_POISONED;
    link->drop_reads += fault == PCIE_FAULT_NO_COMPLETION;
    link->abort_reads += fault == PCIE_FAULT_ABORT;
}

/* Reports the completed write to the driver, as a kernel does that resets a function. */
static void on_config_written(void *self, uint64_t cookie, bool ok, const uint8_t *data,
                              uint32_t len, uint64_t now_ps)
{
    (void)cookie, (void)data, (void)len;
    if (ok)
        pcie_report_event(self, now_ps);
}

static void inject_config_write(struct pcie_link *link, enum pcie_fault fault, uint64_t now_ps)
{
    struct pcie_read_done done = {on_config_written, link, 0};
    uint32_t offset = PCIE_CONFIG_COMMAND;
    if (fault == PCIE_FAULT_RESET)
        offset = PCIE_CONFIG_DEVCTL;
    uint32_t value =
        link->config.space.dw[offset / 4] & 0xffff; /* the status above is cleared by ones */
    if (fault == PCIE_FAULT_RESET)
        value |= PCIE_CONFIG_DEVCTL_FLR;
    else
        value &= ~(uint32_t)PCIE_CONFIG_COMMAND_MASTER;
    pcie_link_cfg_write32(link, offset, value, done, now_ps);
}

void pcie_fault_let_time_out(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t from_ps)
{
    struct pcie_tlp end = {.kind = PCIE_TLP_CFGRD, .aborted = true, .done = tlp->done};
    end.due_ps = from_ps + link->params.completion_timeout_ps;
    pcie_link_insert_by_due(&link->answering, &end);
}

static bool keep_if_no_answer(void *self, struct pcie_tlp *tlp)
{
    struct loss *loss = self;
    if (tlp->kind != PCIE_TLP_CPL && tlp->kind != PCIE_TLP_CPLD)
        return true;
    pcie_fault_let_time_out(loss->link, tlp, loss->now_ps);
    return false;
}

/* Makes the endpoint hang. The data link layer goes on, so a TLP that has started arrives. */
static void make_silent(struct pcie_link *link, uint64_t now_ps)
{
    struct loss loss = {link, now_ps};
    if (!link->up)
        return;
    /* What has arrived by now counts as arrived, whether or not anybody
     * looked at the link since then. */
    pcie_link_settle(link, now_ps);
    link->silent = true;
    pcie_wire_filter(&link->wires[PCIE_UP], keep_if_no_answer, &loss);
}

void pcie_link_inject(struct pcie_link *link, enum pcie_fault fault, uint64_t now_ps)
{
    pcie_link_catch_up(link, now_ps);
    link->outlook.valid = false;
    switch (fault) {
    case PCIE_FAULT_TLP_ERROR:
    case PCIE_FAULT_DLLP_ERROR:
    case PCIE_FAULT_ACK_LOST:
        assert(link->params.dll);
        for (int d = 0; d < 2; d++) {
            link->wires[d].tlp_errors += fault == PCIE_FAULT_TLP_ERROR;
            link->wires[d].dllp_errors += fault == PCIE_FAULT_DLLP_ERROR;
            link->wires[d].ack_losses += fault == PCIE_FAULT_ACK_LOST;
        }
        break;
    case PCIE_FAULT_POISONED:
    case PCIE_FAULT_NO_COMPLETION:
    case PCIE_FAULT_ABORT:
        inject_read_fault(link, fault);
        break;
    case PCIE_FAULT_RESET:
    case PCIE_FAULT_MASTER_OFF:
        inject_config_write(link, fault, now_ps);
        break;
    case PCIE_FAULT_SILENT:
        make_silent(link, now_ps);
        break;
    }
    pcie_link_wake(link, now_ps);
}
