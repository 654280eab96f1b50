#include "models/check/tcp/check_step.h"

#include "models/base/units.h"
#include "models/check/check_state.h"

/* Returns the allowed time from a decision to its frame, because payload is read and the MAC may be busy. A
 * timer starts at the decision. */
static uint64_t allowance_ps(uint64_t rto_ps) { return rto_ps / 8 + PS_PER_MS; }

/* The states that each state can reach in one step (RFC 9293 3.3.2). */
static const uint16_t next_states[] = {
    [TCP_LISTEN] = 1 << TCP_SYN_RCVD | 1 << TCP_ESTABLISHED | 1 << TCP_CLOSED,
    [TCP_SYN_SENT] = 1 << TCP_SYN_RCVD | 1 << TCP_ESTABLISHED | 1 << TCP_CLOSED,
    [TCP_SYN_RCVD] = 1 << TCP_ESTABLISHED | 1 << TCP_FIN_WAIT_1 | 1 << TCP_CLOSE_WAIT |
                     1 << TCP_LISTEN | 1 << TCP_CLOSED,
    [TCP_ESTABLISHED] = 1 << TCP_FIN_WAIT_1 | 1 << TCP_CLOSE_WAIT | 1 << TCP_CLOSED,
    [TCP_FIN_WAIT_1] =
        1 << TCP_FIN_WAIT_2 | 1 << TCP_CLOSING | 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
    [TCP_FIN_WAIT_2] = 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
    [TCP_CLOSE_WAIT] = 1 << TCP_LAST_ACK | 1 << TCP_CLOSED,
    [TCP_CLOSING] = 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
    [TCP_LAST_ACK] = 1 << TCP_CLOSED,
    [TCP_TIME_WAIT] = 1 << TCP_CLOSED,
    [TCP_CLOSED] = 0,
};

/* Returns true if `to` can be reached from `from`. One write of a context may contain several steps, because a
 * segment and the reactions to it are written together. */
static bool leads_to(unsigned from, unsigned to)
{
    unsigned reached = 1u << from;
    for (unsigned round = 0; round < 4; round++)
        for (unsigned state = 0; state <= TCP_TIME_WAIT; state++)
            if (reached >> state & 1)
                reached |= next_states[state];
    return reached >> to & 1;
}

static void check_state(struct check *check, const struct probe_event *event,
                        const struct conn_ctx *before, const struct conn_ctx *after)
{
    if (before->tcp_state > TCP_TIME_WAIT || after->tcp_state > TCP_TIME_WAIT ||
        !leads_to(before->tcp_state, after->tcp_state))
        check_fail(check, INVARIANT_FINSEQ, event, "state %u leads to state %u", before->tcp_state,
                   after->tcp_state);
}

static bool timed_out(const struct conn_ctx *before, const struct conn_ctx *after)
{
    return (before->timers & CTX_TIMER_REXMT) && after->rexmt_count == before->rexmt_count + 1;
}

/* All losses of one window of data may cause only one multiplicative decrease. One ACK may end a recovery and report
 * the losses that start the next one, so the check compares SND.UNA after the ACK with the end of that window. */
static void check_congestion(struct check *check, struct check_conn *c,
                             const struct probe_event *event, const struct conn_ctx *before,
                             const struct conn_ctx *after)
{
    if (before->tcp_state < TCP_ESTABLISHED || after->ssthresh >= before->ssthresh)
        return;
    bool again = c->cut_valid && seq_before(after->snd_una, c->cut_end);
    if (again && !timed_out(before, after) && !(before->flags & CTX_FLAG_ECN_CUT))
        check_fail(check, INVARIANT_CC, event, "ssthresh is cut again before %u is acknowledged",
                   c->cut_end);
    c->cut_valid = true;
    c->cut_end = after->snd_max;
}

