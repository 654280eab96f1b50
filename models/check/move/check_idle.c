#include "models/check/move/check_idle.h"

#include "models/base/units.h"
#include "models/check/check_state.h"

/* A frame that arrives while the connection is being stopped reaches it at the host. */
static const uint64_t race_ps = 100 * PS_PER_US;
static const uint64_t slack_ps = 10 * PS_PER_MS;
enum { IDLE_DOUBLED_MAX = 20 };

static void on_rests(struct check *check, const struct check_conn *c,
                     const struct probe_event *event)
{
    uint64_t heard_ps = c->idle.heard_ps;
    bool raced = heard_ps + race_ps > c->carry.frozen_ps;
    if (!raced && event->now_ps < heard_ps + check->params.idle_ps)
        check_fail(check, INVARIANT_IDLE, event, "it rests, but a frame came at %llu ps",
                   (unsigned long long)heard_ps);
}

void check_idle_on_event(struct check *check, const struct probe_event *event)
{
    uint32_t conn = event->kind == PROBE_FRAME_RX ? check->packet_conn : event->conn;
    struct check_conn *c = conn < check->params.conn_max ? check->conns[conn] : NULL;
    if (!c || !c->open)
        return;
    if (event->kind == PROBE_RESTS)
        on_rests(check, c, event);
    if (event->kind == PROBE_FRAME_RX) {
        c->idle.heard_ps = event->now_ps;
        c->idle.begun = 0;
    } else if (event->kind == PROBE_CTX_LIVE) {
        c->idle.live_ps = event->now_ps;
        c->idle.begun++;
    }
}

/* Returns true from ESTABLISHED on, because the host keeps the timers of every such state (docs/claims.md). */
static bool may_rest(const struct check_conn *c)
{
    const struct conn_ctx *ctx = &c->carry.live;
    return c->carry.live_valid && ctx->tcp_state >= TCP_ESTABLISHED &&
           ctx->tcp_state < TCP_TIME_WAIT && !c->term.gone;
}

/* Returns when the connection should rest. Each time it is found busy, or one of its timers brings it back,
 * the wait doubles, until a frame arrives. */
static uint64_t should_rest_ps(const struct check *check, const struct check_conn *c)
{
    const struct check_idle *idle = &c->idle;
    uint64_t since_ps = u64_max(idle->heard_ps, idle->live_ps);
    return since_ps + (check->params.idle_ps << u32_min(idle->begun, IDLE_DOUBLED_MAX)) +
           2 * check->params.scan_ps + slack_ps + check->params.slack_ps;
}

static bool is_served(const struct check *check, const struct check_conn *c)
{
    for (unsigned place = 0; place < PLACE_COUNT; place++)
        if (c->own[place] == OWN_ACTIVE)
            return !check->fenced[place];
    return false;
}

void check_idle_look(struct check *check, uint64_t now_ps)
{
    if (!check->params.idle_ps || now_ps < check->next_idle_ps || check->fragments)
        return;
    check->next_idle_ps = now_ps + check->params.scan_ps;
    for (uint32_t conn = 0; conn < check->conn_end; conn++) {
        struct check_conn *c = check->conns[conn];
        if (!c || !c->open || c->term.notified)
            continue;
        if (now_ps < should_rest_ps(check, c) || !may_rest(c) || !is_served(check, c))
            continue;
        struct probe_event at = {.now_ps = now_ps, .conn = conn, .kind = PROBE_RESTS};
        check_fail(check, INVARIANT_IDLE, &at,
                   "it has been silent since %llu ps, but does not rest",
                   (unsigned long long)c->idle.heard_ps);
        c->idle.live_ps = now_ps;
    }
}
