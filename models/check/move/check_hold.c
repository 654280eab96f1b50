#include "models/check/move/check_hold.h"

#include "models/check/check_state.h"
#include "models/hwif/nic_desc.h"

void check_hold_add(struct check *check, struct frame_fate *fate, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || fate->held || fate->done)
        return;
    fate->held = true;
    fate->conn = event->conn;
    c->hold.frames++;
    check->hold_bytes += fate->bytes;
    uint32_t at_host = c->hold.frames - c->hold.given;
    if (check->params.hold_frames && at_host > check->params.hold_frames)
        check_fail(check, INVARIANT_HOLD, event, "%u frames of one connection are held", at_host);
    if (check->params.hold_bytes && check->hold_bytes > check->params.hold_bytes)
        check_fail(check, INVARIANT_HOLD, event, "%llu bytes are held",
                   (unsigned long long)check->hold_bytes);
}

void check_hold_decided(struct check *check, const struct frame_fate *fate,
                        const struct probe_event *event)
{
    struct check_conn *c = check->conns[fate->conn];
    check->hold_bytes -= fate->bytes;
    if (c->hold.frames)
        c->hold.frames--;
    if (c->hold.given)
        c->hold.given--;
    if (event->kind != PROBE_RX_VERDICT)
        return;
    bool same = c->hold.gen == event->gen;
    if (same && fate->rx_ps + check->params.clock_error_ps < c->hold.applied_ps)
        check_fail(check, INVARIANT_ORDER, event,
                   "frame %llu came at %llu ps, one of %llu ps is applied already",
                   (unsigned long long)fate->id, (unsigned long long)fate->rx_ps,
                   (unsigned long long)c->hold.applied_ps);
    c->hold.gen = event->gen;
    c->hold.applied_ps = fate->rx_ps;
}

/* Returns the number of moves that have not reached their activation. Moves past their deadline do not
 * count, because others may begin in their place. */
static uint32_t in_time(const struct check *check, uint64_t now_ps)
{
    uint32_t count = 1; /* includes the move that begins */
    for (uint32_t i = 0; i < check->watched.count; i++) {
        uint64_t begun_ps = check->conns[check->watched.conns[i]]->waits.move_ps;
        count += begun_ps && now_ps < begun_ps + check->params.move_deadline_ps;
    }
    return count;
}

static void on_begin(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    check->moves_open++;
    if (check->params.moves_max && check->moves_open > check->params.moves_max &&
        in_time(check, event->now_ps) > check->params.moves_max)
        check_fail(check, INVARIANT_HOLD, event, "%u moves are under way", check->moves_open);
    if (event->move.reason == MOVE_FOREIGN && c->hold.moved && !c->hold.progressed)
        check_fail(check, INVARIANT_FLAP, event,
                   "it moves again, but no segment was applied between");
    c->hold.moved = true;
}

void check_hold_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    switch (event->kind) {
    case PROBE_MOVE_BEGIN:
        on_begin(check, c, event);
        break;
    case PROBE_MOVE_END:
        if (check->moves_open)
            check->moves_open--;
        break;
    case PROBE_CTX_LIVE: /* a NIC that hangs decides none of the frames that it got */
        c->hold.given = c->hold.frames;
        c->hold.progressed = false;
        break;
    case PROBE_RX_VERDICT:
        c->hold.progressed |= event->verdict.verdict == NIC_VERDICT_APPLIED;
        break;
    default:
        break;
    }
}
