#include "models/check/host/check_term.h"

#include "models/check/check_state.h"
#include "models/hwif/nic_desc.h"

static bool any_fenced(const struct check *check)
{
    return check->ever_fenced[0] || check->ever_fenced[1];
}

static void on_gone(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    struct check_term *t = &c->term;
    if (t->gone && !any_fenced(check))
        check_fail(check, INVARIANT_TERM, event, "it ends twice, with causes %u and %llu", t->cause,
                   (unsigned long long)event->ended.cause);
    t->gone = true;
    t->cause = event->ended.cause;
    if (t->notified || !check->params.has_app_calls)
        return;
    c->waits.notice_ps = event->now_ps;
    check_watch_add(check, event->conn);
}

/* Returns true if the application may be told of the end although no engine reported one. Either the connection
 * never reached an engine, or the application aborted it, or the host did so because the owning NIC died or the
 * image was damaged in memory. */
static bool may_end_here(const struct check *check, const struct check_conn *c, uint64_t cause)
{
    if (!c->carry.live_valid || any_fenced(check))
        return true;
    return cause == NIC_TERM_LOCAL_ABORT || cause == NIC_TERM_CTX_ERROR;
}

static void on_notified(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    struct check_term *t = &c->term;
    c->waits.notice_ps = 0;
    if (t->notified)
        check_fail(check, INVARIANT_TERM, event, "the application was notified twice");
    t->notified = true;
    if (t->gone && event->ended.cause != t->cause && !any_fenced(check))
        check_fail(check, INVARIANT_TERM, event,
                   "the application was told cause %llu, but it ended with %u",
                   (unsigned long long)event->ended.cause, t->cause);
    if (!t->gone && !may_end_here(check, c, event->ended.cause))
        check_fail(check, INVARIANT_TERM, event,
                   "the application was told cause %llu, but it has not ended",
                   (unsigned long long)event->ended.cause);
}

void check_term_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    if (event->kind == PROBE_CONN_GONE)
        on_gone(check, c, event);
    else if (event->kind == PROBE_APP_CLOSED)
        on_notified(check, c, event);
}
