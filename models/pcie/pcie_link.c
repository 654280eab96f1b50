/* Time: what starts, arrives and takes effect on both wires, and when the link has to run next. */
#include "models/pcie/pcie_dma.h"
#include "models/pcie/pcie_link_pvt.h"
#include "models/pcie/pcie_report_pvt.h"
#include "models/pcie/pcie_started.h"
#include "models/pcie/wire/pcie_wire_dll.h"

#include <assert.h>

/* Inserts from the end. Latencies differ little, so the place is near the end. */
void pcie_link_insert_by_due(struct pcie_ring *ring, const struct pcie_tlp *tlp)
{
    pcie_ring_push(ring, tlp);
    for (size_t i = ring->count - 1; i > 0; i--) {
        struct pcie_tlp *earlier = pcie_ring_at(ring, i - 1);
        struct pcie_tlp *later = pcie_ring_at(ring, i);
        if (earlier->due_ps <= tlp->due_ps)
            break;
        *later = *earlier;
        *earlier = *tlp;
    }
}

void pcie_link_note(struct pcie_link *link, struct pcie_done done, uint64_t at_ps,
                    uint64_t value_ps)
{
    if (!done.fn)
        return;
    struct pcie_note note = {.done = done, .at_ps = at_ps, .value_ps = value_ps};
    pcie_ring_push(&link->notes, &note);
    waker_wake(link->waker, at_ps);
}

void pcie_link_note_failed(struct pcie_link *link, struct pcie_read_done done, uint64_t at_ps)
{
    if (!done.fn)
        return;
    struct pcie_note note = {.read_done = done, .at_ps = at_ps, .value_ps = at_ps};
    pcie_ring_push(&link->notes, &note);
    waker_wake(link->waker, at_ps);
}

/* Returns the time at which a TLP takes effect: not before earlier TLPs of the same direction. So posted
 * data is in memory before a later message, completion or read arrives there (docs/timing.md 1.6). */
static uint64_t in_order(struct pcie_link *link, int direction, uint64_t at_ps)
{
    return u64_max(at_ps, link->due_last_ps[direction]);
}

static void send_to_peer(struct pcie_link *link, int direction, struct pcie_tlp *tlp,
                         uint64_t latency_ps)
{
    tlp->due_ps = in_order(link, direction, tlp->arrival_ps + latency_ps);
    link->due_last_ps[direction] = tlp->due_ps;
    pcie_ring_push(&link->flying[direction], tlp);
}

/* Handles the start of a TLP. `again`: the same TLP has started before and was not received. */
static void on_started(struct pcie_link *link, int direction, struct pcie_tlp *tlp, bool again,
                       bool arrives, uint64_t now_ps)
{
    if (!again && direction == PCIE_UP && tlp->kind == PCIE_TLP_MRD)
        pcie_dma_take_tag(link, tlp);
    pcie_started_count(link, direction, tlp);
    pcie_started_show(link, direction, tlp, again, arrives);
    if (again || direction != PCIE_UP || tlp->kind != PCIE_TLP_MWR)
        return;
    link->write_bytes_queued -= tlp->len;
    pcie_link_note(link, tlp->issued, now_ps, tlp->start_ps);
}

static uint64_t enter_ps(const struct pcie_link *link, const struct pcie_tlp *tlp)
{
    const struct pcie_host *host = &link->host;
    if (!host->ops->enter)
        return 0;
    return host->ops->enter(host->self, tlp->address, tlp->arrival_ps);
}

static uint64_t root_read_ps(const struct pcie_link *link)
{
    return link->params.root_read_ps + link->host.access_ps;
}

/* Schedules the effect of a received TLP, and the time when it leaves the receive buffer. A write stays in
 * the buffer until it is visible, a request until the requests ahead of it have left. */
