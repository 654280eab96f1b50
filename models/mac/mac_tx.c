#include "models/mac/mac_tx.h"

#include "models/mac/mac_tx_pvt.h"

#include "models/mac/mac_report.h"
#include "models/mac/mac_rx.h"

static void count_started(struct mac *mac, const struct mac_slot *slot)
{
    if (slot->kind == MAC_SLOT_PAUSE)
        mac->stats.tx_pause++;
    if (slot->kind == MAC_SLOT_SLOW)
        mac->stats.tx_slow++;
    if (slot->kind != MAC_SLOT_DATA)
        return;
    mac->stats.tx_frames++;
    mac->stats.tx_bytes += mac_frame_bytes(slot->frame);
    uint64_t ready_ps = byte_clock_ps(&mac->clock, slot->ready_byte);
    if (slot->start_ps > ready_ps) {
        uint64_t wait_ps = slot->start_ps - ready_ps;
        mac->stats.tx_wait_ps_total += wait_ps;
        mac->stats.tx_wait_ps_max = u64_max(mac->stats.tx_wait_ps_max, wait_ps);
    }
    mac_emit(mac, PROBE_FRAME_TX, slot->frame, slot->start_ps);
}

bool mac_tx_has_space(const struct mac *mac)
{
    return mac_line_queued(&mac->line) < mac->params.tx_queue_frames;
}

void mac_tx_settle(struct mac *mac, uint64_t now_ps)
{
    struct mac_line *line = &mac->line;
    while (line->started < line->tail) {
        const struct mac_slot *slot = mac_line_at(line, line->started);
        if (slot->start_ps > now_ps)
            break;
        line->sent = slot->after;
        line->started++;
        count_started(mac, slot);
    }
    mac->settled_ps = now_ps;
}

static uint64_t first_ready_byte(const struct mac *mac, uint64_t now_ps)
{
    return byte_clock_bytes(&mac->clock, now_ps + mac->params.latency_tx_ps);
}

static void place(struct mac *mac, struct mac_slot *slot)
{
    struct mac_gap *gap = &mac->line.queued;
    uint64_t ready = slot->ready_byte;
    if (slot->kind != MAC_SLOT_PAUSE)
        ready = u64_max(ready, mac->hold_byte);
    uint32_t wire_bytes = MAC_PREAMBLE_BYTES + mac_frame_bytes(slot->frame);
    uint64_t start = mac_gap_place(gap, mac->align, ready, wire_bytes);
    slot->start_ps = byte_clock_ps(&mac->clock, start);
    slot->arrive_ps = byte_clock_ps(&mac->clock, gap->end_byte) + mac->params.cable_ps;
    slot->after = *gap;
}

/* Returns the first frame that has not left the MAC, so it starts no earlier than latency_tx from now. */
static uint64_t first_uncommitted(const struct mac *mac, uint64_t now_ps)
{
    const struct mac_line *line = &mac->line;
    uint64_t i = line->started;
    while (i < line->tail && mac_line_at(line, i)->start_ps < now_ps + mac->params.latency_tx_ps)
        i++;
    return i;
}

static void place_again(struct mac *mac, uint64_t from)
{
    struct mac_line *line = &mac->line;
    line->queued = from == line->started ? line->sent : mac_line_at(line, from - 1)->after;
    for (uint64_t i = from; i < line->tail; i++)
        place(mac, mac_line_at(line, i));
    waker_wake(&mac->waker, mac_tx_next_ps(mac));
    waker_wake(&mac->far->waker, mac_rx_next_ps(mac->far));
}

void mac_tx_pause(struct mac *mac, uint64_t until_ps, uint64_t now_ps)
{
    mac_tx_settle(mac, now_ps);
    mac->hold_byte = first_ready_byte(mac, u64_max(until_ps, now_ps));
    place_again(mac, first_uncommitted(mac, now_ps));
    if (mac->on_tx_space && mac_tx_has_space(mac))
        mac->on_tx_space(mac->on_tx_space_self, now_ps);
}

uint64_t mac_tx_ahead_ps(const struct mac *mac, uint64_t bytes, uint64_t now_ps)
{
    uint64_t idle_byte = u64_max(mac->line.queued.end_byte, mac->hold_byte);
    uint64_t idle_ps = u64_max(byte_clock_ps(&mac->clock, idle_byte), now_ps);
    return idle_ps - now_ps + byte_clock_ps(&mac->clock, bytes);
}

uint64_t mac_tx_left_ps(const struct mac *mac, uint64_t frame_id)
{
    const struct mac_line *line = &mac->line;
    for (uint64_t i = line->tail; i-- > line->head;) {
        const struct mac_slot *slot = mac_line_at(line, i);
        if (slot->frame && slot->frame->id == frame_id)
            return slot->arrive_ps - mac->params.cable_ps;
    }
    return 0;
}

