#include "models/pcie/pcie_wire.h"

#include "models/base/units.h"

#include <assert.h>

void pcie_wire_init(struct pcie_wire *wire, uint64_t ticks_per_byte, uint64_t propagation_ps)
{
    assert(ticks_per_byte > 0);
    *wire = (struct pcie_wire){.ticks_per_byte = ticks_per_byte, .propagation_ps = propagation_ps};
    pcie_ring_init(&wire->posted, sizeof(struct pcie_tlp));
    pcie_ring_init(&wire->nonposted, sizeof(struct pcie_tlp));
    pcie_ring_init(&wire->issues, sizeof(uint64_t));
}

void pcie_wire_free(struct pcie_wire *wire)
{
    pcie_ring_free(&wire->posted);
    pcie_ring_free(&wire->nonposted);
    pcie_ring_free(&wire->issues);
}

static bool is_nonposted(const struct pcie_tlp *tlp)
{
    return tlp->kind == PCIE_TLP_MRD || tlp->kind == PCIE_TLP_CFGRD || tlp->kind == PCIE_TLP_CFGWR;
}

static void enqueue(struct pcie_wire *wire, struct pcie_tlp *tlp)
{
    if (is_nonposted(tlp)) {
        pcie_ring_push(&wire->nonposted, tlp);
        return;
    }
    tlp->queued_before = wire->posted_bytes_pushed;
    wire->posted_bytes_pushed += tlp->wire_bytes;
    pcie_ring_push(&wire->posted, tlp);
    if (tlp->issued.fn)
        pcie_ring_push(&wire->issues, &tlp->queued_before);
}

void pcie_wire_push(struct pcie_wire *wire, struct pcie_tlp *tlp, uint64_t now_ps)
{
    tlp->order = wire->order_next++;
    tlp->queued_ps = now_ps;
    tlp->wire_bytes = pcie_split_wire_bytes((enum pcie_tlp_kind)tlp->kind, tlp->address, tlp->len);
    enqueue(wire, tlp);
}

enum pcie_pick pcie_wire_pick(const struct pcie_wire *wire, uint64_t nonposted_ps,
                              struct pcie_time *start)
{
    const struct pcie_tlp *posted = wire->posted.count ? pcie_ring_at(&wire->posted, 0) : NULL;
    const struct pcie_tlp *nonposted =
        wire->nonposted.count ? pcie_ring_at(&wire->nonposted, 0) : NULL;
    if (nonposted && nonposted_ps != TIME_NEVER && (!posted || nonposted->order < posted->order)) {
        *start = pcie_time_after(wire->free_at, u64_max(nonposted->queued_ps, nonposted_ps));
        return PCIE_PICK_NONPOSTED;
    }
    if (!posted)
        return PCIE_PICK_NONE;
    *start = pcie_time_after(wire->free_at, posted->queued_ps);
    return PCIE_PICK_POSTED;
}

uint64_t pcie_wire_arrival_ps(const struct pcie_wire *wire, enum pcie_pick pick,
                              struct pcie_time start)
{
    assert(pick != PCIE_PICK_NONE);
    const struct pcie_tlp *tlp =
        pcie_ring_at(pick == PCIE_PICK_POSTED ? &wire->posted : &wire->nonposted, 0);
    struct pcie_time end = pcie_time_add(start, tlp->wire_bytes * wire->ticks_per_byte);
    return pcie_time_ps(end) + wire->propagation_ps;
}

void pcie_wire_start(struct pcie_wire *wire, enum pcie_pick pick, struct pcie_time start,
                     struct pcie_tlp *tlp)
{
    assert(pick != PCIE_PICK_NONE);
    if (pick == PCIE_PICK_POSTED) {
        pcie_ring_pop(&wire->posted, tlp);
        wire->posted_bytes_started += tlp->wire_bytes;
        uint64_t first;
        if (tlp->issued.fn)
            pcie_ring_pop(&wire->issues, &first);
    } else {
        pcie_ring_pop(&wire->nonposted, tlp);
    }
    tlp->start_ps = pcie_time_ps(start);
    wire->free_at = pcie_time_add(start, tlp->wire_bytes * wire->ticks_per_byte);
    tlp->arrival_ps = pcie_time_ps(wire->free_at) + wire->propagation_ps;
}

uint64_t pcie_wire_issue_ps_min(const struct pcie_wire *wire)
{
    if (wire->issues.count == 0)
        return TIME_NEVER;
    const uint64_t *first = pcie_ring_at(&wire->issues, 0);
    const struct pcie_tlp *head = pcie_ring_at(&wire->posted, 0);
    struct pcie_time time = pcie_time_after(wire->free_at, head->queued_ps);
    return pcie_time_ps(
        pcie_time_add(time, (*first - wire->posted_bytes_started) * wire->ticks_per_byte));
}

static void filter(struct pcie_wire *wire, struct pcie_ring *ring,
                   bool (*keep)(void *self, struct pcie_tlp *tlp), void *self)
{
    for (size_t n = ring->count; n > 0; n--) {
        struct pcie_tlp tlp;
        pcie_ring_pop(ring, &tlp);
        if (keep(self, &tlp))
            enqueue(wire, &tlp);
    }
}

void pcie_wire_filter(struct pcie_wire *wire, bool (*keep)(void *self, struct pcie_tlp *tlp),
                      void *self)
{
    wire->issues.count = 0;
    wire->posted_bytes_started = wire->posted_bytes_pushed;
    filter(wire, &wire->posted, keep, self);
    filter(wire, &wire->nonposted, keep, self);
}
