#include "models/check/move/check_move.h"

#include "models/check/check_state.h"

#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

#include <assert.h>
#include <stdlib.h>

static unsigned long long ull(uint64_t value) { return value; }

/* --- I-TRIG --- */

/* The frame must be at the host, because its record is the one on which the driver acts now. */
static void check_frame(struct check *check, const struct probe_event *event,
                        const struct move_trigger *trigger)
{
    const struct frame_fate *fate = check_fate_find(check, trigger->frame_id);
    if (!fate || fate->done) {
        check_fail(check, INVARIANT_TRIG, event, "trigger frame %llu is not with the host",
                   ull(trigger->frame_id));
        return;
    }
    if (fate->nic != trigger->port || fate->nic != event->nic ||
        !check_is_same_time(check, fate->rx_ps, trigger->at_ps))
        check_fail(check, INVARIANT_TRIG, event,
                   "trigger frame %llu arrived on nic%u at %llu ps, told nic%u at %llu ps",
                   ull(trigger->frame_id), fate->nic, ull(fate->rx_ps), trigger->port,
                   ull(trigger->at_ps));
    if (fate->used_conn != event->conn || fate->used_ps != event->now_ps)
        check_fail(check, INVARIANT_TRIG, event, "frame %llu is not what the host acts on now",
                   ull(trigger->frame_id));
    if (fate->foreign_ps < fate->rx_ps || fate->visible_ps < fate->foreign_ps ||
        fate->visible_ps > event->now_ps)
        check_fail(check, INVARIANT_MARK, event,
                   "frame %llu: received %llu, foreign %llu, visible %llu ps",
                   ull(trigger->frame_id), ull(fate->rx_ps), ull(fate->foreign_ps),
                   ull(fate->visible_ps));
}

/* The trigger may be a NIC that the host has lost, because its port goes down when the host notices. */
static void check_link(struct check *check, const struct probe_event *event,
                       const struct move_trigger *trigger)
{
    bool changed = trigger->port < PLACE_HOST &&
                   check_is_same_time(check, check->link_ps[trigger->port], trigger->at_ps);
    bool was_lost = trigger->port < PLACE_HOST && check->ever_fenced[trigger->port];
    if (!changed && !was_lost)
        check_fail(check, INVARIANT_TRIG, event, "no link event of nic%u at %llu ps", trigger->port,
                   ull(trigger->at_ps));
}

static void on_wanted(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    const struct move_trigger *trigger = event->move.trigger;
    c->wanted = *trigger;
    if (trigger->decided_ps != event->now_ps ||
        trigger->at_ps > event->now_ps + check->params.clock_error_ps)
        check_fail(check, INVARIANT_TRIG, event,
                   "the decision is of %llu ps, but its trigger is of %llu ps",
                   ull(trigger->decided_ps), ull(trigger->at_ps));
    if (trigger->kind == TRIGGER_FRAME)
        check_frame(check, event, trigger);
    else if (trigger->kind == TRIGGER_LINK)
        check_link(check, event, trigger);
    else if (trigger->kind == TRIGGER_NONE)
        check_fail(check, INVARIANT_TRIG, event, "a move without a trigger");
}

static void on_begin(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    const struct move_trigger *trigger = event->move.trigger, *wanted = &c->wanted;
    if (trigger->kind != wanted->kind || trigger->frame_id != wanted->frame_id ||
        trigger->at_ps != wanted->at_ps || trigger->decided_ps != wanted->decided_ps ||
        trigger->port != wanted->port)
        check_fail(check, INVARIANT_TRIG, event,
                   "begins for frame %llu at %llu ps, decided for frame %llu at %llu ps",
                   ull(trigger->frame_id), ull(trigger->at_ps), ull(wanted->frame_id),
                   ull(wanted->at_ps));
    if (trigger->kind == TRIGGER_FRAME && !id_set_add(&check->triggers, trigger->frame_id))
        check_fail(check, INVARIANT_TRIG, event, "frame %llu has triggered a move before",
                   ull(trigger->frame_id));
    if (c->move.open)
        check_fail(check, INVARIANT_SUM, event, "a move begins before the last one has ended");
    c->move = (struct check_move){.open = true,
                                  .src = event->move.from,
                                  .dest = event->nic,
                                  .gen = event->gen,
                                  .last_mark = 3,
                                  .last_ps = event->now_ps};
    check->transfers[TRANSFER_MOVE].started++;
}

/* --- I-MARK --- */

/* Returns true if the event that the mark names happens now, or directly after the report. T7: the
 * completion that the host reads is in memory, or the image is whole in a granted slot, which is T8 as well. T8: the doorbell that tells the NIC of INSTALL leaves, or the line that
 * is INSTALL. */
