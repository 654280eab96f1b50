#include "models/pcie/wire/pcie_wire.h"

#include "models/base/units.h"
#include "models/pcie/wire/pcie_wire_dll.h"

#include <assert.h>

void pcie_wire_init(struct pcie_wire *wire, uint64_t ticks_per_byte, uint64_t propagation_ps)
{
    assert(ticks_per_byte > 0);
    *wire = (struct pcie_wire){
        .ticks_per_byte = ticks_per_byte, .propagation_ps = propagation_ps, .error_ps = TIME_NEVER};
    pcie_ring_init(&wire->posted, sizeof(struct pcie_tlp));
    pcie_ring_init(&wire->nonposted, sizeof(struct pcie_tlp));
    pcie_ring_init(&wire->issues, sizeof(uint64_t));
}

void pcie_wire_free(struct pcie_wire *wire)
{
    pcie_ring_free(&wire->posted);
    pcie_ring_free(&wire->nonposted);
    pcie_ring_free(&wire->issues);
    pcie_wire_dll_free(wire);
}

static bool is_nonposted(const struct pcie_tlp *tlp)
{
    return tlp->kind == PCIE_TLP_MRD || tlp->kind == PCIE_TLP_CFGRD || tlp->kind == PCIE_TLP_CFGWR;
}

static uint16_t data_credits(const struct pcie_tlp *tlp)
{
    if (tlp->kind == PCIE_TLP_MWR || tlp->kind == PCIE_TLP_CPLD)
        return (uint16_t)ceil_div(pcie_split_payload_dw(tlp->address, tlp->len), 4);
    return tlp->kind == PCIE_TLP_MSIX || tlp->kind == PCIE_TLP_CFGWR;
}

static bool is_finite(const struct pcie_flow *flow)
{
    return flow->capacity.headers != 0 || flow->capacity.data != 0;
}

static enum pcie_flow_kind flow_of(const struct pcie_wire *wire, const struct pcie_tlp *tlp)
{
    if (is_nonposted(tlp))
        return PCIE_FLOW_NP;
    bool posted =
        tlp->kind == PCIE_TLP_MWR || tlp->kind == PCIE_TLP_MSIX || tlp->kind == PCIE_TLP_MSG;
    if (posted)
        return PCIE_FLOW_P;
    return is_finite(&wire->flows[PCIE_FLOW_CPL]) ? PCIE_FLOW_CPL : PCIE_FLOW_NONE;
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
    tlp->flow = (uint8_t)flow_of(wire, tlp);
    tlp->credits = data_credits(tlp);
    enqueue(wire, tlp);
}

static struct pcie_units units_of(const struct pcie_tlp *tlp, enum pcie_flow_kind kind)
{
    return (struct pcie_units){1, kind == PCIE_FLOW_ACK ? tlp->wire_bytes : tlp->credits};
}

/* Returns since when credits and the replay buffer have allowed the TLP to start. */
static uint64_t ready_ps(const struct pcie_wire *wire, const struct pcie_tlp *tlp)
{
    if (!wire->dll)
        return tlp->queued_ps;
    uint64_t ps = pcie_flow_ready_ps(&wire->flows[PCIE_FLOW_ACK], units_of(tlp, PCIE_FLOW_ACK));
    if (tlp->flow != PCIE_FLOW_NONE)
        ps = u64_max(ps, pcie_flow_ready_ps(&wire->flows[tlp->flow],
                                            units_of(tlp, (enum pcie_flow_kind)tlp->flow)));
    return u64_max(ps, tlp->queued_ps);
}

static void choose(struct pcie_choice *choice, enum pcie_pick pick, struct pcie_time base)
{
    if (choice->pick == PCIE_PICK_NONE || pcie_time_is_before(base, choice->base)) {
        choice->pick = pick;
        choice->base = base;
    }
}

/* Chooses from the queues. The older head is the first candidate, so it wins a tie. */
static void pick_queued(const struct pcie_wire *wire, uint64_t nonposted_ps,
                        struct pcie_choice *choice)
{
    const struct pcie_tlp *posted = wire->posted.count ? pcie_ring_at(&wire->posted, 0) : NULL;
    const struct pcie_tlp *nonposted =
        wire->nonposted.count ? pcie_ring_at(&wire->nonposted, 0) : NULL;
    if (nonposted && nonposted_ps != TIME_NEVER && (!posted || nonposted->order < posted->order)) {
        uint64_t ps = u64_max(ready_ps(wire, nonposted), nonposted_ps);
        if (ps != TIME_NEVER)
            choose(choice, PCIE_PICK_NONPOSTED, pcie_time_after(wire->free_at, ps));
    }
    if (posted) {
        uint64_t ps = ready_ps(wire, posted);
        if (ps != TIME_NEVER)
            choose(choice, PCIE_PICK_POSTED, pcie_time_after(wire->free_at, ps));
    }
}

