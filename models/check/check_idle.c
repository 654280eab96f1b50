#include "models/check/check_idle.h"

#include "models/base/units.h"
#include "models/check/check_state.h"

/* A frame that comes while the connection is being stopped finds it again at the host. */
static const uint64_t race_ps = 100 * PS_PER_US;
static const uint64_t slack_ps = 10 * PS_PER_MS;

static void on_rests(struct check *check, const struct check_conn *c,
                     const struct probe_event *event)
{
    uint64_t heard_ps = c->idle.heard_ps;
    bool raced = heard_ps + race_ps > c->carry.frozen_ps;
    if (!raced && event->now_ps < heard_ps + check->params.idle_ps)
        check_fail(check, INVARIANT_IDLE, event, "rests, though a frame came at %llu ps",
                   (unsigned long long)heard_ps);
}

void check_idle_on_event(struct check *check, const struct probe_event *event)
{
    uint32_t conn = event->kind == PROBE_FRAME_RX ? check->packet_conn : event->conn;
    struct check_conn *c = conn < check->params.conn_max ? check->conns[conn] : NULL;
    if (!c || !c->open)
        return;
    if (event->kind == PROBE_FRAME_RX)
        c->idle.heard_ps = event->now_ps;
    else if (event->kind == PROBE_RESTS)
        on_rests(check, c, event);
    else if (event->kind == PROBE_CTX_WRITTEN || event->kind == PROBE_CTX_LIVE ||
             event->kind == PROBE_APP_TX || event->kind == PROBE_APP_RX)
        c->idle.busy_ps = event->now_ps;
}

/* Established, all that came is read, nothing is to be sent, and no timer runs but keepalive's. */
static bool has_nothing_to_do(const struct check_conn *c)
{
    const struct conn_ctx *ctx = &c->carry.live;
    uint32_t read = c->irs + 1 + (uint32_t)c->app_offset;
    return c->carry.live_valid && c->irs_known && ctx->tcp_state == TCP_ESTABLISHED &&
           ctx->snd_una == ctx->snd_max && ctx->rcv_nxt == read &&
           (!c->carry.tx_known || c->carry.tx_written == ctx->snd_max) &&
           !(ctx->flags & CTX_FLAG_FIN_QUEUED) && !(ctx->timers & ~(unsigned)CTX_TIMER_KEEPALIVE);
}

/* Found busy when its time had come, it is left alone for as long again. */
static uint64_t should_rest_ps(const struct check *check, const struct check_conn *c)
{
    const struct check_idle *idle = &c->idle;
    uint64_t since_ps = u64_max(idle->heard_ps, idle->busy_ps);
    return since_ps + (since_ps - idle->heard_ps) + 2 * check->params.idle_ps +
           2 * check->params.scan_ps + slack_ps;
}

void check_idle_look(struct check *check, uint64_t now_ps)
{
    if (!check->params.idle_ps || now_ps < check->next_idle_ps)
        return;
    check->next_idle_ps = now_ps + check->params.scan_ps;
    for (uint32_t conn = 0; conn < check->conn_end; conn++) {
        struct check_conn *c = check->conns[conn];
        if (!c || !c->open || c->term.told)
            continue;
        bool is_nics = c->own[0] == OWN_ACTIVE || c->own[1] == OWN_ACTIVE;
        if (!is_nics || now_ps < should_rest_ps(check, c) || !has_nothing_to_do(c))
            continue;
        struct probe_event at = {.now_ps = now_ps, .conn = conn, .kind = PROBE_RESTS};
        check_fail(check, INVARIANT_IDLE, &at, "silent since %llu ps and does not rest",
                   (unsigned long long)c->idle.heard_ps);
        c->idle.busy_ps = now_ps;
    }
}
