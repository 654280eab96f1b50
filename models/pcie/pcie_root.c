#include "models/pcie/pcie_root.h"

#include "models/pcie/pcie_root_pvt.h"

#include "models/pcie/pcie_link_pvt.h"
#include "models/pcie/pcie_peer_pvt.h"
#include "models/pcie/pcie_report_pvt.h"

#include <assert.h>
#include <string.h>

static void end_host_request(const struct pcie_tlp *tlp, uint64_t now_ps)
{
    if (!tlp->done.fn)
        return;
    uint8_t data[4];
    memcpy(data, &tlp->value, sizeof data);
    bool ok = tlp->last;
    tlp->done.fn(tlp->done.self, tlp->done.cookie, ok, ok ? data : NULL, ok ? 4 : 0, now_ps);
}

/* Handles a write. A refused write is lost, and its `visible` callback gets TIME_NEVER. */
static void on_write(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps)
{
    enum pcie_route route = pcie_peer_route(link, tlp);
    if (route == PCIE_ROUTE_MEMORY)
        link->host.ops->mem_write(link->host.self, tlp->address, tlp->payload, tlp->len, now_ps);
    else
        pcie_peer_write(link, tlp, route, now_ps);
    pcie_cells_give(&link->cells, tlp->payload);
    bool arrived = route == PCIE_ROUTE_MEMORY || route == PCIE_ROUTE_PEER;
    if (tlp->visible.fn)
        tlp->visible.fn(tlp->visible.self, tlp->visible.cookie, arrived ? now_ps : TIME_NEVER);
}

void pcie_root_on_upstream(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps)
{
    switch (tlp->kind) {
    case PCIE_TLP_MWR:
        on_write(link, tlp, now_ps);
        break;
    case PCIE_TLP_MSIX:
        link->host.ops->msix(link->host.self, link->nic, tlp->vector, now_ps);
        break;
    case PCIE_TLP_MSG:
        pcie_report_message(link, tlp, now_ps);
        break;
    default:
        assert(tlp->kind == PCIE_TLP_CPL || tlp->kind == PCIE_TLP_CPLD);
        end_host_request(tlp, now_ps);
        break;
    }
}

void pcie_root_on_sample(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps)
{
    enum pcie_route route = pcie_peer_route(link, tlp);
    if (route != PCIE_ROUTE_MEMORY) {
        pcie_peer_read(link, tlp, route, now_ps);
        return;
    }
    uint8_t *into = link->reads[tlp->read].data + tlp->read_offset;
    uint64_t extra_ps =
        link->host.ops->mem_read(link->host.self, tlp->address, into, tlp->len, now_ps);
    if (extra_ps == 0) {
        pcie_root_on_formed(link, tlp, now_ps);
        return;
    }
    tlp->due_ps = now_ps + extra_ps;
    pcie_link_insert_by_due(&link->forming, tlp);
}

static bool strikes(uint32_t *faults)
{
    if (*faults == 0)
        return false;
    (*faults)--;
    return true;
}

/* Applies an injected fault. Returns true if the request gets no completion with data. */
static bool fail_request(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps)
{
    struct pcie_tlp end = {
        .kind = PCIE_TLP_CPL, .len = tlp->len, .tag = tlp->tag, .read = tlp->read, .last = true};
    if (strikes(&link->drop_reads)) {
        uint64_t timeout_ps =
            pcie_config_timeout_ps(&link->config, link->params.completion_timeout_ps);
        end.due_ps = timeout_ps == TIME_NEVER ? TIME_NEVER : tlp->start_ps + timeout_ps;
        pcie_link_insert_by_due(&link->timeouts, &end);
        return true;
    }
    if (!strikes(&link->abort_reads))
        return false;
    end.aborted = true;
    pcie_link_push(link, PCIE_DOWN, &end, now_ps);
    pcie_report_of_root(link, PCIE_ERROR_COMPLETER_ABORT, now_ps);
    return true;
}

void pcie_root_on_formed(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps)
{
    if (fail_request(link, tlp, now_ps))
        return;
    pcie_root_complete(link, tlp, strikes(&link->poison_reads), now_ps);
}

void pcie_root_complete(struct pcie_link *link, const struct pcie_tlp *tlp, bool poisoned,
                        uint64_t now_ps)
{
    for (uint32_t offset = 0; offset < tlp->len;) {
        uint32_t piece =
            pcie_split_completion(tlp->address + offset, tlp->len - offset, link->params.mps_bytes,
                                  link->params.rcb_bytes, link->params.completion_each_rcb);
        /* The lower address determines how many DWs the payload has. */
        struct pcie_tlp completion = {.kind = PCIE_TLP_CPLD,
                                      .address = pcie_split_lower_address(tlp->address + offset),
                                      .len = piece,
                                      .tag = tlp->tag,
                                      .read = tlp->read,
                                      .poisoned = poisoned};
        offset += piece;
        completion.last = offset == tlp->len;
        pcie_link_push(link, PCIE_DOWN, &completion, now_ps);
    }
}

static void request(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps)
{
    if (!link->up) {
        link->stats.discarded++;
        pcie_link_note_failed(link, tlp->done, now_ps);
        return;
    }
    pcie_link_catch_up(link, now_ps);
    pcie_link_push(link, PCIE_DOWN, tlp, now_ps);
    pcie_link_wake(link, now_ps);
}

void pcie_link_mmio_write(struct pcie_link *link, uint32_t offset, const void *data, uint32_t len,
                          uint64_t now_ps)
{
    assert(len > 0 && len <= link->params.mps_bytes);
    assert(offset + len <= NIC_BAR0_BYTES);
    link->stats.mmio_writes++;
    struct pcie_tlp tlp = {.kind = PCIE_TLP_MWR,
                           .address = pcie_config_bar0(&link->config) + offset,
                           .config_offset = offset,
                           .len = len,
                           .last = true};
    if (link->up)
        tlp.payload = pcie_cells_take(&link->cells, data, len);
    request(link, &tlp, now_ps);
}

void pcie_link_mmio_read32(struct pcie_link *link, uint32_t offset, struct pcie_read_done done,
                           uint64_t now_ps)
{
    assert(offset % 4 == 0 && offset < NIC_BAR0_BYTES);
    link->stats.mmio_reads++;
    struct pcie_tlp tlp = {.kind = PCIE_TLP_MRD,
                           .address = pcie_config_bar0(&link->config) + offset,
                           .config_offset = offset,
                           .len = 4,
                           .done = done};
    request(link, &tlp, now_ps);
}

void pcie_link_cfg_read32(struct pcie_link *link, uint32_t offset, struct pcie_read_done done,
                          uint64_t now_ps)
{
    assert(offset % 4 == 0 && offset < PCIE_SPACE_EXTENDED_BYTES);
    struct pcie_tlp tlp = {.kind = PCIE_TLP_CFGRD, .config_offset = offset, .done = done};
    request(link, &tlp, now_ps);
}

void pcie_link_cfg_write32(struct pcie_link *link, uint32_t offset, uint32_t value,
                           struct pcie_read_done done, uint64_t now_ps)
{
    assert(offset % 4 == 0 && offset < PCIE_SPACE_EXTENDED_BYTES);
    struct pcie_tlp tlp = {
        .kind = PCIE_TLP_CFGWR, .config_offset = offset, .value = value, .done = done};
    request(link, &tlp, now_ps);
}
