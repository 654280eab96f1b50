#include "models/pcie/wire/pcie_wire_dll.h"

#include "models/pcie/wire/pcie_wire.h"

#include "models/base/units.h"

#include <assert.h>

enum dllp_source { SOURCE_NAK = PCIE_FLOW_COUNT, SOURCE_SKP, SOURCE_COUNT };

void pcie_wire_dll_init(struct pcie_wire *wire, struct pcie_wire *peer, unsigned gen,
                        unsigned lanes, uint32_t mps_bytes)
{
    uint64_t symbol_ps = pcie_dll_symbol_ps(gen);
    uint64_t limit_ps = pcie_dll_ack_limit(gen, lanes, mps_bytes) * symbol_ps;
    wire->dll = true;
    wire->peer = peer;
    wire->skp_ticks = pcie_dll_skp_bytes(gen, lanes) * wire->ticks_per_byte;
    wire->skp_period_ticks = pcie_dll_skp_period_bytes(gen, lanes) * wire->ticks_per_byte;
    wire->skp_next = pcie_time_add((struct pcie_time){0, 0}, wire->skp_period_ticks);
    wire->replay_limit_ps = pcie_dll_replay_limit(gen, lanes, mps_bytes) * symbol_ps;
    wire->rewind_ps = wire->nak_due_ps = wire->ack_timer_ps = TIME_NEVER;
    pcie_ring_init(&wire->unreceived, sizeof(struct pcie_tlp));
    for (int k = 0; k < PCIE_FLOW_COUNT; k++) {
        struct pcie_flow *flow = &wire->flows[k];
        pcie_flow_init(flow);
        flow->latency_ps = limit_ps;
        flow->period_ps = k == PCIE_FLOW_ACK ? TIME_NEVER : 30 * PS_PER_US; /* timing 1.4 */
        pcie_flow_reset(flow, 0);
    }
    /* The next sequence number is one more than those outstanding after the last acknowledged one. */
    wire->flows[PCIE_FLOW_ACK].capacity.headers = PCIE_SEQ_WINDOW - 1;
}

void pcie_wire_dll_free(struct pcie_wire *wire)
{
    if (!wire->dll)
        return;
    pcie_ring_free(&wire->unreceived);
    for (int k = 0; k < PCIE_FLOW_COUNT; k++)
        pcie_flow_free_memory(&wire->flows[k]);
}

/* Returns how many DLLPs have been started back to back since 0, at the time when an arrival can change the
 * next one. */
static uint64_t dllps_until(uint64_t ticks, uint64_t dllp_ticks)
{
    return (ticks + dllp_ticks - 1) / dllp_ticks;
}

/* Brings the link up. Both ends start together and repeat InitFC1 for three kinds without a pause. When an
 * end has received all three, it sends InitFC2 instead; the first InitFC2 that arrives ends the exchange
 * (docs/timing.md 1.4). */
void pcie_wire_dll_link_up(struct pcie_wire *wire, uint64_t up_ps)
{
    const uint64_t kinds = 3;
    uint64_t dllp_ticks = PCIE_DLLP_WIRE_BYTES * wire->ticks_per_byte;
    uint64_t way_ticks = wire->propagation_ps * PCIE_TICKS_PER_PS;
    uint64_t first = dllps_until(kinds * dllp_ticks + way_ticks, dllp_ticks);
    uint64_t all = dllps_until((first + 1) * dllp_ticks + way_ticks, dllp_ticks);
    wire->free_at = pcie_time_add((struct pcie_time){up_ps, 0}, all * dllp_ticks);
    wire->stats.initfcs += all;
    wire->skp_next = pcie_time_add(wire->free_at, wire->skp_period_ticks);
    wire->rewind_ps = wire->nak_due_ps = wire->ack_timer_ps = TIME_NEVER;
    wire->resend = 0;
    wire->replay_num = 0;
    assert(wire->unreceived.count == 0);
    for (int k = 0; k < PCIE_FLOW_COUNT; k++)
        pcie_flow_reset(&wire->flows[k], pcie_time_ps(wire->free_at));
}

/* Collects the times at which each source has to send. At equal times the order of enum dllp_source decides. */
static void collect(const struct pcie_wire *wire, uint64_t due_ps[SOURCE_COUNT])
{
    for (int k = 0; k < PCIE_FLOW_COUNT; k++)
        due_ps[k] = wire->peer->flows[k].due_ps;
    due_ps[SOURCE_NAK] = wire->peer->nak_due_ps;
    due_ps[SOURCE_SKP] = pcie_time_ps(wire->skp_next);
}

