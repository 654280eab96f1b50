#include "models/pcie/pcie_peer.h"

#include "models/pcie/pcie_peer_pvt.h"

#include "models/pcie/pcie_link_pvt.h"
#include "models/pcie/pcie_report_pvt.h"
#include "models/pcie/pcie_root_pvt.h"

#include <assert.h>
#include <string.h>

enum { REGISTER_BYTES = 4 };

enum pcie_route pcie_peer_route(const struct pcie_link *link, const struct pcie_tlp *tlp)
{
    if (!link->host.ops->route)
        return PCIE_ROUTE_MEMORY;
    return link->host.ops->route(link->host.self, tlp->address, tlp->len);
}

static void refuse(struct pcie_link *link, enum pcie_route route, uint64_t now_ps)
{
    if (route == PCIE_ROUTE_REFUSED) {
        link->stats.peer_refused++;
        pcie_report_of_root(link, PCIE_ERROR_ACS, now_ps);
    } else {
        assert(route == PCIE_ROUTE_NOBODY);
        link->stats.unclaimed++;
        pcie_report_of_root(link, PCIE_ERROR_UNSUPPORTED, now_ps);
    }
}

void pcie_peer_write(struct pcie_link *link, const struct pcie_tlp *tlp, enum pcie_route route,
                     uint64_t now_ps)
{
    if (route != PCIE_ROUTE_PEER) {
        refuse(link, route, now_ps);
        return;
    }
    link->stats.peer_writes++;
    link->host.ops->peer_write(link->host.self, tlp->address, tlp->payload, tlp->len, now_ps);
}

/* Ends the request with a completion without data. */
static void fail(struct pcie_link *link, const struct pcie_tlp *tlp, bool unsupported,
                 uint64_t now_ps)
{
    struct pcie_tlp end = {.kind = PCIE_TLP_CPL,
                           .len = tlp->len,
                           .tag = tlp->tag,
                           .read = tlp->read,
                           .last = true,
                           .aborted = !unsupported,
                           .unsupported = unsupported};
    pcie_link_push(link, PCIE_DOWN, &end, now_ps);
}

/* Takes the waiting read out. Returns false if the link went down meanwhile, which has ended the read. */
static bool take_waiting(struct pcie_link *link, uint64_t order, struct pcie_tlp *found)
{
    bool is_there = false;
    for (size_t n = link->peering.count; n > 0; n--) {
        struct pcie_tlp tlp;
        pcie_ring_pop(&link->peering, &tlp);
        if (tlp.order == order) {
            *found = tlp;
            is_there = true;
        } else {
            pcie_ring_push(&link->peering, &tlp);
        }
    }
    return is_there;
}

static void on_answer(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                      uint64_t now_ps)
{
    struct pcie_link *link = self;
    struct pcie_tlp tlp;
    if (!take_waiting(link, cookie, &tlp))
        return;
    pcie_link_catch_up(link, now_ps);
    if (ok) {
        assert(len == tlp.len);
        memcpy(link->reads[tlp.read].data + tlp.read_offset, data, len);
        link->stats.peer_reads++;
        pcie_root_complete(link, &tlp, false, now_ps);
    } else {
        fail(link, &tlp, true, now_ps);
    }
    pcie_link_wake(link, now_ps);
}

void pcie_peer_read(struct pcie_link *link, const struct pcie_tlp *tlp, enum pcie_route route,
                    uint64_t now_ps)
{
    if (route != PCIE_ROUTE_PEER) {
        refuse(link, route, now_ps);
        fail(link, tlp, route == PCIE_ROUTE_NOBODY, now_ps);
        return;
    }
    if (tlp->len != REGISTER_BYTES) {
        fail(link, tlp, false, now_ps);
        return;
    }
    pcie_ring_push(&link->peering, tlp);
    struct pcie_read_done done = {on_answer, link, tlp->order};
    link->host.ops->peer_read(link->host.self, tlp->address, done, now_ps);
}

uint64_t pcie_link_bar0(const struct pcie_link *link) { return pcie_config_bar0(&link->config); }

bool pcie_link_claims(const struct pcie_link *link, uint64_t address, uint32_t len,
                      uint32_t *offset)
{
    uint64_t bar0 = pcie_config_bar0(&link->config);
    bool inside = address >= bar0 && address - bar0 <= NIC_BAR0_BYTES - len;
    if (!link->up || !pcie_config_memory_on(&link->config) || !inside)
        return false;
    *offset = (uint32_t)(address - bar0);
    return true;
}
