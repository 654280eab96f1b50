#include "models/test/pkt_run_pvt.h"
#include "models/wire/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- events of a script --- */

static unsigned next_port(struct run *run)
{
    unsigned n = run->frames++;
    switch (run->policy) {
    case PKT_ALTERNATE:
        return n % RIG_NICS;
    case PKT_RANDOM:
        return (unsigned)rng_below(&run->rng, RIG_NICS);
    case PKT_FLIP:
        return n / FLIP_FRAMES % RIG_NICS;
    default:
        return 0;
    }
}

static uint32_t put_options(const struct run *run, const struct pkt_segment *seg, uint8_t *at)
{
    uint32_t n = 0;
    memset(at, 1, 40);
    if (seg->has & PKT_HAS_MSS) {
        memcpy(at + n, (uint8_t[]){2, 4, (uint8_t)(seg->mss >> 8), (uint8_t)seg->mss}, 4);
        n += 4;
    }
    if (seg->has & PKT_HAS_WS) {
        memcpy(at + n + 1, (uint8_t[]){3, 3, (uint8_t)seg->ws}, 3);
        n += 4;
    }
    if (seg->has & PKT_HAS_SACKOK) {
        memcpy(at + n + 2, (uint8_t[]){4, 2}, 2);
        n += 4;
    }
    if (seg->has & PKT_HAS_TS) {
        memcpy(at + n + 2, (uint8_t[]){8, 10}, 2);
        be32_store(at + n + 4, seg->tsval);
        be32_store(at + n + 8, seg->tsecr_newest ? run->tsval : seg->tsecr);
        n += 12;
    }
    if (seg->sack_count > 0) {
        memcpy(at + n + 2, (uint8_t[]){5, (uint8_t)(2 + 8 * seg->sack_count)}, 2);
        for (unsigned i = 0; i < seg->sack_count; i++) {
            be32_store(at + n + 4 + 8 * i, SERVER_ISN + seg->sack[i][0]);
            be32_store(at + n + 8 + 8 * i, SERVER_ISN + seg->sack[i][1]);
        }
        n += 4 + 8 * seg->sack_count;
    }
    return n;
}

static struct frame *build(struct run *run, const struct pkt_segment *seg)
{
    struct frame *frame = frame_alloc(run->rig.pool, run->rig.loop.now_ps);
    uint8_t options[64];
    struct packet_out out = {.dst_mac = {2, 0x22, 0x33, 0x44, 0x55, 0x66},
                             .src_mac = {2, 0, 0, 0, 0, 9},
                             .vlan = run->rig.vlan,
                             .ip_version = 4,
                             .ttl = 64,
                             .tos = (uint8_t)seg->ecn,
                             .sport = run->peer.port,
                             .dport = 80,
                             .seq = CLIENT_ISN + seg->seq,
                             .ack = (seg->flags & TCP_ACK) ? SERVER_ISN + seg->ack : 0,
                             .flags = seg->flags,
                             .urgent = (uint16_t)seg->urg,
                             .window =
                                 (uint16_t)((seg->has & PKT_HAS_WIN) ? seg->win : WIN_DEFAULT),
                             .options = options,
                             .options_len = put_options(run, seg, options)};
    ip_addr_from_v4(out.src, 0x0a000002u);
    ip_addr_from_v4(out.dst, 0x0a000001u);
    uint8_t *payload = frame->data + packet_header_bytes(&out);
    for (uint32_t i = 0; i < seg->len; i++)
        payload[i] = client_byte(seg->seq + i);
    frame->len = packet_build(frame->data, &out, seg->len);
    return frame;
}

/* Nobody owns the connection: the host answers (RFC 9293 3.10.7.1). */
static void host_answers(struct run *run, struct frame *frame)
{
    struct packet packet;
    struct tcp_tx tx;
    packet_parse(frame->data, frame->len, true, &packet);
    if (tcp_build_reset_for(&packet.seg, &tx)) {
        struct pkt_segment seg = {.flags = tx.flags, .seq = tx.seq - SERVER_ISN};
        if (!(packet.seg.flags & TCP_ACK))
            seg.seq = tx.seq;
        if (tx.flags & TCP_ACK) {
            seg.has |= PKT_HAS_ACK;
            seg.ack = tx.ack - CLIENT_ISN;
        }
        pkt_book_sent(run, &seg);
    }
    frame_free(run->rig.pool, frame);
}