static int earliest(const uint64_t due_ps[SOURCE_COUNT])
{
    int best = 0;
    for (int k = 1; k < SOURCE_COUNT; k++)
        if (due_ps[k] < due_ps[best])
            best = k;
    return best;
}

static uint64_t cost_ticks(const struct pcie_wire *wire, int source)
{
    return source == SOURCE_SKP ? wire->skp_ticks : PCIE_DLLP_WIRE_BYTES * wire->ticks_per_byte;
}

/* Returns how many SKP periods lie completely in idle time before `ps`. */
static uint64_t idle_periods(const struct pcie_wire *wire, struct pcie_time next, uint64_t ps)
{
    uint64_t period_ps = wire->skp_period_ticks / PCIE_TICKS_PER_PS + 1;
    uint64_t gap_ps = ps > next.ps ? ps - next.ps : 0;
    uint64_t periods = gap_ps / period_ps;
    uint64_t periods_max = UINT64_MAX / 2 / wire->skp_period_ticks;
    return periods > 2 ? u64_min(periods - 2, periods_max) : 0;
}

struct pcie_time pcie_wire_dll_start(const struct pcie_wire *wire, struct pcie_time base)
{
    uint64_t due_ps[SOURCE_COUNT];
    collect(wire, due_ps);
    int source = earliest(due_ps);
    struct pcie_time start = base;
    struct pcie_time free_at = wire->free_at;
    struct pcie_time skp_next = wire->skp_next;
    while (due_ps[source] <= pcie_time_ps(start)) {
        uint64_t at_ps = due_ps[source];
        due_ps[source] = TIME_NEVER;
        if (source == SOURCE_SKP) {
            if (!pcie_time_is_before(skp_next, free_at))
                skp_next = pcie_time_add(skp_next, idle_periods(wire, skp_next, start.ps) *
                                                       wire->skp_period_ticks);
            at_ps = pcie_time_ps(skp_next);
            skp_next = pcie_time_add(skp_next, wire->skp_period_ticks);
            due_ps[SOURCE_SKP] = pcie_time_ps(skp_next);
        }
        free_at = pcie_time_add(pcie_time_after(free_at, at_ps), cost_ticks(wire, source));
        if (pcie_time_is_before(start, free_at))
            start = free_at;
        source = earliest(due_ps);
    }
    return start;
}

uint64_t pcie_wire_dllp_next_ps(const struct pcie_wire *wire)
{
    if (!wire->dll)
        return TIME_NEVER;
    uint64_t due_ps[SOURCE_COUNT];
    collect(wire, due_ps);
    due_ps[SOURCE_SKP] = TIME_NEVER;
    uint64_t next_ps = due_ps[earliest(due_ps)];
    return next_ps == TIME_NEVER ? next_ps : u64_max(next_ps, pcie_time_ps(wire->free_at));
}

uint64_t pcie_wire_dllp_fault_ps(const struct pcie_wire *wire)
{
    if (!wire->dll)
        return TIME_NEVER;
    bool ack_waits = wire->peer->flows[PCIE_FLOW_ACK].due_ps != TIME_NEVER;
    if (wire->peer->nak_due_ps == TIME_NEVER && wire->dllp_errors == 0 &&
        !(wire->ack_losses && ack_waits))
        return TIME_NEVER;
    return pcie_wire_dllp_next_ps(wire);
}

static void note_error(struct pcie_wire *wire, uint64_t at_ps)
{
    wire->error_ps = u64_min(wire->error_ps, at_ps);
}

/* Counts one more replay without progress. The 4th in a row retrains the link, so both directions stop. */
static uint64_t count_replay(struct pcie_wire *wire, uint64_t at_ps)
{
    wire->stats.replays++;
    if (wire->replay_num < PCIE_REPLAY_NUM_MAX) {
        wire->replay_num++;
        return at_ps;
    }
    wire->replay_num = 0;
    wire->stats.retrains++;
    note_error(wire, at_ps);
    at_ps += wire->retrain_ps;
    wire->free_at = pcie_time_after(wire->free_at, at_ps);
    wire->peer->free_at = pcie_time_after(wire->peer->free_at, at_ps);
    return at_ps;
}

static bool take_fault(uint32_t *faults)
{
    if (*faults == 0)
        return false;
    (*faults)--;
    return true;
}

/* Sends a Nak. Like an Ack, it acknowledges the TLPs before the damaged one. */
static void send_nak(struct pcie_wire *wire, uint64_t at_ps, uint64_t arrive_ps, bool lost)
{
    struct pcie_wire *sender = wire->peer;
    sender->nak_due_ps = TIME_NEVER;
    wire->stats.naks++;
    pcie_flow_report(&sender->flows[PCIE_FLOW_ACK], at_ps, arrive_ps, lost);
    if (lost) {
        sender->stats.replay_timeouts++;
        arrive_ps = u64_max(arrive_ps, sender->nak_timer_ps);
        note_error(sender, arrive_ps);
    }
    sender->rewind_ps = count_replay(sender, arrive_ps);
}

