#include "models/pcie/pcie_link_pvt.h"

#include <assert.h>
#include <stdlib.h>

void pcie_params_default(struct pcie_params *params)
{
    *params = (struct pcie_params){
        .gen = 3,
        .lanes = 8,
        .mps_bytes = 256,
        .mrrs_bytes = 512,
        .rcb_bytes = 64,
        .tags = 64,
        /* timing 1.10: the host part of a DMA read is 399 ns. How much of it is the way there and
         * back is not published; 100 ns each way are assumed, so that posted crossings cost too. */
        .propagation_ps = 100 * PS_PER_NS,
        .root_read_ps = 199 * PS_PER_NS,
        .root_write_ps = 100 * PS_PER_NS,
        .device_mmio_ps = 780 * PS_PER_NS,
        .write_queue_bytes = 16384,
    };
}

static bool is_power_of_two_between(uint32_t value, uint32_t low, uint32_t high)
{
    return value >= low && value <= high && (value & (value - 1)) == 0;
}

enum status pcie_params_check(const struct pcie_params *params, struct error *err)
{
    if (params->gen < 1 || params->gen > 5)
        return error_set(err, STATUS_BAD_INPUT, "gen: %u is not a PCIe generation, give 1 to 5",
                         params->gen);
    if (!is_power_of_two_between(params->lanes, 1, 16))
        return error_set(err, STATUS_BAD_INPUT, "lanes: %u is no link width, give 1, 2, 4, 8 or 16",
                         params->lanes);
    if (!is_power_of_two_between(params->mps_bytes, 128, 4096))
        return error_set(err, STATUS_BAD_INPUT, "mps: %u is wrong, give 128, 256, .. 4096 bytes",
                         params->mps_bytes);
    if (!is_power_of_two_between(params->mrrs_bytes, 128, 4096))
        return error_set(err, STATUS_BAD_INPUT, "mrrs: %u is wrong, give 128, 256, .. 4096 bytes",
                         params->mrrs_bytes);
    if (params->rcb_bytes != 64 && params->rcb_bytes != 128)
        return error_set(err, STATUS_BAD_INPUT, "rcb: %u is wrong, give 64 or 128 bytes",
                         params->rcb_bytes);
    if (params->tags < 1 || params->tags > PCIE_TAGS_MAX)
        return error_set(err, STATUS_BAD_INPUT, "tags: %u is out of range, give 1 to %d",
                         params->tags, PCIE_TAGS_MAX);
    if (params->write_queue_bytes < params->mps_bytes)
        return error_set(err, STATUS_BAD_INPUT,
                         "write_queue: %u bytes hold no write of mps = %u bytes",
                         params->write_queue_bytes, params->mps_bytes);
    return STATUS_OK;
}

struct pcie_link *pcie_link_create(const struct pcie_params *params, unsigned nic,
                                   struct pcie_device device, struct pcie_host host,
                                   const struct waker *waker, const struct probe *probe)
{
    assert(pcie_params_check(params, NULL) == STATUS_OK);
    assert(device.ops && host.ops);
    struct pcie_link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->params = *params;
    link->nic = nic;
    link->device = device;
    link->host = host;
    link->waker = waker;
    link->probe = probe;
    link->up = true;
    link->master = true;
    struct pcie_config_shape shape = {
        nic, params->gen, params->lanes, params->mps_bytes, params->mrrs_bytes, params->tags};
    pcie_config_init(&link->config, &shape);
    uint64_t ticks = pcie_rate_ticks_per_byte(params->gen, params->lanes);
    for (int d = 0; d < 2; d++) {
        pcie_wire_init(&link->wires[d], ticks, params->propagation_ps);
        pcie_ring_init(&link->flying[d], sizeof(struct pcie_tlp));
    }
    pcie_ring_init(&link->sampling, sizeof(struct pcie_tlp));
    pcie_ring_init(&link->forming, sizeof(struct pcie_tlp));
    pcie_ring_init(&link->answering, sizeof(struct pcie_tlp));
    pcie_ring_init(&link->notes, sizeof(struct pcie_note));
    pcie_cells_init(&link->cells, params->mps_bytes);
    pcie_dma_init(link);
    return link;
}