/* Without timestamps, an RTT sample must come from a segment that was sent only once (Karn's algorithm). */
static void check_sample(struct check *check, const struct check_conn *c,
                         const struct probe_event *event, const struct conn_ctx *before,
                         const struct conn_ctx *after)
{
    bool sampled = before->srtt != after->srtt || before->rttvar != after->rttvar;
    if (!sampled || (before->features & CTX_FEATURE_TS) || before->tcp_state < TCP_ESTABLISHED ||
        event->kind == PROBE_CTX_LIVE)
        return;
    uint64_t age_us = (uint32_t)(us_ticks(event->now_ps) - before->rtt_start);
    uint64_t from_ps =
        event->now_ps - u64_min(event->now_ps, age_us * PS_PER_US) + check->params.clock_error_ps;
    const struct check_sent *s = &c->out;
    bool covered = !seq_before(before->rtt_seq, s->resent_seq + 1) &&
                   !seq_before(s->resent_end, before->rtt_seq);
    if (s->resent_ps > from_ps && covered)
        check_fail(check, INVARIANT_KARN, event,
                   "a segment that was sent again has given an RTT sample");
}

static uint64_t backed_off_ps(const struct check *check, const struct conn_ctx *ctx, unsigned shift)
{
    uint64_t us = (uint64_t)ctx->rto << (shift < 16 ? shift : 16);
    return u64_min(us, check->params.rto_max_us) * PS_PER_US;
}

static void check_timeout(struct check *check, const struct check_conn *c,
                          const struct probe_event *event, const struct conn_ctx *before,
                          const struct conn_ctx *after)
{
    const struct check_sent *s = &c->out;
    if (!check->params.rto_min_us || !timed_out(before, after) || before->user_timeout ||
        before->tcp_state < TCP_ESTABLISHED)
        return;
    if (before->rto < check->params.rto_min_us)
        check_fail(check, INVARIANT_RTO, event, "RTO of %u us", before->rto);
    uint64_t rto_ps = backed_off_ps(check, before, before->rto_backoff);
    uint64_t since_ps = u64_max(s->una_sent_ps, s->acked_ps);
    if (event->now_ps + allowance_ps(rto_ps) < since_ps + rto_ps)
        check_fail(check, INVARIANT_RTO, event,
                   "a timeout came after %llu ps, but the RTO is %llu ps",
                   (unsigned long long)(event->now_ps - since_ps), (unsigned long long)rto_ps);
}

static void check_probe(struct check *check, struct check_conn *c, const struct probe_event *event,
                        const struct conn_ctx *before, const struct conn_ctx *after)
{
    bool runs = (after->timers & CTX_TIMER_PERSIST) != 0;
    bool waits = after->tcp_state >= TCP_ESTABLISHED && after->tcp_state < TCP_TIME_WAIT &&
                 after->snd_wnd == 0 && after->snd_nxt == after->snd_una &&
                 seq_before(after->snd_nxt, after->tx_prod) &&
                 !(after->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST));
    if (waits && c->waits.probe_ps == 0) {
        c->waits.probe_ps = event->now_ps;
        check_watch_add(check, event->conn);
    }
    if (!waits)
        c->waits.probe_ps = 0;
    bool probed = (before->timers & CTX_TIMER_PERSIST) && runs &&
                  after->persist_count == before->persist_count + 1;
    uint64_t rto_ps = backed_off_ps(check, before, before->persist_count);
    if (check->params.rto_min_us && probed && !before->user_timeout && c->persist_ps &&
        event->now_ps + allowance_ps(rto_ps) < c->persist_ps + rto_ps)
        check_fail(check, INVARIANT_ZWP, event,
                   "a probe comes after %llu ps, but the interval is %llu ps",
                   (unsigned long long)(event->now_ps - c->persist_ps), (unsigned long long)rto_ps);
    if (runs && (probed || !(before->timers & CTX_TIMER_PERSIST)))
        c->persist_ps = event->now_ps;
}

void check_step(struct check *check, struct check_conn *c, const struct probe_event *event,
                const struct conn_ctx *before, const struct conn_ctx *after)
{
    if (!before || c->carry.tainted)
        return;
    check_state(check, event, before, after);
    check_congestion(check, c, event, before, after);
    check_sample(check, c, event, before, after);
    check_timeout(check, c, event, before, after);
    check_probe(check, c, event, before, after);
}
