/* Transmit: a frame's place on the line is computed when it is taken, because nothing that comes
 * later can change it; only a cut link or a fence takes it back. */
#include "models/mac/mac_internal.h"

void mac_tx_settle(struct mac *mac, uint64_t now_ps)
{
    struct mac_line *line = &mac->line;
    while (line->started < line->tail) {
        const struct mac_slot *slot = mac_line_at(line, line->started);
        if (slot->start_ps > now_ps)
            break;
        line->sent = slot->after;
        line->started++;
        mac->stats.tx_frames++;
        mac->stats.tx_bytes += mac_frame_bytes(slot->frame);
        mac_emit(mac, PROBE_FRAME_TX, slot->frame, slot->start_ps);
    }
    mac->settled_ps = now_ps;
}

static struct mac_slot place(struct mac *mac, struct frame *frame, uint64_t now_ps)
{
    struct mac_gap *gap = &mac->line.queued;
    uint64_t ready = byte_clock_bytes(&mac->clock, now_ps + mac->params.latency_tx_ps);
    uint32_t wire_bytes = MAC_PREAMBLE_BYTES + mac_frame_bytes(frame);
    uint64_t start = mac_gap_place(gap, mac->align, ready, wire_bytes);
    return (struct mac_slot){
        .frame = frame,
        .start_ps = byte_clock_ps(&mac->clock, start),
        .arrive_ps = byte_clock_ps(&mac->clock, gap->end_byte) + mac->params.cable_ps,
        .after = *gap,
    };
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

void mac_tx_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct mac *mac = self;
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
    struct mac_slot slot = place(mac, frame, now_ps);
    if (!mac_line_push(line, &slot)) {
        line->queued = before;
        mac_drop(mac, frame, DROP_NO_RESOURCE, now_ps);
        return;
    }
    uint32_t queued = (uint32_t)mac_line_queued(line);
    mac->stats.tx_queue_max = u32_max(mac->stats.tx_queue_max, queued);
    if (queued == mac->params.tx_queue_frames)
        mac->tx_full = true;
    /* Behind other frames the drivers are due earlier already. */
    if (queued == (mac_is_observed(mac) ? 1 : mac->params.tx_queue_frames))
        waker_wake(&mac->waker, mac_tx_next_ps(mac));
    if (line->tail - line->head == 1 || line->tail - line->arrived == 1)
        waker_wake(&mac->far->waker, mac_rx_next_ps(mac->far));
}

void mac_tx_run(struct mac *mac, uint64_t now_ps)
{
    mac_tx_settle(mac, now_ps);
    if (mac->tx_full && mac_tx_has_room(mac)) {
        mac->tx_full = false;
        if (mac->on_tx_room)
            mac->on_tx_room(mac->on_tx_room_self, now_ps);
    }
}

uint64_t mac_tx_next_ps(const struct mac *mac)
{
    const struct mac_line *line = &mac->line;
    if (mac->tx_full && mac_tx_has_room(mac))
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
    /* The frame under way ends here; the line is idle from now on. */
    line->sent.end_byte = u64_min(line->sent.end_byte, byte_clock_bytes(&mac->clock, now_ps));
    line->queued = line->sent;
}