void pcie_link_destroy(struct pcie_link *link)
{
    if (!link)
        return;
    for (int d = 0; d < 2; d++) {
        pcie_wire_free(&link->wires[d]);
        pcie_ring_free(&link->flying[d]);
    }
    pcie_ring_free(&link->sampling);
    pcie_ring_free(&link->forming);
    pcie_ring_free(&link->answering);
    pcie_ring_free(&link->notes);
    pcie_cells_free_all(&link->cells);
    pcie_dma_free(link);
    free(link);
}

/* From the back: latencies differ by little, so the place is near the end. */
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

static void count_start(struct pcie_link *link, int direction, const struct pcie_tlp *tlp)
{
    struct pcie_stats *stats = &link->stats;
    bool has_payload = tlp->kind == PCIE_TLP_MWR || tlp->kind == PCIE_TLP_CPLD;
    uint32_t payload = has_payload ? tlp->len : 0;
    if (direction == PCIE_UP) {
        stats->tlps_up++;
        stats->bytes_up += tlp->wire_bytes;
        stats->payload_up += payload;
    } else {
        stats->tlps_down++;
        stats->bytes_down += tlp->wire_bytes;
        stats->payload_down += payload;
    }
    if (!probe_wants(link->probe, PROBE_PCIE_TLP))
        return;
    struct probe_event event = {
        .now_ps = tlp->start_ps,
        .a = (uint64_t)direction,
        .b = tlp->kind,
        .len = tlp->wire_bytes,
        .conn = PROBE_NO_CONN,
        .nic = (uint8_t)link->nic,
        .kind = PROBE_PCIE_TLP,
    };
    probe_emit(link->probe, &event);
}

/* Nothing takes effect before what was sent ahead of it in the same direction has: posted data is
 * in memory before a later message, completion or read gets there (timing 1.6). */
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

