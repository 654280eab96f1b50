#include "models/check/move/check_given.h"

#include "models/check/check_state.h"
#include "models/hwif/nic_desc.h"

/* A NIC that has this many undecided frames may have no space left to park one. */
enum { UNDECIDED_MAX = 64 };

void check_given_add(struct check *check, struct frame_fate *fate, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || fate->given || fate->done || fate->nic != event->nic)
        return;
    struct check_given *given = &c->given;
    if (given->gen != event->gen || given->nic != event->nic)
        *given = (struct check_given){.gen = event->gen, .nic = event->nic};
    given->frames++;
    given->last_ps = event->now_ps;
    fate->given = true;
    fate->given_conn = event->conn;
    fate->given_gen = event->gen;
}

static void undo(struct check *check, const struct frame_fate *fate)
{
    struct check_conn *c = check->conns[fate->given_conn];
    if (c && c->given.gen == fate->given_gen && c->given.nic == fate->nic && c->given.frames > 0)
        c->given.frames--;
}

void check_given_decided(struct check *check, const struct frame_fate *fate,
                         const struct probe_event *event)
{
    if (fate->nic < NIC_COUNT && check->undecided[fate->nic] > 0)
        check->undecided[fate->nic]--;
    if (fate->given) {
        undo(check, fate);
        return;
    }
    const struct check_conn *c = check_conn_of(check, event);
    bool is_direct = !fate->foreign && fate->nic == event->nic;
    if (event->kind != PROBE_RX_VERDICT || !c || !is_direct)
        return;
    const struct check_given *given = &c->given;
    bool may_wait = event->now_ps < given->last_ps + check->params.inject_wait_ps[fate->nic] &&
                    check->undecided[fate->nic] < UNDECIDED_MAX;
    if (given->frames > 0 && given->gen == event->gen && given->nic == event->nic && may_wait)
        check_fail(check, INVARIANT_ORDER, event,
                   "frame %llu is applied before %u that the NIC gave to the host earlier",
                   (unsigned long long)fate->id, given->frames);
}

void check_given_on_mark(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (c && event->mark.mark == MARK_HELD_APPLIED && c->given.gen == event->gen)
        c->given.last_ps = event->now_ps;
}
