#include "models/check/host/check_fate.h"

#include "models/check/check_state.h"
#include "models/check/move/check_given.h"

#include "models/base/memory.h"

#include "models/base/drop_reason.h"
#include "models/base/frame.h"
#include "models/hwif/nic_desc.h"
#include "models/wire/packet.h"

#include <stdlib.h>

static size_t fate_slot(const struct frame_fate *fates, size_t capacity, uint64_t id)
{
    size_t i = (size_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (capacity - 1);
    while (fates[i].id && fates[i].id != id)
        i = (i + 1) & (capacity - 1);
    return i;
}

/* Removes finished entries, and doubles the table if more than a quarter is still open. Finished frames are
 * remembered for at least half a table of later frames, so that a second verdict is noticed. */
static void fate_rebuild(struct check *check)
{
    size_t capacity = check->fate_capacity;
    if (check->fate_open * 4 > capacity)
        capacity *= 2;
    struct frame_fate *fates = calloc(capacity, sizeof *fates);
    memory_check(fates);
    size_t used = 0;
    for (size_t i = 0; i < check->fate_capacity; i++) {
        const struct frame_fate *old = &check->fates[i];
        if (!old->id || old->done)
            continue;
        fates[fate_slot(fates, capacity, old->id)] = *old;
        used++;
    }
    free(check->fates);
    check->fates = fates;
    check->fate_capacity = capacity;
    check->fate_used = used;
}

static struct frame_fate *fate_find(struct check *check, uint64_t id)
{
    struct frame_fate *fate = &check->fates[fate_slot(check->fates, check->fate_capacity, id)];
    return fate->id ? fate : NULL;
}

const struct frame_fate *check_fate_find(const struct check *check, uint64_t id)
{
    return fate_find((struct check *)check, id);
}

/* This function and the next one record T1 and T2 of a foreign frame, which are the times when the lookup found it
 * foreign and when its record became visible to the host. Only the first event of each kind counts. */
static void on_foreign_mark(struct check *check, const struct probe_event *event)
{
    const struct frame *frame = event->mark.frame;
    struct frame_fate *fate =
        event->mark.mark == MARK_FOREIGN && frame ? fate_find(check, frame->id) : NULL;
    if (fate && !fate->foreign_ps)
        fate->foreign_ps = event->mark.at_ps;
}

static void on_visible(struct check *check, const struct probe_event *event)
{
    struct frame_fate *fate = fate_find(check, event->frame.id);
    if (fate && !fate->visible_ps)
        fate->visible_ps = event->now_ps;
}

static void on_received(struct check *check, const struct probe_event *event)
{
    if (check->fate_used * 2 > check->fate_capacity)
        fate_rebuild(check);
    struct frame_fate *fate =
        &check->fates[fate_slot(check->fates, check->fate_capacity, event->frame.id)];
    if (fate->id) {
        check_fail(check, INVARIANT_RXONCE, event, "frame %llu received twice",
                   (unsigned long long)event->frame.id);
        return;
    }
    const struct frame *frame = event->frame.frame;
    const struct packet *packet = &check->packet;
    /* The last fragment of a segment is applied as that segment, whose FIN flag is in the first fragment. */
    bool fin = packet->kind == PACKET_FRAGMENT ||
               (packet->kind == PACKET_TCP && (packet->seg.flags & TCP_FIN));
    *fate = (struct frame_fate){.id = event->frame.id,
                                .nic = event->nic,
                                .fin = fin,
                                .bytes = frame->len,
                                .conn = check->packet_conn,
                                .rx_ps = event->now_ps};
    check->fate_used++;
    check->fate_open++;
    check->undecided[event->nic]++;
}

/* The host must not drop a frame of a connection that it knows with the reason that there is no connection. */
static void check_foreign_drop(struct check *check, const struct frame_fate *fate,
                               const struct probe_event *event)
{
    if (event->kind != PROBE_FRAME_DROPPED || fate->conn == CHECK_NO_CONN)
        return;
    const struct check_conn *c = check->conns[fate->conn];
    bool is_there = c->open && c->carry.live_valid && !c->term.gone && !c->term.notified;
    if (is_there && event->drop.reason == DROP_NO_CONNECTION && !check->ever_fenced[0] &&
        !check->ever_fenced[1])
        check_fail(check, INVARIANT_LIVE2, event, "frame %llu of connection %u is dropped: %s",
                   (unsigned long long)fate->id, fate->conn,
                   drop_reason_key((enum drop_reason)event->drop.reason));
}

static void on_final(struct check *check, const struct probe_event *event)
{
    struct frame_fate *fate = fate_find(check, event->frame.id);
    if (!fate)
        return; /* The frame was dropped before any NIC received it. */
    /* The host cannot know what a NIC had decided before it died. */
    bool unknown = event->kind == PROBE_FRAME_DROPPED && event->drop.reason == DROP_NIC_LOST;
    if (fate->done && unknown && (check->fenced[0] || check->fenced[1]))
        return;
    if (fate->done) {
        check_fail(check, INVARIANT_RXONCE, event, "frame %llu has a second verdict",
                   (unsigned long long)event->frame.id);
        return;
    }
    fate->done = true;
    check->fate_open--;
    check_given_decided(check, fate, event);
    if (fate->waits_ps)
        check->fate_foreign--;
    fate->waits_ps = 0;
    if (fate->held)
        check_hold_decided(check, fate, event);
    if (event->kind == PROBE_FRAME_DROPPED && fate->conn != CHECK_NO_CONN)
        check->conns[fate->conn]->out.dropped++;
    check_foreign_drop(check, fate, event);
}

/* A NIC reported that it does not have the connection of this frame, so the host must decide about the frame. */
static void on_foreign(struct check *check, const struct probe_event *event)
{
    struct frame_fate *fate = fate_find(check, event->verdict.id);
    if (fate)
        fate->foreign = true;
    if (!fate || fate->done || fate->waits_ps || fate->conn == CHECK_NO_CONN)
        return;
    fate->waits_ps = event->now_ps;
    check->fate_foreign++;
}

static void on_reserved(struct check *check, const struct probe_event *event)
{
    struct frame_fate *fate = fate_find(check, event->verdict.id);
    if (fate)
        check_given_add(check, fate, event);
}

/* Records that the frame has come closer to a verdict. */
static void on_moved(struct check *check, const struct probe_event *event, enum check_place place)
{
    struct frame_fate *fate = fate_find(check, event->frame.id);
    if (fate)
        fate->place = place;
}

static void on_stored(struct check *check, const struct probe_event *event)
{
    struct frame_fate *fate = fate_find(check, event->stored.id);
    check_rxif_on_event(check, event, fate);
    if (!fate)
        return;
    if (fate->nic != event->nic)
        check_fail(check, INVARIANT_RXIF, event, "frame %llu arrived on nic%u, stored as nic%u",
                   (unsigned long long)event->stored.id, fate->nic, event->nic);
    fate->stored = true;
}

static void on_used(struct check *check, const struct probe_event *event)
{
    struct frame_fate *fate = fate_find(check, event->verdict.id);
    check_rxif_on_event(check, event, fate);
    if (!fate)
        return;
    fate->used_conn = event->conn;
    fate->used_ps = event->now_ps;
    if (event->conn != PROBE_NO_CONN && !fate->stored)
        check_fail(check, INVARIANT_RXIF, event,
                   "record of frame %llu acted on before the receiving NIC was stored",
                   (unsigned long long)event->verdict.id);
}

/* A FIN takes one sequence number. I-ACK must allow its acknowledgment although no payload is in memory for it. */
static void on_applied(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    const struct frame_fate *fate = fate_find(check, event->applied.frame_id);
    if (c && fate && fate->fin)
        c->fin_seen = true;
}

void check_fate_on_event(struct check *check, const struct probe_event *event)
{
    switch (event->kind) {
    case PROBE_FRAME_RX:
        on_received(check, event);
        break;
    case PROBE_RX_VERDICT:
        if (event->verdict.verdict == NIC_VERDICT_APPLIED) /* FRAME_DROPPED reports drops as well */
            on_final(check, event);
        else
            on_moved(check, event, CHECK_ON_PCIE);
        if (event->verdict.verdict == NIC_VERDICT_NOT_MINE ||
            event->verdict.verdict == NIC_VERDICT_MOVED ||
            event->verdict.verdict == NIC_VERDICT_RESERVED)
            on_foreign(check, event);
        if (event->verdict.verdict == NIC_VERDICT_RESERVED)
            on_reserved(check, event);
        break;
    case PROBE_FRAME_HELD: {
        struct frame_fate *fate = fate_find(check, event->frame.id);
        if (fate)
            check_hold_add(check, fate, event);
        break;
    }
    case PROBE_FRAME_DROPPED:
    case PROBE_FRAME_ANSWERED:
        on_final(check, event);
        break;
    case PROBE_RX_APPLIED:
        on_applied(check, event);
        break;
    case PROBE_RXIF_STORED:
        on_stored(check, event);
        break;
    case PROBE_RECORD_USED:
        on_used(check, event);
        break;
    case PROBE_RECORD_VISIBLE:
        on_visible(check, event);
        on_moved(check, event, CHECK_AT_HOST);
        break;
    case PROBE_MOVE_MARK:
        on_foreign_mark(check, event);
        check_given_on_mark(check, event);
        break;
    default:
        break;
    }
}

void check_fate_finish(struct check *check, const struct check_places *places, uint64_t now_ps)
{
    for (size_t i = 0; i < check->fate_capacity; i++) {
        const struct frame_fate *fate = &check->fates[i];
        if (!fate->id || fate->done)
            continue;
        if (places->holds && places->holds(places->self, fate->place, fate->nic, fate->id)) {
            check->in_flight++;
            continue;
        }
        struct probe_event event = {.now_ps = now_ps,
                                    .verdict.id = fate->id,
                                    .conn = PROBE_NO_CONN,
                                    .nic = fate->nic,
                                    .kind = PROBE_RX_VERDICT};
        check_fail(check, INVARIANT_RXONCE, &event, "frame %llu never got a verdict",
                   (unsigned long long)fate->id);
    }
}