static bool is_event_of_mark(const struct check_conn *c, const struct probe_event *event,
                             const uint64_t rung_ps[])
{
    const struct check_move *move = &c->move;
    uint64_t now_ps = event->now_ps;
    bool is_here = c->here_ps[move->dest] == now_ps && c->here_gen[move->dest] == event->gen;
    switch ((enum move_mark)event->mark.mark) {
    case MARK_FROZEN:
        return c->own[move->src] == OWN_FROZEN && c->own_since_ps[move->src] == now_ps;
    case MARK_DRAINED:
        return c->own[move->src] == OWN_FROZEN && c->written_ps[move->src] <= now_ps;
    case MARK_IMAGE_SEEN:
        return move->image_out && (is_here || (move->done_ps > 0 && move->done_ps <= now_ps));
    case MARK_INSTALL_ISSUED:
        return move->dest >= PLACE_HOST || is_here || rung_ps[move->dest] == now_ps ||
               (c->pushed_ps[move->dest] == now_ps && c->pushed_gen[move->dest] == event->gen);
    case MARK_ACTIVE:
        return c->own[move->dest] == OWN_ACTIVE && c->own_since_ps[move->dest] == now_ps;
    case MARK_HELD_APPLIED:
        return c->own_since_ps[move->dest] == now_ps || c->decided_ps[move->dest] == now_ps;
    case MARK_FIRST_BUILT:
        return c->built_ps[move->dest] == now_ps && c->built_gen[move->dest] == event->gen &&
               c->built_count[move->dest] == 1;
    default:
        return true; /* FREEZE and IMAGE_GOOD precede a change of own_state */
    }
}

/* Returns true if the mark belongs to this move; other transfers of the connection are marked as well. */
static bool is_of_move(const struct check_move *move, const struct probe_event *event)
{
    if (event->mark.mark >= MARK_FREEZE && event->mark.mark <= MARK_DRAINED)
        return move->open && event->nic == move->src && event->gen == move->gen;
    bool of_dest = event->nic == move->dest;
    if (event->mark.mark == MARK_IMAGE_SEEN) /* a granted NIC tells it under the new generation */
        return move->open && of_dest && (uint16_t)(event->gen - move->gen) <= 1;
    return event->mark.mark >= MARK_INSTALL_ISSUED && of_dest &&
           event->gen == (uint16_t)(move->gen + 1);
}

static void on_mark(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    struct check_move *move = &c->move;
    if (!is_of_move(move, event) || event->mark.mark <= move->last_mark)
        return;
    /* An INSTALL may be repeated. T12 may come before T11, because there may be no held frames. */
    bool in_order = event->mark.at_ps >= move->last_ps;
    if (event->mark.at_ps != event->now_ps || !in_order ||
        !is_event_of_mark(c, event, check->rung_ps))
        check_fail(check, INVARIANT_MARK, event,
                   "T%llu is reported as %llu ps at %llu ps, after T%u", ull(event->mark.mark),
                   ull(event->mark.at_ps), ull(event->now_ps), move->last_mark);
    move->marks = (uint16_t)(move->marks | 1u << event->mark.mark);
    move->mark_ps[event->mark.mark] = event->mark.at_ps;
    if (event->mark.mark > MARK_ACTIVE)
        return;
    move->last_mark = event->mark.mark;
    move->last_ps = event->mark.at_ps;
}

/* The engine reports T4 and T9 right before it changes own_state. */
static void on_own_state(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    struct check_move *move = &c->move;
    unsigned mark = event->own.state == OWN_QUIESCE ? MARK_FREEZE : MARK_IMAGE_GOOD;
    bool ours = event->own.state == OWN_QUIESCE
                    ? event->nic == move->src && event->gen == move->gen
                    : event->own.state == OWN_HOLD && event->nic == move->dest &&
                          event->gen == (uint16_t)(move->gen + 1);
    bool marked = (move->marks >> mark & 1) != 0;
    /* A connection that ends at the source also stops there, but without a FREEZE. */
    if (!move->open || !ours || (mark == MARK_FREEZE && !marked))
        return;
    if (!marked || move->mark_ps[mark] != event->now_ps)
        check_fail(check, INVARIANT_MARK, event, "own_state %llu at %llu ps, T%u is %llu ps",
                   ull(event->own.state), ull(event->now_ps), mark, ull(move->mark_ps[mark]));
}

/* T6 promises that the last payload write was issued. */
static void on_written(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    if (c->move.open && event->nic == c->move.src && event->gen == c->move.gen &&
        (c->move.marks >> MARK_DRAINED & 1))
        check_fail(check, INVARIANT_MARK, event, "payload is written after T6");
}

static void count_end(struct check_transfers *counts, enum move_end end)
{
    counts->completed += end == MOVE_END_COMPLETED;
    counts->failed += end == MOVE_END_FAILED;
    counts->cancelled += end == MOVE_END_CANCELLED;
}