static void on_started(struct pcie_link *link, int direction, struct pcie_tlp *tlp, uint64_t now_ps)
{
    count_start(link, direction, tlp);
    if (direction == PCIE_UP && tlp->kind == PCIE_TLP_MWR) {
        link->write_bytes_queued -= tlp->len;
        pcie_link_note(link, tlp->issued, now_ps, tlp->start_ps);
        send_to_peer(link, direction, tlp, link->params.root_write_ps);
    } else if (direction == PCIE_UP && tlp->kind == PCIE_TLP_MRD) {
        pcie_dma_take_tag(link, tlp);
        tlp->due_ps = in_order(link, direction, tlp->arrival_ps + link->params.root_read_ps);
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

void pcie_link_catch_up(struct pcie_link *link, uint64_t now_ps)
{
    for (int d = 0; d < 2; d++) {
        struct pcie_wire *wire = &link->wires[d];
        for (;;) {
            struct pcie_time start;
            enum pcie_pick pick = pcie_wire_pick(wire, nonposted_ready_ps(link, d), &start);
            if (pick == PCIE_PICK_NONE || pcie_time_ps(start) > now_ps)
                break;
            struct pcie_tlp tlp;
            pcie_wire_start(wire, pick, start, &tlp);
            on_started(link, d, &tlp, now_ps);
        }
    }
    note_tag_stall(link);
}

static uint64_t flying_due_ps(const struct pcie_ring *flying)
{
    /* Only the last completion of a request is seen by anybody; earlier ones are taken off then. */
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

/* When a direction has to be looked at. While something is on its way whose arrival is seen, the
 * starts behind it can wait until then: nothing behind it takes effect earlier. Else it is in time
 * to look when the next TLP arrives, or when the root complex is done with it if all that is
 * queued are reads. A probe wants to see each start at its time. */
static uint64_t direction_next_ps(const struct pcie_link *link, int direction)
{
    const struct pcie_wire *wire = &link->wires[direction];
    bool every_start = probe_wants(link->probe, PROBE_PCIE_TLP);
    uint64_t due = flying_due_ps(&link->flying[direction]);
    if (due != TIME_NEVER && !every_start)
        return due;
    struct pcie_time start;
    enum pcie_pick pick = pcie_wire_pick(wire, nonposted_ready_ps(link, direction), &start);
    if (pick == PCIE_PICK_NONE)
        return due;
    if (every_start)
        return u64_min(due, pcie_time_ps(start));
    uint64_t arrival_ps = pcie_wire_arrival_ps(wire, pick, start);
    if (direction == PCIE_UP && wire->posted.count == 0)
        return arrival_ps + link->params.root_read_ps;
    return arrival_ps;
}

static uint64_t link_next_ps(const void *self)
{
    const struct pcie_link *link = self;
    uint64_t next = TIME_NEVER;
    if (link->notes.count)
        next = ((const struct pcie_note *)pcie_ring_at(&link->notes, 0))->at_ps;
    for (int d = 0; d < 2; d++)
        next = u64_min(next, direction_next_ps(link, d));
    next = u64_min(next, pcie_wire_issue_ps_min(&link->wires[PCIE_UP]));
    next = u64_min(next, head_due_ps(&link->sampling));
    next = u64_min(next, head_due_ps(&link->forming));
    return u64_min(next, head_due_ps(&link->answering));
}

void pcie_link_wake(struct pcie_link *link, uint64_t now_ps)
{
    pcie_link_catch_up(link, now_ps);
    waker_wake(link->waker, link_next_ps(link));
}

static void deliver_note(struct pcie_link *link, uint64_t now_ps)
{
    struct pcie_note note;
    pcie_ring_pop(&link->notes, &note);
    if (note.done.fn)
        note.done.fn(note.done.self, note.done.cookie, note.value_ps);
    else
        note.read_done.fn(note.read_done.self, note.read_done.cookie, false, NULL, 0, now_ps);
}

/* One thing that is due; at equal times in this order. False: nothing was due. */
static bool run_one(struct pcie_link *link, uint64_t now_ps)
{
    struct pcie_tlp tlp;
    pcie_link_catch_up(link, now_ps);
    if (link->notes.count) {
        deliver_note(link, now_ps);
    } else if (head_due_ps(&link->flying[PCIE_UP]) <= now_ps) {
        pcie_ring_pop(&link->flying[PCIE_UP], &tlp);
        pcie_root_on_upstream(link, &tlp, now_ps);
    } else if (head_due_ps(&link->flying[PCIE_DOWN]) <= now_ps) {
        pcie_ring_pop(&link->flying[PCIE_DOWN], &tlp);
        pcie_endpoint_on_downstream(link, &tlp, now_ps);
    } else if (head_due_ps(&link->answering) <= now_ps) {
        pcie_ring_pop(&link->answering, &tlp);
        pcie_endpoint_on_request(link, &tlp, now_ps);
    } else if (head_due_ps(&link->sampling) <= now_ps) {
        pcie_ring_pop(&link->sampling, &tlp);
        pcie_root_on_sample(link, &tlp, now_ps);
    } else if (head_due_ps(&link->forming) <= now_ps) {
        pcie_ring_pop(&link->forming, &tlp);
        pcie_root_on_formed(link, &tlp, now_ps);
    } else {
        return false;
    }
    return true;
}

static void link_run(void *self, uint64_t now_ps)
{
    while (run_one(self, now_ps))
        ;
}

void pcie_link_push(struct pcie_link *link, int direction, struct pcie_tlp *tlp, uint64_t now_ps)
{
    assert(link->up);
    pcie_wire_push(&link->wires[direction], tlp, now_ps);
}

struct stage pcie_link_stage(struct pcie_link *link, const char *name)
{
    return (struct stage){name, link, link_run, link_next_ps};
}

struct pcie_endpoint pcie_link_endpoint(struct pcie_link *link)
{
    return (struct pcie_endpoint){&pcie_dma_ops, link};
}

const struct pcie_stats *pcie_link_stats(const struct pcie_link *link) { return &link->stats; }