static void on_sent(struct pcie_link *link, int direction, struct pcie_tlp *tlp)
{
    if (direction == PCIE_UP && tlp->kind == PCIE_TLP_MWR) {
        send_to_peer(link, direction, tlp, link->params.root_write_ps + enter_ps(link, tlp));
    } else if (direction == PCIE_UP && tlp->kind == PCIE_TLP_MRD) {
        tlp->due_ps =
            in_order(link, direction, tlp->arrival_ps + root_read_ps(link) + enter_ps(link, tlp));
        pcie_link_insert_by_due(&link->sampling, tlp);
    } else if (tlp->kind == PCIE_TLP_MRD) {
        tlp->due_ps = in_order(link, direction, tlp->arrival_ps) + link->params.device_mmio_ps;
        pcie_link_insert_by_due(&link->answering, tlp);
    } else if (tlp->kind == PCIE_TLP_CFGRD || tlp->kind == PCIE_TLP_CFGWR) {
        tlp->due_ps = in_order(link, direction, tlp->arrival_ps);
        pcie_link_insert_by_due(&link->answering, tlp);
    } else {
        send_to_peer(link, direction, tlp, 0);
    }
    bool posted = tlp->flow == PCIE_FLOW_P;
    pcie_wire_release(&link->wires[direction], tlp,
                      posted ? tlp->due_ps : in_order(link, direction, tlp->arrival_ps));
}

static uint64_t nonposted_ready_ps(const struct pcie_link *link, int direction)
{
    return direction == PCIE_UP ? pcie_dma_tag_ready_ps(link) : 0;
}

static void note_tag_stall(struct pcie_link *link)
{
    struct pcie_wire *wire = &link->wires[PCIE_UP];
    if (wire->nonposted.count == 0 || pcie_dma_tag_ready_ps(link) != TIME_NEVER)
        return;
    struct pcie_tlp *head = pcie_ring_at(&wire->nonposted, 0);
    if (!head->waited) {
        head->waited = true;
        link->stats.tag_stalls++;
    }
}

static uint64_t timer_next_ps(const struct pcie_link *link)
{
    if (!link->params.dll)
        return TIME_NEVER;
    return u64_min(link->wires[PCIE_UP].ack_timer_ps, link->wires[PCIE_DOWN].ack_timer_ps);
}

/* Processes one DLLP or timer that takes effect by `at_ps`, the earliest first. Returns false if there is none. */
static bool settle_between(struct pcie_link *link, uint64_t at_ps)
{
    uint64_t timer_ps = timer_next_ps(link);
    if (timer_ps == TIME_NEVER)
        pcie_wire_dll_pass_idle(&link->wires[PCIE_UP], at_ps);
    uint64_t report_ps[2] = {pcie_wire_dllp_next_ps(&link->wires[PCIE_UP]),
                             pcie_wire_dllp_next_ps(&link->wires[PCIE_DOWN])};
    uint64_t first_ps = u64_min(timer_ps, u64_min(report_ps[0], report_ps[1]));
    if (first_ps > at_ps)
        return false;
    if (report_ps[PCIE_UP] == first_ps) {
        pcie_wire_dll_advance(&link->wires[PCIE_UP], first_ps);
    } else if (report_ps[PCIE_DOWN] == first_ps) {
        pcie_wire_dll_advance(&link->wires[PCIE_DOWN], first_ps);
    } else {
        int d = link->wires[PCIE_UP].ack_timer_ps == timer_ps ? PCIE_UP : PCIE_DOWN;
        pcie_wire_on_ack_timer(&link->wires[d]);
    }
    return true;
}

static void start_one(struct pcie_link *link, int direction, const struct pcie_choice *choice,
                      uint64_t now_ps)
{
    struct pcie_tlp tlp;
    struct pcie_wire *wire = &link->wires[direction];
    bool arrives = pcie_wire_start(wire, choice, &tlp);
    on_started(link, direction, &tlp, choice->pick == PCIE_PICK_REPLAY, arrives, now_ps);
    if (arrives)
        on_sent(link, direction, &tlp);
    else if (choice->pick != PCIE_PICK_REPLAY)
        pcie_wire_dll_keep(wire, &tlp);
}

