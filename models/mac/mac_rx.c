/* Receive: a verdict when the last bit is in, delivery when the latency of MAC and PCS has passed.
 */
#include "models/mac/mac_internal.h"

#include <string.h>

enum { ETH_BYTES = 14, TAGS_BYTES = 8, GROUP_BIT = 1 };

static enum drop_reason judge(const struct mac *mac, const struct mac_slot *slot)
{
    const struct frame *frame = slot->frame;
    uint64_t first_bit_ps = slot->start_ps + mac->far->params.cable_ps;
    if (!mac->link_up || first_bit_ps < mac->up_since_ps)
        return DROP_LINK_DOWN;
    if (mac->fenced)
        return DROP_FENCED;
    if (frame->flags & FRAME_BAD_FCS)
        return DROP_BAD_FCS;
    if (frame->len < ETH_BYTES)
        return DROP_RUNT;
    if (frame->len > mac->params.mtu_bytes + ETH_BYTES + TAGS_BYTES)
        return DROP_OVERSIZE;
    if (mac->has_station && !(frame->data[0] & GROUP_BIT) &&
        memcmp(frame->data, mac->station, sizeof mac->station) != 0)
        return DROP_WRONG_DESTINATION;
    return DROP_NONE;
}

static void arrive(struct mac *mac, struct mac_slot *slot)
{
    struct frame *frame = slot->frame;
    frame->mac_time_ps = slot->arrive_ps;
    if (mac->nic >= 0)
        frame->port = (uint8_t)mac->nic;
    enum drop_reason reason = judge(mac, slot);
    if (reason != DROP_NONE) {
        slot->frame = NULL;
        mac_drop(mac, frame, reason, slot->arrive_ps);
        return;
    }
    mac->stats.rx_frames++;
    mac->stats.rx_bytes += mac_frame_bytes(frame);
    mac_emit(mac, PROBE_FRAME_RX, frame, slot->arrive_ps);
}

/* Lost frames at the front need no event any more. */
static void skip_lost(struct mac_line *line)
{
    while (line->head < line->arrived && !mac_line_at(line, line->head)->frame)
        line->head++;
}

void mac_rx_settle(struct mac *mac, uint64_t now_ps)
{
    struct mac_line *line = &mac->far->line;
    if (line->arrived == line->tail)
        return;
    mac_tx_settle(mac->far, now_ps);
    while (line->arrived < line->started) {
        struct mac_slot *slot = mac_line_at(line, line->arrived);
        if (slot->arrive_ps > now_ps)
            break;
        line->arrived++;
        if (slot->frame)
            arrive(mac, slot);
    }
    skip_lost(line);
}

void mac_rx_run(struct mac *mac, uint64_t now_ps)
{
    if (!mac->far)
        return;
    struct mac_line *line = &mac->far->line;
    mac_rx_settle(mac, now_ps);
    while (line->head < line->arrived) {
        const struct mac_slot *slot = mac_line_at(line, line->head);
        if (slot->arrive_ps + mac->params.latency_rx_ps > now_ps)
            break;
        struct frame *frame = slot->frame;
        line->head++;
        if (frame)
            frame_sink_accept(&mac->rx_sink, frame, now_ps);
    }
    skip_lost(line);
}

uint64_t mac_rx_next_ps(const struct mac *mac)
{
    if (!mac->far)
        return TIME_NEVER;
    const struct mac_line *line = &mac->far->line;
    uint64_t next = TIME_NEVER;
    if (line->head < line->tail)
        next = mac_line_at(line, line->head)->arrive_ps + mac->params.latency_rx_ps;
    if (mac_is_observed(mac) && line->arrived < line->tail)
        next = u64_min(next, mac_line_at(line, line->arrived)->arrive_ps);
    return next;
}

void mac_rx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps)
{
    struct mac_line *line = &mac->far->line;
    for (uint64_t i = line->arrived; i < line->started; i++) {
        struct mac_slot *slot = mac_line_at(line, i);
        mac_drop(mac, slot->frame, reason, now_ps);
        slot->frame = NULL;
    }
}

void mac_rx_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps)
{
    struct mac_line *line = &mac->far->line;
    for (; line->head < line->arrived; line->head++)
        mac_drop(mac, mac_line_at(line, line->head)->frame, reason, now_ps);
}