static void send_ack(struct pcie_wire *wire, uint64_t at_ps, uint64_t arrive_ps, bool lost)
{
    struct pcie_wire *sender = wire->peer;
    struct pcie_flow *flow = &sender->flows[PCIE_FLOW_ACK];
    if (take_fault(&wire->ack_losses)) {
        wire->stats.acks_lost++;
        lost = true;
    }
    wire->stats.acks++;
    pcie_flow_report(flow, at_ps, arrive_ps, lost);
    if (lost && sender->ack_timer_ps == TIME_NEVER) {
        sender->ack_timer_ps = u64_max(flow->lost_from_ps, sender->replayed_ps) -
                               wire->propagation_ps + sender->replay_limit_ps;
    } else if (!lost && arrive_ps < sender->ack_timer_ps) {
        sender->ack_timer_ps = TIME_NEVER;
        if (sender->unreceived.count == 0)
            sender->replay_num = 0;
    }
}

static void send_dllp(struct pcie_wire *wire, int source, uint64_t at_ps)
{
    uint64_t arrive_ps = pcie_time_ps(wire->free_at) + wire->propagation_ps;
    bool lost = take_fault(&wire->dllp_errors);
    if (lost) {
        wire->stats.bad_dllps++;
        note_error(wire, arrive_ps);
    }
    if (source == SOURCE_NAK) {
        send_nak(wire, at_ps, arrive_ps, lost);
    } else if (source == PCIE_FLOW_ACK) {
        send_ack(wire, at_ps, arrive_ps, lost);
    } else {
        wire->stats.updatefcs++;
        pcie_flow_report(&wire->peer->flows[source], at_ps, arrive_ps, lost);
    }
}

static bool is_quiet(const struct pcie_wire *wire)
{
    if (pcie_time_is_before(wire->skp_next, wire->free_at) || wire->dllp_errors ||
        wire->nak_due_ps != TIME_NEVER || wire->unreceived.count)
        return false;
    for (int k = 0; k < PCIE_FLOW_COUNT; k++)
        if (wire->flows[k].freed.count || wire->flows[k].forced_ps != TIME_NEVER ||
            wire->flows[k].lost_from_ps != TIME_NEVER)
            return false;
    return true;
}

void pcie_wire_dll_pass_idle(struct pcie_wire *wire, uint64_t now_ps)
{
    struct pcie_wire *wires[2] = {wire, wire->peer};
    uint64_t periods[2];
    for (int i = 0; i < 2; i++) {
        periods[i] = idle_periods(wires[i], wires[i]->skp_next, now_ps);
        if (periods[i] == 0 || !is_quiet(wires[i]))
            return;
    }
    for (int i = 0; i < 2; i++) {
        wires[i]->skp_next =
            pcie_time_add(wires[i]->skp_next, periods[i] * wires[i]->skp_period_ticks);
        wires[i]->stats.skps += periods[i];
        for (int k = 0; k < PCIE_FLOW_COUNT; k++)
            wires[i]->stats.updatefcs +=
                pcie_flow_skip(&wires[i]->peer->flows[k], wires[i]->skp_next.ps);
    }
}

void pcie_wire_dll_advance(struct pcie_wire *wire, uint64_t now_ps)
{
    if (!wire->dll)
        return;
    for (;;) {
        uint64_t due_ps[SOURCE_COUNT];
        collect(wire, due_ps);
        int source = earliest(due_ps);
        struct pcie_time start = pcie_time_after(wire->free_at, due_ps[source]);
        if (source == SOURCE_SKP && !pcie_time_is_before(wire->skp_next, wire->free_at))
            start = wire->skp_next;
        if (pcie_time_ps(start) > now_ps)
            return;
        wire->free_at = pcie_time_add(start, cost_ticks(wire, source));
        if (source == SOURCE_SKP) {
            wire->skp_next = pcie_time_add(wire->skp_next, wire->skp_period_ticks);
            wire->stats.skps++;
        } else {
            send_dllp(wire, source, pcie_time_ps(start));
        }
    }
}