static bool inject(struct run *run)
{
    const struct pkt_segment *seg = &run->line->seg;
    if (seg->len > 1460 + 40)
        return pkt_fail(run, "payload does not fit a frame");
    unsigned nic = next_port(run);
    struct frame *frame = build(run, seg);
    unsigned before = run->verdicts;
    run->fresh = true;
    if (!run->open && (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN) {
        struct nic_held held = rig_hold(&run->rig, frame, (uint8_t)nic);
        if (!pkt_open_connection(run, nic, &held))
            return false;
    } else if (!run->open || (run->gone && run->end.detail != TCP_TIME_WAIT) ||
               (run->gone && run->end.kind == NIC_EVENT_TERMINATED)) {
        host_answers(run, frame);
        return true;
    } else if (run->gone) {
        frame_free(run->rig.pool, frame);
        return pkt_fail(run, "TIME_WAIT is with the host: a script ends there");
    } else if (nic == run->owner) {
        rig_deliver(&run->rig, nic, frame);
    } else {
        struct nic_held held = rig_hold(&run->rig, frame, (uint8_t)nic);
        if (!pkt_freeze(run))
            return run->result->ok;
        before = run->verdicts;
        if (!pkt_install(run, nic, &held))
            return false;
    }
    if (run->verdicts == before &&
        !pkt_advance(run, run->rig.loop.now_ps + WAIT_PS, &run->verdicts, before))
        return pkt_fail(run, "the segment got no verdict");
    pkt_pass(run, SETTLE_PS);
    return run->result->ok;
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
    differs |= (want->has & PKT_HAS_ECN) && want->ecn != got->ecn;
    if (want->has & PKT_HAS_TS)
        differs |= !(got->has & PKT_HAS_TS) || (!want->tsecr_newest && want->tsecr != got->tsecr);
    differs |= (want->has & PKT_HAS_NOSACK) && got->sack_count > 0;
    if (want->sack_count > 0)
        differs |= want->sack_count != got->sack_count ||
                   memcmp(want->sack, got->sack, want->sack_count * sizeof want->sack[0]) != 0;
    return differs;
}

static bool expect(struct run *run)
{
    const struct pkt_segment *want = &run->line->seg;
    char wanted[PKT_TEXT_MAX], sent[PKT_TEXT_MAX];
    uint64_t due = run->event_ps + run->line->delay_ps;
    uint64_t slack = run->line->delay_ps / 20 + 2 * WAIT_PS;
    pkt_segment_text(want, wanted);
    if (run->queued == 0)
        (void)pkt_advance(run, due + slack, &run->queued, 0);
    if (!run->result->ok)
        return false;
    if (run->queued == 0)
        return pkt_fail(run, "expected %s, but nothing was sent", wanted);
    struct pkt_segment got = run->queue[0];
    uint64_t at = run->queue_ps[0];
    pkt_segment_text(&got, sent);
    run->queued--;
    memmove(run->queue, run->queue + 1, run->queued * sizeof run->queue[0]);
    memmove(run->queue_ps, run->queue_ps + 1, run->queued * sizeof run->queue_ps[0]);
    if (field_differs(want, &got))
        return pkt_fail(run, "expected %s, got %s win %u tsecr %u", wanted, sent, got.win,
                        got.tsecr);
    if (at + slack < due || at > due + slack)
        return pkt_fail(run, "%s was sent after %llu us, not %llu", sent,
                        (unsigned long long)((at - run->event_ps) / PS_PER_US),
                        (unsigned long long)(run->line->delay_ps / PS_PER_US));
    run->event_ps = at;
    return true;
}

static const char *const state_names[] = {"CLOSED",      "LISTEN",     "SYN_SENT",   "SYN_RCVD",
                                          "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT",
                                          "CLOSING",     "LAST_ACK",   "TIME_WAIT"};
static const char *const cause_names[] = {"none",         "remote_reset",     "rtx_exhausted",
                                          "keepalive",    "ctx_error",        "local_abort",
                                          "engine_error", "handshake_timeout"};

static bool is_word(struct run *run, const char *what, const char *word)
{
    return strcmp(run->line->word, word) == 0 ||
           pkt_fail(run, "%s is %s, not %s", what, word, run->line->word);
}

static bool check_state(struct run *run)
{
    struct conn_ctx ctx;
    if (run->gone || !run->open)
        return is_word(run, "the state", "CLOSED");
    memcpy(&ctx, run->rig.nic[run->owner].slot[CONN].image, sizeof ctx);
    if (!tcp_is_sane(&ctx))
        return pkt_fail(run, "the context is not sane");
    return is_word(run, "the state", state_names[ctx.tcp_state]);
}

static bool check_verdict(struct run *run)
{
    return is_word(run, "the verdict",
                   run->record.verdict == NIC_VERDICT_APPLIED
                       ? "applied"
                       : drop_reason_key((enum drop_reason)run->record.reason));
}

static bool app_write(struct run *run)
{
    uint32_t from = run->tx_prod;
    if (run->line->value > pkt_ring_bytes(run))
        return pkt_fail(run, "the ring holds %u bytes", pkt_ring_bytes(run));
    for (uint32_t i = 0; i < run->line->value; i++)
        run->rig.mem[run->peer.tx_ring + ((from + i) & (pkt_ring_bytes(run) - 1))] =
            server_byte(from + i - SERVER_ISN);
    run->tx_prod += run->line->value;
    rig_doorbell(&run->rig, run->owner, CONN, run->peer.gen, NIC_DOORBELL_TX, run->tx_prod);
    pkt_pass(run, SETTLE_PS);
    return true;
}

static bool check_received(struct run *run)
{
    uint32_t bytes = run->rx_nxt - CLIENT_ISN - 1;
    if (bytes == run->line->value)
        return true;
    return pkt_fail(run, "%u bytes were received in order, not %u", bytes, run->line->value);
}

static bool check_end(struct run *run, uint8_t kind)
{
    uint64_t limit = run->rig.loop.now_ps + run->line->delay_ps / 20 + WAIT_PS;
    while (!run->gone && stage_loop_step(&run->rig.loop, limit))
        pkt_collect(run);
    if (!run->gone)
        return pkt_fail(run, "the connection did not end");
    if (run->end.kind != kind)
        return pkt_fail(run, "it ended %s", kind == NIC_EVENT_CLOSED ? "prematurely" : "in order");
    return kind == NIC_EVENT_CLOSED ? is_word(run, "the last state", state_names[run->end.detail])
                                    : is_word(run, "the cause", cause_names[run->end.detail]);
}

static bool ring_bell(struct run *run, uint8_t kind, uint32_t value)
{
    rig_doorbell(&run->rig, run->owner, CONN, run->peer.gen, kind, value);
    pkt_pass(run, SETTLE_PS);
    return run->result->ok;
}

static bool app_abort(struct run *run)
{
    struct nic_cmd cmd = {.op = NIC_CMD_ABORT, .gen = run->peer.gen, .conn = CONN};
    rig_command(&run->rig, run->owner, &cmd);
    pkt_pass(run, SETTLE_PS);
    return run->result->ok;
}

static bool act(struct run *run)
{
    switch (run->line->kind) {
    case PKT_IN:
        return inject(run);
    case PKT_WRITE:
        return app_write(run);
    case PKT_READ:
        if (run->line->value > run->rx_nxt - run->rx_read)
            return pkt_fail(run, "only %u bytes are there to read", run->rx_nxt - run->rx_read);
        pkt_app_read(run, run->rx_read + run->line->value);
        pkt_pass(run, SETTLE_PS);
        return run->result->ok;
    case PKT_CLOSE:
        return ring_bell(run, NIC_DOORBELL_FIN, run->tx_prod);
    case PKT_ABORT:
        return app_abort(run);
    case PKT_CONNECT:
        return pkt_open_connection(run, next_port(run), NULL);
    case PKT_STATE:
        return check_state(run);
    case PKT_VERDICT:
        return check_verdict(run);
    case PKT_RECEIVED:
        return check_received(run);
    case PKT_CLOSED:
        return check_end(run, NIC_EVENT_CLOSED);
    case PKT_TERMINATED:
        return check_end(run, NIC_EVENT_TERMINATED);
    case PKT_URGENT:
        return (run->record.flags & NIC_RECORD_URGENT) ||
               pkt_fail(run, "no urgent data was announced");
    default:
        return run->result->ok;
    }
}

static bool step(struct run *run)
{
    char sent[PKT_TEXT_MAX];
    if (run->line->kind == PKT_OUT)
        return expect(run);
    if (run->line->delay_ps > 0)
        pkt_pass(run, run->line->delay_ps);
    bool asks = run->line->kind >= PKT_STATE;
    if (run->queued > 0 && !asks) {
        pkt_segment_text(&run->queue[0], sent);
        return pkt_fail(run, "not expected before this line: %s", sent);
    }
    if (!run->result->ok || !act(run))
        return false;
    if (!asks)
        run->event_ps = run->rig.loop.now_ps;
    return true;
}

static void on_probe(struct rig *rig, const struct probe_event *event)
{
    (void)rig;
    (void)event;
}

static void setup(struct run *run)
{
    const struct pkt_script *s = run->script;
    struct tcp_params *tcp = &run->rig.params.tcp;
    rig_init(&run->rig);
    run->rig.on_probe = on_probe;
    run->rig.ring_log2 = 8;
    const struct {
        uint32_t from, *to;
    } words[] = {{s->rto_min_us, &tcp->rto_min_us},
                 {s->delack_us, &tcp->delack_us},
                 {s->time_wait_us, &tcp->time_wait_us},
                 {s->fin_wait_2_us, &tcp->fin_wait_2_us},
                 {s->keepalive_idle_ms, &tcp->keepalive_idle_ms},
                 {s->keepalive_interval_ms, &tcp->keepalive_interval_ms}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].from)
            *words[i].to = words[i].from;
    const struct {
        uint32_t from;
        uint8_t *to;
    } bytes[] = {{s->keepalive_probes, &tcp->keepalive_probes},
                 {s->rexmt_max, &tcp->rexmt_max},
                 {s->syn_rexmt_max, &tcp->syn_rexmt_max},
                 {s->challenge_max, &tcp->challenge_max}};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        if (bytes[i].from)
            *bytes[i].to = (uint8_t)bytes[i].from;
    tcp->congestion = s->congestion;
    rng_init(&run->rng, 1, "pkt");
    rig_start(&run->rig);
    run->peer = (struct rig_peer){.rig = &run->rig,
                                  .conn = CONN,
                                  .port = CLIENT_PORT,
                                  .gen = 1,
                                  .image = rig_alloc(&run->rig, CTX_BYTES),
                                  .rx_ring = rig_alloc(&run->rig, 1u << s->ring_log2),
                                  .tx_ring = rig_alloc(&run->rig, 1u << s->ring_log2)};
    run->tx_prod = SERVER_ISN + 1;
    rig_run(&run->rig, PS_PER_MS);
    run->event_ps = run->rig.loop.now_ps;
}