/* Returns the direction that starts first; at equal times it is upstream. */
static int first_to_start(const struct pcie_choice choices[2])
{
    if (choices[PCIE_UP].pick == PCIE_PICK_NONE)
        return PCIE_DOWN;
    if (choices[PCIE_DOWN].pick == PCIE_PICK_NONE)
        return PCIE_UP;
    return pcie_time_is_before(choices[PCIE_DOWN].start, choices[PCIE_UP].start) ? PCIE_DOWN
                                                                                 : PCIE_UP;
}

static uint64_t report_next_ps(const struct pcie_link *link, const struct pcie_outlook *outlook)
{
    (void)outlook;
    return pcie_report_next_ps(link);
}

static bool report_run(struct pcie_link *link, uint64_t at_ps, uint64_t now_ps)
{
    (void)now_ps;
    if (pcie_report_next_ps(link) > at_ps)
        return false;
    pcie_report_errors(link, at_ps);
    return true;
}

/* DLLPs that a waiting TLP needs are sent in time; all others are processed late. */
static uint64_t dll_next_ps(const struct pcie_link *link, const struct pcie_outlook *outlook)
{
    uint64_t next = u64_min(outlook->fault_ps, timer_next_ps(link));
    for (int d = 0; d < 2; d++)
        if (outlook->credit_ps[d] != TIME_NEVER)
            next = u64_min(next, pcie_wire_dllp_next_ps(link->wires[d].peer));
    return next;
}

static bool dll_run(struct pcie_link *link, uint64_t at_ps, uint64_t now_ps)
{
    (void)now_ps;
    return link->params.dll && settle_between(link, at_ps);
}

static uint64_t start_next_ps(const struct pcie_link *link, const struct pcie_outlook *outlook)
{
    (void)link;
    uint64_t next = TIME_NEVER;
    for (int d = 0; d < 2; d++)
        if (outlook->choices[d].pick != PCIE_PICK_NONE)
            next = u64_min(next, pcie_time_ps(outlook->choices[d].start));
    return next;
}

static bool start_run(struct pcie_link *link, uint64_t at_ps, uint64_t now_ps)
{
    const struct pcie_choice *choices = link->outlook.choices;
    int d = first_to_start(choices);
    assert(pcie_time_ps(choices[d].start) == at_ps);
    pcie_wire_dll_advance(&link->wires[d], at_ps);
    start_one(link, d, &choices[d], now_ps);
    return true;
}

/* What happens on the wires. run() does one thing that is due at `at_ps`, and returns false if nothing is. At equal times
 * the first in this list runs first. */
static const struct wire_part {
    uint64_t (*next_ps)(const struct pcie_link *link, const struct pcie_outlook *outlook);
    bool (*run)(struct pcie_link *link, uint64_t at_ps, uint64_t now_ps);
} wire_parts[] = {
    {report_next_ps, report_run},
    {dll_next_ps, dll_run},
    {start_next_ps, start_run},
};
enum { WIRE_PARTS = sizeof wire_parts / sizeof wire_parts[0] };

/* Computes the outlook. */
static void look(const struct pcie_link *link, struct pcie_outlook *outlook)
{
    outlook->fault_ps = u64_min(pcie_wire_dllp_fault_ps(&link->wires[PCIE_UP]),
                                pcie_wire_dllp_fault_ps(&link->wires[PCIE_DOWN]));
    for (int d = 0; d < 2; d++) {
        const struct pcie_wire *wire = &link->wires[d];
        uint64_t tag_ps = nonposted_ready_ps(link, d);
        outlook->choices[d] = pcie_wire_pick(wire, tag_ps);
        outlook->credit_ps[d] = pcie_wire_credit_ps_min(wire, tag_ps != TIME_NEVER);
    }
    if (link->silent && outlook->choices[PCIE_UP].pick != PCIE_PICK_REPLAY) {
        outlook->choices[PCIE_UP] = (struct pcie_choice){.pick = PCIE_PICK_NONE};
        outlook->credit_ps[PCIE_UP] = TIME_NEVER;
    }
    outlook->first_ps = TIME_NEVER;
    for (int i = 0; i < WIRE_PARTS; i++)
        outlook->first_ps = u64_min(outlook->first_ps, wire_parts[i].next_ps(link, outlook));
    outlook->valid = true;
}

