#include "models/script/pkt_play.h"

#include "models/base/frame.h"
#include "models/base/units.h"
#include "models/script/pkt_compare.h"
#include "models/script/pkt_icmp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEER_ISN = 1000, SERVER_ISN_UNKNOWN = 5000, QUEUE = 64, CHUNK = 4096 };

#define END_PS (100 * PS_PER_US) /* an end that is due is reported within this time */

struct play {
    const struct pkt_script *script;
    const struct pkt_server *server;
    struct pkt_result *result;
    enum pkt_policy policy;
    const struct pkt_line *line;
    struct pkt_wire wire;
    uint64_t event_ps; /* the time of the line before */
    uint64_t cause_ps; /* the time of the last action on the server */
    /* Segments that were sent and that no line of the script has asked for yet. */
    struct pkt_segment queue[QUEUE];
    uint64_t queue_ps[QUEUE];
    unsigned queued;
    uint32_t read; /* bytes that the application has read */
    uint32_t written;
};

static bool fail(struct play *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Records file:line and the error, but only the first one. Always returns false. */
static bool fail(struct play *p, const char *format, ...)
{
    char what[PKT_ERROR_MAX / 2];
    va_list args;
    if (!p->result->ok)
        return false;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    p->result->ok = false;
    (void)snprintf(p->result->error, PKT_ERROR_MAX, "%s:%u: %s [port policy %s]", p->script->path,
                   p->line ? p->line->number : 0, what, pkt_policy_name(p->policy));
    return false;
}

static const struct pkt_server_ops *ops(const struct play *p) { return p->server->ops; }

/* Fails with the error text of the server. */
static bool fail_by_server(struct play *p) { return fail(p, "%s", ops(p)->error(p->server->self)); }

/* --- what the server sends --- */

static void book(struct play *p, const struct pkt_segment *seg, uint64_t at_ps)
{
    struct pkt_result *r = p->result;
    if (r->sent_count == PKT_TRANSCRIPT_MAX || p->queued == QUEUE) {
        (void)fail(p, "the server sends without end");
        return;
    }
    struct pkt_sent *sent = &r->sent[r->sent_count++];
    pkt_segment_text(seg, sent->text);
    sent->is_pure_ack = pkt_segment_is_pure_ack(seg);
    sent->win = seg->win;
    sent->tsecr = (seg->has & PKT_HAS_TS) ? seg->tsecr : 0;
    sent->after_ps = at_ps > p->cause_ps ? at_ps - p->cause_ps : 0;
    sent->moves = ops(p)->moves(p->server->self);
    p->queue_ps[p->queued] = at_ps;
    p->queue[p->queued++] = *seg;
}

static void collect_frames(struct play *p)
{
    static uint8_t frame[FRAME_BYTES_MAX];
    uint64_t at_ps;
    for (uint32_t len; (len = ops(p)->take(p->server->self, frame, &at_ps)) > 0;) {
        struct pkt_segment seg;
        struct packet packet;
        if (!pkt_segment_read(&p->wire, frame, len, &seg, &packet)) {
            (void)fail(p,
                       "the server sent a frame of %u bytes that is no good segment of this "
                       "connection",
                       len);
            return;
        }
        for (uint32_t i = 0; i < seg.len; i++)
            if (packet.seg.payload[i] != pkt_server_byte(seg.seq + i)) {
                (void)fail(p, "byte %u of the server's stream is wrong", seg.seq + i);
                return;
            }
        book(p, &seg, at_ps);
    }
}

/* --- what the application reads --- */

static bool app_read(struct play *p, uint32_t len)
{
    uint8_t bytes[CHUNK];
    while (len > 0) {
        uint32_t n = len < CHUNK ? len : CHUNK;
        if (!ops(p)->read(p->server->self, bytes, n))
            return fail_by_server(p);
        for (uint32_t i = 0; i < n; i++)
            if (bytes[i] != pkt_peer_byte(p->read + i + 1))
                return fail(p, "byte %u of the peer's stream is wrong", p->read + i + 1);
        p->read += n;
        len -= n;
    }
    return true;
}

static void collect(struct play *p)
{
    struct pkt_view view;
    collect_frames(p);
    if (p->script->manual || !p->result->ok)
        return;
    ops(p)->look(p->server->self, &view);
    if (view.readable > 0)
        (void)app_read(p, view.readable);
}

/* --- time --- */

/* Advances to limit_ps. If until_sent is true, it stops when a segment of the server waits. */
static void advance(struct play *p, uint64_t limit_ps, bool until_sent)
{
    while (p->result->ok && !(until_sent && p->queued > 0)) {
        bool moved = ops(p)->step(p->server->self, limit_ps);
        collect(p);
        if (!moved) {
            if (*ops(p)->error(p->server->self))
                (void)fail_by_server(p);
            return;
        }
    }
}

static void pass(struct play *p, uint64_t ps)
{
    advance(p, ops(p)->now_ps(p->server->self) + ps, false);
}

/* --- events --- */

static bool inject(struct play *p, const uint8_t *frame, uint32_t len)
{
    if (!ops(p)->inject(p->server->self, frame, len))
        return fail_by_server(p);
    collect(p);
    return p->result->ok;
}

static bool inject_segment(struct play *p)
{
    static uint8_t frame[FRAME_BYTES_MAX];
    if (p->line->seg.len > PKT_PAYLOAD_MAX)
        return fail(p, "%u bytes do not fit a frame; write at most %d", p->line->seg.len,
                    PKT_PAYLOAD_MAX);
    uint32_t len = pkt_segment_build(&p->wire, &p->line->seg, frame);
    return inject(p, frame, len);
}

static bool inject_icmp(struct play *p)
{
    static uint8_t frame[FRAME_BYTES_MAX];
    uint32_t len = pkt_icmp_build(&p->wire, p->line->word, p->line->seg.seq, p->line->value, frame);
    return len > 0 ? inject(p, frame, len)
                   : fail(p, "%s is not of IPv%u", p->line->word, p->wire.ends.ip_version);
}

static bool field_differs(const struct pkt_segment *want, const struct pkt_segment *got)
{
    const uint16_t syn_only = PKT_HAS_MSS | PKT_HAS_WS | PKT_HAS_SACKOK;
    bool differs = want->flags != got->flags || want->seq != got->seq || want->len != got->len;
    differs |= (want->has & PKT_HAS_ACK) && want->ack != got->ack;
    differs |= (want->has & PKT_HAS_WIN) && want->win != got->win;
    differs |= (want->has & syn_only) != (got->has & syn_only);
    differs |= (want->has & PKT_HAS_MSS) && want->mss != got->mss;
    differs |= (want->has & PKT_HAS_WS) && want->ws != got->ws;
    differs |= (want->has & PKT_HAS_URG) && want->urg != got->urg;
    differs |= (want->has & PKT_HAS_DSCP) && want->dscp != got->dscp;
    differs |= (want->has & PKT_HAS_TTL) && want->ttl != got->ttl;
    differs |= (want->has & PKT_HAS_ECN) && want->ecn != got->ecn;
    if (want->has & PKT_HAS_TS)
        differs |= !(got->has & PKT_HAS_TS) || (!want->tsecr_newest && want->tsecr != got->tsecr);
    differs |= (want->has & PKT_HAS_NOSACK) && got->sack_count > 0;
    if (want->sack_count > 0)
        differs |= want->sack_count != got->sack_count ||
                   memcmp(want->sack, got->sack, want->sack_count * sizeof want->sack[0]) != 0;
    return differs;
}

static bool expect(struct play *p)
{
    const struct pkt_segment *want = &p->line->seg;
    char wanted[PKT_TEXT_MAX], sent[PKT_TEXT_MAX];
    uint64_t due = p->event_ps + p->line->delay_ps;
    uint64_t slack = p->line->delay_ps * PKT_TIME_PERCENT / 100 + PKT_TIME_SLACK_PS;
    pkt_segment_text(want, wanted);
    if (p->queued == 0)
        advance(p, due + slack, true);
    if (!p->result->ok)
        return false;
    if (p->queued == 0)
        return fail(p, "expected %s, but nothing was sent", wanted);
    struct pkt_segment got = p->queue[0];
    uint64_t at = p->queue_ps[0];
    pkt_segment_text(&got, sent);
    p->queued--;
    memmove(p->queue, p->queue + 1, p->queued * sizeof p->queue[0]);
    memmove(p->queue_ps, p->queue_ps + 1, p->queued * sizeof p->queue_ps[0]);
    if (field_differs(want, &got))
        return fail(p, "expected %s, got %s win %u tsecr %u", wanted, sent, got.win, got.tsecr);
    if (at + slack < due || at > due + slack)
        return fail(p, "%s was sent after %lld us, not %llu", sent,
                    ((long long)at - (long long)p->event_ps) / (long long)PS_PER_US,
                    (unsigned long long)(p->line->delay_ps / PS_PER_US));
    p->event_ps = at;
    return true;
}

static bool is_word(struct play *p, const char *what, const char *word)
{
    return strcmp(p->line->word, word) == 0 ||
           fail(p, "%s is %s, not %s", what, word, p->line->word);
}

static bool app_write(struct play *p)
{
    uint8_t bytes[CHUNK];
    for (uint32_t left = p->line->value; left > 0;) {
        uint32_t n = left < CHUNK ? left : CHUNK;
        for (uint32_t i = 0; i < n; i++)
            bytes[i] = pkt_server_byte(p->written + 1 + i);
        if (!ops(p)->write(p->server->self, bytes, n, left == n))
            return fail_by_server(p);
        p->written += n;
        left -= n;
    }
    collect(p);
    return p->result->ok;
}

static bool manual_read(struct play *p)
{
    struct pkt_view view;
    ops(p)->look(p->server->self, &view);
    if (p->line->value > view.readable)
        return fail(p, "only %u bytes are there to read", view.readable);
    bool ok = app_read(p, p->line->value);
    collect(p);
    return ok && p->result->ok;
}

static bool app_call(struct play *p, bool (*call)(void *self))
{
    if (!call(p->server->self))
        return fail_by_server(p);
    collect(p);
    return p->result->ok;
}

static bool check_end(struct play *p, bool premature)
{
    struct pkt_view view;
    uint64_t limit = ops(p)->now_ps(p->server->self) + p->line->delay_ps / 20 + END_PS;
    bool more = true;
    do {
        ops(p)->look(p->server->self, &view);
        if (view.ended || !more)
            break;
        more = ops(p)->step(p->server->self, limit);
        collect(p);
    } while (p->result->ok);
    if (!view.ended)
        return fail(p, "the connection did not end");
    if (view.premature != premature)
        return fail(p, "it ended %s (%s)", view.premature ? "prematurely" : "in order", view.end);
    return is_word(p, premature ? "the cause" : "the last state", view.end);
}

static bool ask(struct play *p)
{
    struct pkt_view view;
    ops(p)->look(p->server->self, &view);
    switch (p->line->kind) {
    case PKT_STATE:
        return is_word(p, "the state", view.state);
    case PKT_VERDICT:
        return is_word(p, "the verdict", view.verdict);
    case PKT_RECEIVED:
        return view.received == p->line->value ||
               fail(p, "%u bytes were received in order, not %u", view.received, p->line->value);
    case PKT_URGENT:
        return view.urgent || fail(p, "no urgent data was announced");
    case PKT_NOTICE:
        return is_word(p, "the last notice", *view.notice ? view.notice : "none");
    case PKT_CLOSED:
        return check_end(p, false);
    case PKT_TERMINATED:
        return check_end(p, true);
    default:
        return true;
    }
}

static bool act(struct play *p)
{
    switch (p->line->kind) {
    case PKT_IN:
        return inject_segment(p);
    case PKT_ICMP:
        return inject_icmp(p);
    case PKT_WRITE:
        return app_write(p);
    case PKT_READ:
        return manual_read(p);
    case PKT_CLOSE:
        return app_call(p, ops(p)->close);
    case PKT_ABORT:
        return app_call(p, ops(p)->abort);
    case PKT_CONNECT:
        return app_call(p, ops(p)->connect);
    case PKT_OPTION:
        if (!ops(p)->option(p->server->self, p->line->word, p->line->value))
            return fail_by_server(p);
        collect(p);
        return p->result->ok;
    default:
        return ask(p);
    }
}

static bool step(struct play *p)
{
    char sent[PKT_TEXT_MAX];
    if (p->line->kind == PKT_OUT)
        return expect(p);
    if (p->line->delay_ps > 0)
        pass(p, p->line->delay_ps);
    bool asks = p->line->kind >= PKT_STATE;
    if (p->queued > 0 && !asks) {
        pkt_segment_text(&p->queue[0], sent);
        return fail(p, "not expected before this line: %s", sent);
    }
    if (!p->result->ok)
        return false;
    if (!asks)
        p->cause_ps = ops(p)->now_ps(p->server->self);
    if (!act(p))
        return false;
    if (!asks)
        p->event_ps = ops(p)->now_ps(p->server->self);
    return true;
}

void pkt_play(const struct pkt_script *script, enum pkt_policy policy,
              const struct pkt_server *server, struct pkt_result *result)
{
    struct play *p = calloc(1, sizeof *p);
    char sent[PKT_TEXT_MAX];
    memset(result, 0, sizeof *result);
    result->ok = true;
    uint32_t quarter = (UINT32_C(1) << script->ring_log2) / 4;
    result->window_slack = quarter >> ((script->offered & CTX_FEATURE_WS) ? script->rcv_ws : 0);
    if (!p) {
        result->ok = false;
        (void)snprintf(result->error, PKT_ERROR_MAX, "%s:0: not enough memory", script->path);
        return;
    }
    *p = (struct play){.script = script, .server = server, .result = result, .policy = policy};
    p->wire = (struct pkt_wire){
        .ends = server->ends, .peer_isn = PEER_ISN, .server_isn = SERVER_ISN_UNKNOWN};
    p->event_ps = ops(p)->now_ps(server->self);
    for (size_t i = 0; i < script->count && result->ok; i++) {
        p->line = &script->line[i];
        if (!step(p))
            break;
    }
    if (result->ok && p->queued > 0) {
        pkt_segment_text(&p->queue[0], sent);
        (void)fail(p, "not expected at the end: %s", sent);
    }
    result->moves = ops(p)->moves(server->self);
    free(p);
}