static uint64_t waits_until_ps(const struct pcie_wire *wire, const struct pcie_tlp *tlp)
{
    const struct pcie_flow *ack = &wire->flows[PCIE_FLOW_ACK];
    uint64_t due_ps = TIME_NEVER;
    if (pcie_flow_ready_ps(ack, (struct pcie_units){1, tlp->wire_bytes}) == TIME_NEVER)
        due_ps = ack->due_ps;
    if (tlp->flow != PCIE_FLOW_NONE) {
        const struct pcie_flow *flow = &wire->flows[tlp->flow];
        if (pcie_flow_ready_ps(flow, (struct pcie_units){1, tlp->credits}) == TIME_NEVER)
            due_ps = u64_min(due_ps, flow->due_ps);
    }
    if (due_ps == TIME_NEVER)
        return TIME_NEVER;
    const struct pcie_wire *back = wire->peer;
    struct pcie_time start = pcie_time_after(back->free_at, due_ps);
    return pcie_time_ps(pcie_time_add(start, PCIE_DLLP_WIRE_BYTES * back->ticks_per_byte)) +
           back->propagation_ps;
}

uint64_t pcie_wire_credit_ps_min(const struct pcie_wire *wire, bool nonposted_has_tag)
{
    uint64_t ps = TIME_NEVER;
    if (!wire->dll)
        return ps;
    if (wire->posted.count)
        ps = waits_until_ps(wire, pcie_ring_at(&wire->posted, 0));
    if (wire->nonposted.count && nonposted_has_tag)
        ps = u64_min(ps, waits_until_ps(wire, pcie_ring_at(&wire->nonposted, 0)));
    return ps;
}

/* Replays after a lost Ack. The receiver has all resent TLPs already, drops them as duplicates and
 * acknowledges at once. */
void pcie_wire_on_ack_timer(struct pcie_wire *wire)
{
    const struct pcie_flow *flow = &wire->flows[PCIE_FLOW_ACK];
    uint64_t at_ps = wire->ack_timer_ps;
    struct pcie_units known = pcie_flow_known(flow, at_ps);
    wire->ack_timer_ps = TIME_NEVER;
    wire->stats.replay_timeouts++;
    note_error(wire, at_ps);
    wire->stats.replayed_tlps += flow->sent.headers - known.headers;
    at_ps = count_replay(wire, at_ps);
    wire->free_at = pcie_time_add(pcie_time_after(wire->free_at, at_ps),
                                  (flow->sent.data - known.data) * wire->ticks_per_byte);
    wire->replayed_ps = pcie_time_ps(wire->free_at) + wire->propagation_ps;
    pcie_flow_force(&wire->flows[PCIE_FLOW_ACK], wire->replayed_ps);
}

void pcie_wire_release(struct pcie_wire *wire, const struct pcie_tlp *tlp, uint64_t at_ps)
{
    if (wire->dll && tlp->flow != PCIE_FLOW_NONE)
        pcie_flow_give(&wire->flows[tlp->flow], (struct pcie_units){1, tlp->credits}, at_ps);
}

static void want_nak(struct pcie_wire *wire, const struct pcie_tlp *tlp)
{
    wire->nak_due_ps = tlp->arrival_ps;
    wire->nak_timer_ps = tlp->arrival_ps - wire->propagation_ps + wire->replay_limit_ps;
}

static void received(struct pcie_wire *wire, const struct pcie_tlp *tlp)
{
    pcie_flow_give(&wire->flows[PCIE_FLOW_ACK], (struct pcie_units){1, tlp->wire_bytes},
                   tlp->arrival_ps);
}

bool pcie_wire_dll_sent(struct pcie_wire *wire, struct pcie_tlp *tlp, bool again)
{
    bool bad = take_fault(&wire->tlp_errors);
    if (bad) {
        wire->stats.bad_tlps++;
        note_error(wire, tlp->arrival_ps);
    }
    bool expected = again ? wire->resend == 0 : wire->unreceived.count == 0;
    if (again)
        wire->stats.replayed_tlps++;
    if (expected && !bad) {
        if (again) {
            struct pcie_tlp head;
            pcie_ring_pop(&wire->unreceived, &head);
            wire->replay_num = 0;
        }
        received(wire, tlp);
        return true;
    }
    if (!again)
        pcie_ring_push(&wire->unreceived, tlp);
    wire->resend = again ? wire->resend + 1 : wire->unreceived.count;
    if (expected)
        want_nak(wire, tlp);
    return false;
}

void pcie_wire_dll_keep(struct pcie_wire *wire, const struct pcie_tlp *tlp)
{
    assert(wire->unreceived.count > 0);
    struct pcie_tlp *last = pcie_ring_at(&wire->unreceived, wire->unreceived.count - 1);
    *last = *tlp;
}

void pcie_wire_dll_rewind(struct pcie_wire *wire, uint64_t start_ps)
{
    if (wire->rewind_ps > start_ps)
        return;
    wire->rewind_ps = TIME_NEVER;
    wire->resend = 0;
}