struct pcie_choice pcie_wire_pick(const struct pcie_wire *wire, uint64_t nonposted_ps)
{
    struct pcie_choice choice = {.pick = PCIE_PICK_NONE};
    if (wire->unreceived.count) {
        if (wire->resend < wire->unreceived.count)
            choose(&choice, PCIE_PICK_REPLAY, wire->free_at);
        else if (wire->rewind_ps != TIME_NEVER)
            choose(&choice, PCIE_PICK_REPLAY, pcie_time_after(wire->free_at, wire->rewind_ps));
    }
    if (wire->resend >= wire->unreceived.count)
        pick_queued(wire, nonposted_ps, &choice);
    choice.start = choice.base;
    if (wire->dll && choice.pick != PCIE_PICK_NONE)
        choice.start = pcie_wire_dll_start(wire, choice.base);
    return choice;
}

static struct pcie_tlp *picked(const struct pcie_wire *wire, enum pcie_pick pick, uint64_t start_ps)
{
    if (pick == PCIE_PICK_POSTED)
        return pcie_ring_at(&wire->posted, 0);
    if (pick == PCIE_PICK_NONPOSTED)
        return pcie_ring_at(&wire->nonposted, 0);
    assert(pick == PCIE_PICK_REPLAY);
    return pcie_ring_at(&wire->unreceived, wire->rewind_ps <= start_ps ? 0 : wire->resend);
}

uint64_t pcie_wire_arrival_ps(const struct pcie_wire *wire, const struct pcie_choice *choice)
{
    const struct pcie_tlp *tlp = picked(wire, choice->pick, pcie_time_ps(choice->start));
    struct pcie_time end = pcie_time_add(choice->start, tlp->wire_bytes * wire->ticks_per_byte);
    return pcie_time_ps(end) + wire->propagation_ps;
}

static void take_units(struct pcie_wire *wire, const struct pcie_tlp *tlp, uint64_t start_ps)
{
    if (ready_ps(wire, tlp) > u64_max(tlp->queued_ps, wire->tlp_end_ps))
        wire->stats.credit_stalls++;
    pcie_flow_take(&wire->flows[PCIE_FLOW_ACK], units_of(tlp, PCIE_FLOW_ACK), start_ps);
    if (tlp->flow != PCIE_FLOW_NONE)
        pcie_flow_take(&wire->flows[tlp->flow], units_of(tlp, (enum pcie_flow_kind)tlp->flow),
                       start_ps);
}

bool pcie_wire_start(struct pcie_wire *wire, const struct pcie_choice *choice, struct pcie_tlp *tlp)
{
    bool again = choice->pick == PCIE_PICK_REPLAY;
    uint64_t start_ps = pcie_time_ps(choice->start);
    if (again) {
        pcie_wire_dll_rewind(wire, start_ps);
        *tlp = *picked(wire, PCIE_PICK_REPLAY, start_ps);
    } else if (choice->pick == PCIE_PICK_POSTED) {
        pcie_ring_pop(&wire->posted, tlp);
        wire->posted_bytes_started += tlp->wire_bytes;
        uint64_t first;
        if (tlp->issued.fn)
            pcie_ring_pop(&wire->issues, &first);
    } else {
        assert(choice->pick == PCIE_PICK_NONPOSTED);
        pcie_ring_pop(&wire->nonposted, tlp);
    }
    if (wire->dll && !again)
        take_units(wire, tlp, start_ps);
    tlp->start_ps = start_ps;
    wire->free_at = pcie_time_add(choice->start, tlp->wire_bytes * wire->ticks_per_byte);
    wire->tlp_end_ps = pcie_time_ps(wire->free_at);
    tlp->arrival_ps = wire->tlp_end_ps + wire->propagation_ps;
    return !wire->dll || pcie_wire_dll_sent(wire, tlp, again);
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
