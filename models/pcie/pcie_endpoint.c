#include "models/pcie/pcie_endpoint.h"

#include "models/pcie/pcie_dma.h"
#include "models/pcie/pcie_fault_pvt.h"
#include "models/pcie/pcie_link_pvt.h"
#include "models/pcie/pcie_report_pvt.h"

#include <assert.h>
#include <string.h>

static bool is_msix_table(uint32_t offset)
{
    return offset >= PCIE_MSIX_TABLE && offset < PCIE_MSIX_END;
}

static void on_mmio_write(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps)
{
    if (!pcie_config_memory_on(&link->config)) {
        /* An unsupported request; it is posted, so no completion reports it. */
        link->stats.discarded++;
    } else if (is_msix_table(tlp->config_offset)) {
        for (uint32_t i = 0; i + 4 <= tlp->len; i += 4) {
            uint32_t value;
            memcpy(&value, tlp->payload + i, sizeof value);
            pcie_config_msix_write32(&link->config, tlp->config_offset + i, value);
        }
        pcie_dma_send_pending(link, now_ps);
    } else {
        link->device.ops->mmio_write(link->device.self, tlp->config_offset, tlp->payload, tlp->len,
                                     now_ps);
    }
    pcie_cells_give(&link->cells, tlp->payload);
}

void pcie_endpoint_on_downstream(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps)
{
    if (link->silent) {
        link->stats.discarded++;
        if (tlp->payload)
            pcie_cells_give(&link->cells, tlp->payload);
        return;
    }
    if (tlp->kind == PCIE_TLP_MWR)
        on_mmio_write(link, tlp, now_ps);
    else
        pcie_dma_on_completion(link, tlp, now_ps);
}

/* Sends a completion. It joins the queue of posted writes, so it reaches the host after all of them. */
static void answer(struct pcie_link *link, const struct pcie_tlp *request, bool ok, bool has_data,
                   uint32_t value, uint64_t now_ps)
{
    if (!link->up)
        return; /* the link went down during the request, and the requester has been told */
    struct pcie_tlp tlp = {.kind = ok && has_data ? PCIE_TLP_CPLD : PCIE_TLP_CPL,
                           .len = ok && has_data ? 4 : 0,
                           .value = value,
                           .last = ok,
                           .done = request->done};
    pcie_link_push(link, PCIE_UP, &tlp, now_ps);
}

static void on_mmio_read(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps)
{
    bool ok = pcie_config_memory_on(&link->config);
    uint32_t value = 0;
    if (ok && is_msix_table(tlp->config_offset))
        value = pcie_config_msix_read32(&link->config, tlp->config_offset);
    else if (ok)
        value = link->device.ops->mmio_read32(link->device.self, tlp->config_offset, now_ps);
    answer(link, tlp, ok, true, value, now_ps);
}

/* Handles a configuration write. It takes effect at arrival, before its completion leaves. All TLPs that
 * the endpoint sent before are ahead of the completion, and it sends none afterwards, so the completion
 * proves the fence. */
static void on_config_write(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps)
{
    link->outlook.valid = false; /* tags, credits or the queue may change */
    bool reset = pcie_config_write32(&link->config, tlp->config_offset, tlp->value);
    if (reset) {
        link->stats.resets++;
        pcie_config_reset(&link->config, false);
    }
    pcie_fault_update_master(link, now_ps);
    pcie_dma_send_pending(link, now_ps);
    answer(link, tlp, true, false, 0, now_ps);
}

/* Returns true if the request gets no answer because the endpoint hangs. The root port waits for the completion timeout. */
static bool is_unanswered(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps)
{
    if (tlp->aborted) {
        pcie_link_note_failed(link, tlp->done, now_ps);
        pcie_report_of_root(link, PCIE_ERROR_COMPLETION_TIMEOUT, now_ps);
        return true;
    }
    if (!link->silent)
        return false;
    pcie_fault_let_time_out(link, tlp, tlp->start_ps);
    return true;
}

void pcie_endpoint_on_request(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps)
{
    if (is_unanswered(link, tlp, now_ps))
        return;
    if (tlp->kind == PCIE_TLP_MRD) {
        on_mmio_read(link, tlp, now_ps);
    } else if (tlp->kind == PCIE_TLP_CFGWR) {
        on_config_write(link, tlp, now_ps);
    } else {
        assert(tlp->kind == PCIE_TLP_CFGRD);
        uint32_t value =
            pcie_config_read32(&link->config, tlp->config_offset, link->read_active > 0);
        answer(link, tlp, true, true, value, now_ps);
    }
}