/* Processes both directions in time order, because the TLPs of one decide what the other may send. */
void pcie_link_catch_up(struct pcie_link *link, uint64_t now_ps)
{
    for (;;) {
        struct pcie_outlook *outlook = &link->outlook;
        if (!outlook->valid)
            look(link, outlook);
        uint64_t at_ps = outlook->first_ps;
        if (at_ps > now_ps)
            break;
        outlook->valid = false;
        for (int i = 0; i < WIRE_PARTS; i++)
            if (wire_parts[i].run(link, at_ps, now_ps))
                break;
    }
    note_tag_stall(link);
}

static uint64_t flying_due_ps(const struct pcie_ring *flying)
{
    /* Only the last completion of a request causes an event; earlier ones are processed with it. */
    for (size_t i = 0; i < flying->count; i++) {
        const struct pcie_tlp *tlp = pcie_ring_at(flying, i);
        if (tlp->kind != PCIE_TLP_CPLD || tlp->last)
            return tlp->due_ps;
    }
    return TIME_NEVER;
}

static uint64_t head_due_ps(const struct pcie_ring *ring)
{
    return ring->count ? ((const struct pcie_tlp *)pcie_ring_at(ring, 0))->due_ps : TIME_NEVER;
}

/* Returns when a direction has to be processed next. While a TLP travels whose arrival someone observes,
 * the starts of later TLPs can wait until then, because they take effect no earlier. Otherwise it is in
 * time to process the direction when the next TLP arrives, or, if all queued TLPs are reads, when the root
 * complex has handled it. A probe observes each start at its time, and a damaged TLP is detected when it
 * arrives. */
static uint64_t direction_next_ps(const struct pcie_link *link, int direction,
                                  const struct pcie_choice *choice)
{
    const struct pcie_wire *wire = &link->wires[direction];
    bool every_start = probe_wants(link->probe, PROBE_PCIE_TLP) || wire->tlp_errors > 0;
    uint64_t due = flying_due_ps(&link->flying[direction]);
    if (due != TIME_NEVER && !every_start)
        return due;
    if (choice->pick == PCIE_PICK_NONE)
        return due;
    if (every_start)
        return u64_min(due, pcie_time_ps(choice->start));
    uint64_t arrival_ps = pcie_wire_arrival_ps(wire, choice);
    if (direction == PCIE_UP && wire->posted.count == 0 && wire->unreceived.count == 0)
        return arrival_ps + root_read_ps(link);
    return arrival_ps;
}

/* Returns when the next write may report `issued`. It does so at its start, so not before the next start of
 * any TLP. */
static uint64_t issue_next_ps(const struct pcie_link *link, const struct pcie_choice *choice)
{
    uint64_t issue_ps = pcie_wire_issue_ps_min(&link->wires[PCIE_UP]);
    if (issue_ps == TIME_NEVER || choice->pick == PCIE_PICK_NONE)
        return TIME_NEVER;
    return u64_max(issue_ps, pcie_time_ps(choice->start));
}

static uint64_t wires_next_ps(const struct pcie_link *link, const struct pcie_outlook *outlook)
{
    uint64_t next = issue_next_ps(link, &outlook->choices[PCIE_UP]);
    for (int d = 0; d < 2; d++) {
        next = u64_min(next, direction_next_ps(link, d, &outlook->choices[d]));
        next = u64_min(next, outlook->credit_ps[d]);
    }
    return u64_min(next, u64_min(outlook->fault_ps, timer_next_ps(link)));
}

static uint64_t note_next_ps(const struct pcie_link *link, const struct pcie_outlook *outlook)
{
    (void)outlook;
    if (!link->notes.count)
        return TIME_NEVER;
    return ((const struct pcie_note *)pcie_ring_at(&link->notes, 0))->at_ps;
}

/* Makes the first callback that is due. Returns false if there is none. */
static bool note_run(struct pcie_link *link, uint64_t now_ps)
{
    if (!link->notes.count)
        return false;
    struct pcie_note note;
    pcie_ring_pop(&link->notes, &note);
    if (note.done.fn)
        note.done.fn(note.done.self, note.done.cookie, note.value_ps);
    else
        note.read_done.fn(note.read_done.self, note.read_done.cookie, false, NULL, 0, now_ps);
    return true;
}

