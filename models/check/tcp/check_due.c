#include "models/check/tcp/check_due.h"

#include "models/base/units.h"
#include "models/check/check_state.h"

static const uint64_t look_ps = 100 * PS_PER_MS;
static const uint64_t late_ps = PS_PER_S;

/* Returns since when a place serves the connection; TIME_NEVER if none does. */
static uint64_t served_since_ps(const struct check *check, const struct check_conn *c)
{
    for (unsigned place = 0; place < PLACE_COUNT; place++)
        if (c->own[place] == OWN_ACTIVE && !check->fenced[place])
            return c->own_since_ps[place];
    return TIME_NEVER;
}

/* Returns true if a deadline in ticks is overdue by more than `max_ps`. */
static bool has_passed(uint32_t deadline, uint64_t now_ps, uint64_t tick_ps, uint64_t max_ps)
{
    int32_t ago = (int32_t)((uint32_t)(now_ps / tick_ps) - deadline);
    return ago > 0 && (uint64_t)ago > max_ps / tick_ps;
}

static void look_at_timers(struct check *check, struct check_conn *c, uint32_t conn,
                           uint64_t now_ps)
{
    const struct conn_ctx *live = &c->carry.live;
    uint64_t max_ps = late_ps + check->params.slack_ps, since_ps = served_since_ps(check, c);
    if (!c->carry.live_valid || c->carry.tainted || since_ps == TIME_NEVER ||
        now_ps < since_ps + max_ps)
        return;
    const char *late = NULL;
    if ((live->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST)) &&
        has_passed(live->rexmt_deadline, now_ps, PS_PER_US, max_ps))
        late = "retransmission";
    else if ((live->timers & CTX_TIMER_WAIT) &&
             has_passed(live->wait_deadline, now_ps, PS_PER_US, max_ps))
        late = "FIN_WAIT_2";
    else if ((live->timers & CTX_TIMER_KEEPALIVE) &&
             has_passed(live->keepalive_deadline, now_ps, PS_PER_MS, max_ps))
        late = "keepalive";
    if (!late)
        return;
    struct probe_event at = {.now_ps = now_ps, .conn = conn, .kind = PROBE_CTX_WRITTEN};
    check_fail(check, INVARIANT_RTO, &at, "the %s timer was due more than a second ago", late);
    c->carry.live_valid = false; /* reported once */
}

void check_due_look(struct check *check, uint64_t now_ps, bool force)
{
    if (now_ps < check->next_due_ps && !force)
        return;
    check->next_due_ps = now_ps + look_ps;
    for (uint32_t conn = 0; conn < check->conn_end; conn++) {
        struct check_conn *c = check->conns[conn];
        if (!c || !c->open)
            continue;
        if (!c->term.gone && !c->term.notified)
            look_at_timers(check, c, conn, now_ps);
        check_time_wait_look(check, conn, now_ps);
    }
}