static void on_end(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    enum { NEEDED = 0x7f0 }; /* T4 to T10 */
    struct check_move *move = &c->move;
    if (!move->open)
        check_fail(check, INVARIANT_SUM, event, "a move ends that has not begun");
    if (event->move_end.end == MOVE_END_COMPLETED && (move->marks & NEEDED) != NEEDED)
        check_fail(check, INVARIANT_MARK, event, "completed with the marks %x", move->marks);
    move->open = false;
    count_end(&check->transfers[TRANSFER_MOVE], (enum move_end)event->move_end.end);
}

/* Records state that other rules of this file need. */
static void note(struct check_conn *c, const struct probe_event *event)
{
    unsigned place = event->nic;
    if (event->kind == PROBE_OWN_STATE) {
        c->own_since_ps[place] = event->now_ps;
        if (event->own.state == OWN_ACTIVE)
            c->built_count[place] = 0;
    } else if (event->kind == PROBE_RX_VERDICT || event->kind == PROBE_FRAME_DROPPED) {
        c->decided_ps[place] = event->now_ps;
    } else if (event->kind == PROBE_RX_WRITTEN) {
        c->written_ps[place] = event->now_ps;
    } else if (event->kind == PROBE_TX_BUILT) {
        c->built_ps[place] = event->now_ps;
        c->built_count[place]++;
        c->built_gen[place] = event->gen;
    } else if (event->kind == PROBE_CTX_OUT && c->move.open && place == c->move.src &&
               event->gen == c->move.gen) {
        c->move.image_out = true;
    } else if (event->kind == PROBE_CMD_PUSHED && event->pushed.op == NIC_CMD_INSTALL) {
        c->pushed_ps[place] = event->now_ps;
        c->pushed_gen[place] = event->gen;
    } else if (event->kind == PROBE_IMAGE_HERE) {
        c->here_ps[place] = event->now_ps;
        c->here_gen[place] = event->gen;
    } else if (event->kind == PROBE_CMD_DONE && event->done.op == NIC_CMD_FREEZE && c->move.open &&
               place == c->move.src && event->gen == c->move.gen) {
        c->move.done_ps = event->now_ps;
    }
}

void check_move_on_event(struct check *check, const struct probe_event *event)
{
    if (event->kind == PROBE_TRANSFER_BEGIN)
        check->transfers[event->move.kind].started++;
    if (event->kind == PROBE_TRANSFER_END)
        count_end(&check->transfers[event->move_end.kind], (enum move_end)event->move_end.end);
    if (event->kind == PROBE_PORT_LINK)
        check->link_ps[event->nic] = event->now_ps;
    /* A list in a pushed line names its connections in host memory, so the line counts as a doorbell. */
    if (event->kind == PROBE_CMD_RUNG ||
        (event->kind == PROBE_CMD_PUSHED && event->pushed.op == NIC_CMD_INSTALL_LIST))
        check->rung_ps[event->nic] = event->now_ps;
    if (event->kind == PROBE_FENCE)
        check->ever_fenced[event->nic] |= event->fence.is_fenced;
    struct check_conn *c = check_conn_of(check, event);
    if (!c || event->nic >= PLACE_COUNT)
        return;
    note(c, event);
    switch (event->kind) {
    case PROBE_MOVE_WANTED:
        on_wanted(check, c, event);
        break;
    case PROBE_MOVE_BEGIN:
        on_begin(check, c, event);
        break;
    case PROBE_MOVE_MARK:
        on_mark(check, c, event);
        break;
    case PROBE_MOVE_END:
        on_end(check, c, event);
        break;
    case PROBE_OWN_STATE:
        on_own_state(check, c, event);
        break;
    case PROBE_RX_WRITTEN:
        on_written(check, c, event);
        break;
    default:
        break;
    }
}

/* --- I-SUM --- */

void check_count_transfers(struct check *check, const char *who, enum transfer_kind kind,
                           const struct check_transfers *reported, uint64_t now_ps)
{
    static const char *const names[TRANSFER_KIND_COUNT] = {
#define X(id, key, text) key,
        TRANSFER_KINDS(X)
#undef X
    };
    assert(kind < TRANSFER_KIND_COUNT);
    const struct check_transfers *seen = &check->transfers[kind];
    uint64_t open = seen->started - seen->completed - seen->failed - seen->cancelled;
    if (reported->started == seen->started && reported->completed == seen->completed &&
        reported->failed == seen->failed && reported->cancelled == seen->cancelled &&
        reported->open == open)
        return;
    struct probe_event event = {
        .now_ps = now_ps, .conn = PROBE_NO_CONN, .kind = PROBE_MOVE_END, .nic = PLACE_HOST};
    check_fail(
        check, INVARIANT_SUM, &event,
        "%s: of kind %s %llu started, %llu completed, %llu failed, %llu cancelled, %llu open; "
        "seen: %llu, %llu, %llu, %llu, %llu",
        who, names[kind], ull(reported->started), ull(reported->completed), ull(reported->failed),
        ull(reported->cancelled), ull(reported->open), ull(seen->started), ull(seen->completed),
        ull(seen->failed), ull(seen->cancelled), ull(open));
}
