/* Receive: the verdict comes when the last bit has arrived, delivery when the latency of MAC and PCS has passed. */
#include "models/mac/mac_rx.h"

#include "models/mac/fault/mac_fault_pvt.h"
#include "models/mac/lacp/mac_lacp_pvt.h"
#include "models/mac/mac_arrive.h"
#include "models/mac/mac_pause_pvt.h"
#include "models/mac/mac_report.h"
#include "models/mac/mac_tx_pvt.h"

#include <string.h>

enum { ETH_BYTES = 14, TYPE_AT = 12, TAG_BYTES = 4, TAGS_MAX = 2, GROUP_BIT = 1 };

/* A cut-through port decides when the shortest frame has arrived, so the frame is no runt. */
enum { CUT_BYTES = MAC_PREAMBLE_BYTES + MAC_PAYLOAD_MIN + MAC_FCS_BYTES };

/* Removes lost frames from the front, because they need no event. */
static void skip_lost(struct mac_line *line)
{
    while (line->head < line->arrived && !mac_line_at(line, line->head)->frame)
        line->head++;
}

void mac_rx_settle(struct mac *mac, uint64_t now_ps)
{
    struct mac_line *line = &mac->far->line;
    if (line->arrived < line->tail) {
        mac_tx_settle(mac->far, now_ps);
        while (line->arrived < line->started) {
            struct mac_slot *slot = mac_line_at(line, line->arrived);
            if (slot->arrive_ps > now_ps)
                break;
            line->arrived++;
            if (!slot->frame)
                continue;
            if (!mac->fault) {
                mac_arrive(mac, slot);
                continue;
            }
            mac_fault_take(mac, slot->frame, slot->arrive_ps);
            slot->frame = NULL;
        }
        skip_lost(line);
    }
    if (mac->fault)
        mac_fault_settle(mac, now_ps);
}

static void hand_on(struct mac *mac, struct frame *frame, enum mac_slot_kind kind, uint64_t now_ps)
{
    if (kind == MAC_SLOT_DATA) {
        frame_sink_accept(&mac->rx_sink, frame, now_ps);
        if (mac->params.pause_threshold)
            mac_pause_watch(mac, now_ps);
        return;
    }
    if (kind == MAC_SLOT_PAUSE)
        mac_pause_on_frame(mac, frame, now_ps);
    else
        mac_lacp_on_frame(mac, frame, now_ps);
    frame_free(mac->pool, frame);
}

/* Returns when the frame of a slot leaves the receiver. */
static uint64_t deliver_ps(const struct mac *mac, const struct mac_slot *slot)
{
    uint64_t known_ps = slot->arrive_ps;
    if (mac->params.cut_through && !mac->fault)
        known_ps = u64_min(known_ps, slot->start_ps + mac->far->params.cable_ps +
                                         byte_clock_ps(&mac->clock, CUT_BYTES));
    return known_ps + mac->params.latency_rx_ps;
}

/* Hands a frame on while the rest of it still arrives. At most one frame is in this state, because the next
 * one has not started. */
static void arrive_early(struct mac *mac, struct mac_slot *slot)
{
    mac_arrive(mac, slot);
    mac->early = slot->frame;
    mac->early_id = slot->frame ? slot->frame->id : 0;
    mac->early_arrive_ps = slot->arrive_ps;
}

void mac_rx_run(struct mac *mac, uint64_t now_ps)
{
    if (!mac->far)
        return;
    struct mac_line *line = &mac->far->line;
    mac_rx_settle(mac, now_ps);
    while (line->head < line->started) {
        struct mac_slot *slot = mac_line_at(line, line->head);
        if (deliver_ps(mac, slot) > now_ps)
            break;
        if (line->head == line->arrived) {
            line->arrived++;
            if (slot->frame)
                arrive_early(mac, slot);
        }
        struct frame *frame = slot->frame;
        enum mac_slot_kind kind = slot->kind;
        line->head++;
        if (frame)
            hand_on(mac, frame, kind, now_ps);
    }
    skip_lost(line);
    for (struct mac_slot *slot; mac->fault && (slot = mac_fault_due(mac, now_ps)) != NULL;) {
        struct mac_slot taken = *slot;
        mac_fault_pop(mac);
        hand_on(mac, taken.frame, taken.kind, now_ps);
    }
}

uint64_t mac_rx_next_ps(const struct mac *mac)
{
    if (!mac->far)
        return TIME_NEVER;
    const struct mac_line *line = &mac->far->line;
    uint64_t next = mac->fault ? mac_fault_next_ps(mac) : TIME_NEVER;
    if (line->head < line->tail)
        next = u64_min(next, deliver_ps(mac, mac_line_at(line, line->head)));
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
    if (mac->fault)
        mac_fault_cut(mac, reason, now_ps);
    /* With cut-through the next hop has already started to send this frame, so it must end with a wrong
     * check sequence. An outgoing port is no faster, so the frame still exists; if it was freed and reused,
     * its id differs. */
    if (mac->early && mac->early_arrive_ps > now_ps && mac->early->id == mac->early_id)
        mac->early->flags |= FRAME_BAD_FCS;
}

void mac_rx_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps)
{
    struct mac_line *line = &mac->far->line;
    for (; line->head < line->arrived; line->head++)
        mac_drop(mac, mac_line_at(line, line->head)->frame, reason, now_ps);
    if (mac->fault)
        mac_fault_empty(mac, reason, now_ps);
}