void mac_tx_insert_pause(struct mac *mac, struct frame *frame, uint64_t now_ps)
{
    struct mac_line *line = &mac->line;
    mac_tx_settle(mac, now_ps);
    if (mac->nic >= 0)
        frame->port = (uint8_t)mac->nic;
    const struct mac_slot slot = {
        .frame = frame, .ready_byte = first_ready_byte(mac, now_ps), .kind = MAC_SLOT_PAUSE};
    if (!mac_line_push(line, &slot)) {
        mac_drop(mac, frame, DROP_NO_RESOURCE, now_ps);
        return;
    }
    line->tail--; /* the new slot does not count as queued while the search runs */
    uint64_t at = first_uncommitted(mac, now_ps);
    while (at < line->tail && mac_line_at(line, at)->kind == MAC_SLOT_PAUSE)
        at++; /* pause frames stay in the order of their requests */
    line->tail++;
    for (uint64_t i = line->tail - 1; i > at; i--)
        *mac_line_at(line, i) = *mac_line_at(line, i - 1);
    *mac_line_at(line, at) = slot;
    if (mac_line_queued(line) >= mac->params.tx_queue_frames)
        mac->tx_full = true;
    place_again(mac, at);
}

static enum drop_reason refuse(const struct mac *mac)
{
    if (!mac->link_up)
        return DROP_LINK_DOWN;
    if (mac->fenced)
        return DROP_FENCED;
    return mac_line_queued(&mac->line) < mac->params.tx_queue_frames ? DROP_NONE
                                                                     : DROP_MAC_QUEUE_FULL;
}

void mac_tx_queue(struct mac *mac, struct frame *frame, enum mac_slot_kind kind, uint64_t now_ps)
{
    struct mac_line *line = &mac->line;
    assert(mac->far);
    assert(now_ps >= mac->settled_ps);
    mac_tx_settle(mac, now_ps);
    if (mac->nic >= 0)
        frame->port = (uint8_t)mac->nic;
    enum drop_reason reason = refuse(mac);
    if (reason != DROP_NONE) {
        mac_drop(mac, frame, reason, now_ps);
        return;
    }
    struct mac_gap before = line->queued;
    struct mac_slot slot = {
        .frame = frame, .ready_byte = first_ready_byte(mac, now_ps), .kind = kind};
    place(mac, &slot);
    if (!mac_line_push(line, &slot)) {
        line->queued = before;
        mac_drop(mac, frame, DROP_NO_RESOURCE, now_ps);
        return;
    }
    uint32_t queued = (uint32_t)mac_line_queued(line);
    mac->stats.tx_queue_max = u32_max(mac->stats.tx_queue_max, queued);
    if (queued == mac->params.tx_queue_frames)
        mac->tx_full = true;
    /* If other frames are queued, an earlier event is already scheduled. */
    if (queued == (mac_is_observed(mac) ? 1 : mac->params.tx_queue_frames))
        waker_wake(&mac->waker, mac_tx_next_ps(mac));
    if (line->tail - line->arrived == 1)
        waker_wake(&mac->far->waker, mac_rx_next_ps(mac->far));
}

void mac_tx_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    mac_tx_queue(self, frame, MAC_SLOT_DATA, now_ps);
}

void mac_tx_run(struct mac *mac, uint64_t now_ps)
{
    mac_tx_settle(mac, now_ps);
    if (mac->tx_full && mac_tx_has_space(mac)) {
        mac->tx_full = false;
        if (mac->on_tx_space)
            mac->on_tx_space(mac->on_tx_space_self, now_ps);
    }
}

uint64_t mac_tx_next_ps(const struct mac *mac)
{
    const struct mac_line *line = &mac->line;
    if (mac->tx_full && mac_tx_has_space(mac))
        return mac->settled_ps;
    if (line->started < line->tail && (mac->tx_full || mac_is_observed(mac)))
        return mac_line_at(line, line->started)->start_ps;
    return TIME_NEVER;
}

void mac_tx_empty_queue(struct mac *mac, enum drop_reason reason, uint64_t now_ps)
{
    struct mac_line *line = &mac->line;
    assert(mac->settled_ps == now_ps);
    for (uint64_t i = line->started; i < line->tail; i++)
        mac_drop(mac, mac_line_at(line, i)->frame, reason, now_ps);
    line->tail = line->started;
    line->queued = line->sent;
    if (mac->tx_full)
        waker_wake(&mac->waker, now_ps);
}

void mac_tx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps)
{
    struct mac_line *line = &mac->line;
    mac_tx_empty_queue(mac, reason, now_ps);
    for (uint64_t i = line->arrived; i < line->started; i++)
        mac_drop(mac, mac_line_at(line, i)->frame, reason, now_ps);
    line->tail = line->started = line->arrived;
    /* The frame under way ends here, and the line is idle from now on. */
    line->sent.end_byte = u64_min(line->sent.end_byte, byte_clock_bytes(&mac->clock, now_ps));
    line->queued = line->sent;
}