void pkt_run(const struct pkt_script *script, enum pkt_policy policy, struct pkt_result *result)
{
    struct run *run = calloc(1, sizeof *run);
    char sent[PKT_TEXT_MAX];
    memset(result, 0, sizeof *result);
    result->ok = true;
    run->script = script;
    run->result = result;
    run->policy = policy;
    setup(run);
    for (size_t i = 0; i < script->count && result->ok; i++) {
        run->line = &script->line[i];
        if (!step(run))
            break;
    }
    if (result->ok && run->queued > 0) {
        pkt_segment_text(&run->queue[0], sent);
        (void)pkt_fail(run, "not expected at the end: %s", sent);
    }
    /* Frames on their way are given back before the rig is taken down. */
    rig_run(&run->rig, WAIT_PS);
    rig_end(&run->rig);
    free(run);
}

bool pkt_same(const struct pkt_result *plain, const struct pkt_result *moved,
              char why[PKT_ERROR_MAX])
{
    unsigned extra = 0, at = 0;
    for (unsigned i = 0; i < moved->sent_count; i++) {
        if (at < plain->sent_count && strcmp(plain->sent[at], moved->sent[i]) == 0) {
            at++;
        } else if (!moved->is_pure_ack[i] || ++extra > moved->moves) {
            (void)snprintf(why, PKT_ERROR_MAX, "segment %u is '%s' instead of '%s'", i + 1,
                           moved->sent[i], at < plain->sent_count ? plain->sent[at] : "nothing");
            return false;
        }
    }
    if (at == plain->sent_count)
        return true;
    (void)snprintf(why, PKT_ERROR_MAX, "segment '%s' is missing", plain->sent[at]);
    return false;
}