static uint64_t ring_next_ps(const struct pcie_link *link, const struct pcie_outlook *outlook)
{
    (void)outlook;
    uint64_t next = TIME_NEVER;
    for (int i = PCIE_TIMED_ANSWERING; i < PCIE_TIMED_COUNT; i++)
        next = u64_min(next, head_due_ps(link->timed[i].ring));
    return next;
}

/* Handles the first TLP that is due in the first ring that has one. */
static bool ring_run(struct pcie_link *link, uint64_t now_ps)
{
    for (int i = 0; i < PCIE_TIMED_COUNT; i++) {
        const struct pcie_timed *timed = &link->timed[i];
        if (head_due_ps(timed->ring) > now_ps)
            continue;
        struct pcie_tlp tlp;
        pcie_ring_pop(timed->ring, &tlp);
        timed->run(link, &tlp, now_ps);
        return true;
    }
    return false;
}

/* What the link has to do and when. run() handles one event that is due, and returns false if none is. It is null where
 * pcie_link_catch_up() does the work. At equal times the first in this list runs first. */
static const struct link_part {
    uint64_t (*next_ps)(const struct pcie_link *link, const struct pcie_outlook *outlook);
    bool (*run)(struct pcie_link *link, uint64_t now_ps);
} link_parts[] = {
    {report_next_ps, NULL},
    {wires_next_ps, NULL},
    {note_next_ps, note_run},
    {ring_next_ps, ring_run},
};
enum { LINK_PARTS = sizeof link_parts / sizeof link_parts[0] };

static uint64_t link_next_ps(const void *self)
{
    const struct pcie_link *link = self;
    struct pcie_outlook fresh;
    const struct pcie_outlook *outlook = &link->outlook;
    if (!outlook->valid) {
        look(link, &fresh);
        outlook = &fresh;
    }
    uint64_t next = TIME_NEVER;
    for (int i = 0; i < LINK_PARTS; i++)
        next = u64_min(next, link_parts[i].next_ps(link, outlook));
    return next;
}

void pcie_link_wake(struct pcie_link *link, uint64_t now_ps)
{
    pcie_link_catch_up(link, now_ps);
    waker_wake(link->waker, link_next_ps(link));
}

/* Handles one event that is due. Returns false if none was due. */
static bool run_one(struct pcie_link *link, uint64_t now_ps)
{
    pcie_link_catch_up(link, now_ps);
    for (int i = 0; i < LINK_PARTS; i++)
        if (link_parts[i].run && link_parts[i].run(link, now_ps))
            return true;
    return false;
}

static void link_run(void *self, uint64_t now_ps)
{
    struct pcie_link *link = self;
    while (run_one(link, now_ps))
        ;
}

void pcie_link_push(struct pcie_link *link, int direction, struct pcie_tlp *tlp, uint64_t now_ps)
{
    assert(link->up);
    link->outlook.valid = false;
    pcie_wire_push(&link->wires[direction], tlp, now_ps);
}

struct stage pcie_link_stage(struct pcie_link *link, const char *name)
{
    return (struct stage){name, link, link_run, link_next_ps};
}

/* Processes completions that have arrived. They stay in flight until the last one of their request is due,
 * because only that one is waited for, but they must not count as lost and must not be missing in the
 * counters. */
void pcie_link_settle(struct pcie_link *link, uint64_t now_ps)
{
    pcie_link_catch_up(link, now_ps);
    const struct pcie_timed *timed = &link->timed[PCIE_TIMED_DOWNSTREAM];
    struct pcie_ring *flying = timed->ring;
    while (head_due_ps(flying) <= now_ps) {
        struct pcie_tlp tlp = *(const struct pcie_tlp *)pcie_ring_at(flying, 0);
        if (tlp.kind != PCIE_TLP_CPLD || tlp.last)
            break;
        pcie_ring_pop(flying, &tlp);
        timed->run(link, &tlp, now_ps);
    }
}
