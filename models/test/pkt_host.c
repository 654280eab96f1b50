#include "models/test/pkt_run_pvt.h"
#include "models/wire/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *pkt_policy_name(enum pkt_policy policy)
{
    static const char *const names[] = {"nic0", "alternate", "random", "flip"};
    return names[policy];
}

bool pkt_fail(struct run *run, const char *format, ...)
{
    char what[PKT_ERROR_MAX / 2];
    va_list args;
    if (!run->result->ok)
        return false;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    run->result->ok = false;
    (void)snprintf(run->result->error, PKT_ERROR_MAX, "%s:%u: %s [port policy %s]",
                   run->script->path, run->line ? run->line->number : 0, what,
                   pkt_policy_name(run->policy));
    return false;
}

/* --- what the server sends --- */

static void take_option(const uint8_t *option, struct run *run, struct pkt_segment *seg)
{
    if (option[0] == 2) {
        seg->has |= PKT_HAS_MSS;
        seg->mss = be16_load(option + 2);
    } else if (option[0] == 3) {
        seg->has |= PKT_HAS_WS;
        seg->ws = option[2];
    } else if (option[0] == 4) {
        seg->has |= PKT_HAS_SACKOK;
    } else if (option[0] == 8) {
        seg->has |= PKT_HAS_TS;
        seg->tsval = run->tsval = be32_load(option + 2);
        seg->tsecr = be32_load(option + 6);
    } else if (option[0] == 5) {
        seg->sack_count = (option[1] - 2u) / 8;
        for (unsigned i = 0; i < seg->sack_count; i++) {
            seg->sack[i][0] = be32_load(option + 2 + 8 * i) - CLIENT_ISN;
            seg->sack[i][1] = be32_load(option + 6 + 8 * i) - CLIENT_ISN;
        }
    }
}

static void describe(struct run *run, const struct packet *packet, const uint8_t *tcp,
                     struct pkt_segment *seg)
{
    *seg = (struct pkt_segment){.flags = packet->seg.flags,
                                .seq = packet->seg.seq - SERVER_ISN,
                                .len = packet->seg.payload_len,
                                .win = packet->seg.window,
                                .ecn = packet->tos & 3u};
    if (seg->flags & TCP_ACK) {
        seg->has |= PKT_HAS_ACK;
        seg->ack = packet->seg.ack - CLIENT_ISN;
    }
    if (seg->flags & TCP_URG)
        seg->urg = packet->seg.urgent;
    for (const uint8_t *o = tcp + TCP_HEADER_MIN; o < tcp + packet->seg.header_len;) {
        if (*o > 1)
            take_option(o, run, seg);
        o += *o > 1 ? o[1] : 1;
    }
}

static bool is_pure_ack(const struct pkt_segment *seg)
{
    return seg->len == 0 && (seg->flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0;
}

void pkt_book_sent(struct run *run, const struct pkt_segment *seg)
{
    struct pkt_result *r = run->result;
    char text[PKT_TEXT_MAX];
    pkt_segment_text(seg, text);
    bool pure = is_pure_ack(seg);
    if (pure && !run->fresh && r->sent_count > 0 && r->is_pure_ack[r->sent_count - 1] &&
        run->queued > 0) {
        /* Nothing came in between: the two are one. */
        memcpy(r->sent[r->sent_count - 1], text, sizeof text);
        run->queue[run->queued - 1] = *seg;
        return;
    }
    run->fresh = false;
    if (r->sent_count == PKT_TRANSCRIPT_MAX || run->queued == QUEUE) {
        (void)pkt_fail(run, "the server sends without end");
        return;
    }
    memcpy(r->sent[r->sent_count], text, sizeof text);
    r->is_pure_ack[r->sent_count++] = pure;
    run->queue_ps[run->queued] = run->rig.loop.now_ps;
    run->queue[run->queued++] = *seg;
}

static void check_payload(struct run *run, const struct packet *packet)
{
    for (uint32_t i = 0; i < packet->seg.payload_len; i++)
        if (packet->seg.payload[i] != server_byte(packet->seg.seq - SERVER_ISN + i)) {
            (void)pkt_fail(run, "byte %u of the server's stream is wrong",
                           packet->seg.seq - SERVER_ISN + i);
            return;
        }
}

static void collect_frames(struct run *run)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        for (; run->taken[nic] < run->rig.nic[nic].tx_count; run->taken[nic]++) {
            const struct frame *frame = run->rig.nic[nic].tx[run->taken[nic]];
            struct packet packet = rig_sent(&run->rig, nic, run->taken[nic]);
            struct pkt_segment seg;
            describe(run, &packet, frame->data + packet.tcp_offset, &seg);
            check_payload(run, &packet);
            pkt_book_sent(run, &seg);
        }
}

/* --- the host's side --- */

uint32_t pkt_ring_bytes(const struct run *run) { return 1u << run->script->ring_log2; }

void pkt_app_read(struct run *run, uint32_t upto)
{
    for (; run->rx_read != upto; run->rx_read++) {
        uint64_t at = run->peer.rx_ring + (run->rx_read & (pkt_ring_bytes(run) - 1));
        if (run->rig.mem[at] != client_byte(run->rx_read - CLIENT_ISN)) {
            (void)pkt_fail(run, "byte %u of the peer's stream is wrong", run->rx_read - CLIENT_ISN);
            return;
        }
    }
    rig_doorbell(&run->rig, run->owner, CONN, run->peer.gen, NIC_DOORBELL_RX, run->rx_read);
}

static void on_record(struct run *run, const struct nic_record *record)
{
    run->record = *record;
    run->verdicts++;
    if (record->conn != CONN || record->verdict > NIC_VERDICT_DROPPED || record->tcp_state < 4)
        return;
    uint32_t nxt = record->rcv_nxt - ((record->flags & NIC_RECORD_PEER_FIN) != 0);
    run->rx_nxt = nxt;
    if (run->rx_read == 0)
        run->rx_read = CLIENT_ISN + 1;
    if (!run->script->manual && nxt != run->rx_read && !run->gone)
        pkt_app_read(run, nxt);
}

static void on_event(struct run *run, const struct nic_event *event)
{
    if (event->kind == NIC_EVENT_CMD_DONE) {
        run->done = *event;
        run->cmd_done++;
    } else if (event->kind == NIC_EVENT_CLOSED || event->kind == NIC_EVENT_TERMINATED) {
        run->end = *event;
        run->gone = true;
    }
}

void pkt_collect(struct run *run)
{
    struct nic_record record;
    struct nic_event event;
    for (unsigned nic = 0; nic < RIG_NICS; nic++) {
        while (rig_take_event(&run->rig, nic, &event))
            on_event(run, &event);
        while (rig_take_record(&run->rig, nic, &record))
            on_record(run, &record);
    }
    collect_frames(run);
}

/* Until limit_ps or until *counter is no longer `before`. */
bool pkt_advance(struct run *run, uint64_t limit_ps, const unsigned *counter, unsigned before)
{
    while (run->result->ok && (!counter || *counter == before)) {
        bool moved = stage_loop_step(&run->rig.loop, limit_ps);
        pkt_collect(run);
        if (!moved)
            return !counter;
    }
    return run->result->ok;
}

void pkt_pass(struct run *run, uint64_t ps)
{
    (void)pkt_advance(run, run->rig.loop.now_ps + ps, NULL, 0);
}

/* --- commands --- */

static bool command_done(struct run *run, unsigned before)
{
    return pkt_advance(run, run->rig.loop.now_ps + WAIT_PS, &run->cmd_done, before) ||
           pkt_fail(run, "a command of the driver was not answered");
}

static void write_image(struct run *run, bool active)
{
    struct rig *rig = &run->rig;
    struct conn_ctx ctx;
    struct tcp_now now = {us_ticks(rig->loop.now_ps), ms_ticks(rig->loop.now_ps)};
    rig_build_image(rig, &run->peer);
    memcpy(&ctx, rig->mem + run->peer.image, sizeof ctx);
    ctx.offered = run->script->offered;
    ctx.flags = run->script->flags;
    ctx.rcv_ws = run->script->rcv_ws;
    ctx.mss = 0;
    ctx.tx_ring_log2 = ctx.rx_ring_log2 = run->script->ring_log2;
    if (active)
        tcp_open_active(&ctx, SERVER_ISN, &rig->params.tcp, now);
    else
        tcp_open_passive(&ctx, SERVER_ISN, &rig->params.tcp, now);
    tcp_image_from_live(&ctx, now);
    memcpy(rig->mem + run->peer.image, &ctx, sizeof ctx);
}

bool pkt_install(struct run *run, unsigned nic, const struct nic_held *held)
{
    struct rig *rig = &run->rig;
    struct nic_cmd cmd = {.op = NIC_CMD_INSTALL,
                          .gen = run->peer.gen,
                          .conn = CONN,
                          .image = run->peer.image,
                          .count = held != NULL,
                          .tx_prod = run->tx_prod,
                          .rx_consumed = run->rx_read};
    if (held) {
        cmd.list = rig_alloc(rig, sizeof *held);
        memcpy(rig->mem + cmd.list, held, sizeof *held);
    }
    unsigned before = run->cmd_done;
    run->owner = nic;
    rig_command(rig, nic, &cmd);
    if (!command_done(run, before))
        return false;
    return run->done.result == NIC_RESULT_OK ||
           pkt_fail(run, "INSTALL was refused with %u", run->done.result);
}

bool pkt_open_connection(struct run *run, unsigned nic, const struct nic_held *held)
{
    run->open = true;
    write_image(run, held == NULL);
    struct nic_cmd cmd = {.op = NIC_CMD_RESERVE, .gen = 1, .conn = CONN, .image = run->peer.image};
    unsigned before = run->cmd_done;
    rig_command(&run->rig, nic, &cmd);
    return command_done(run, before) && pkt_install(run, nic, held);
}

/* FREEZE at the owner. False: the connection ended meanwhile, or it went wrong. */
bool pkt_freeze(struct run *run)
{
    unsigned before = run->cmd_done;
    rig_freeze(&run->peer, run->owner);
    if (!command_done(run, before))
        return false;
    if (run->done.result == NIC_RESULT_OK) {
        run->peer.gen++;
        run->result->moves++;
        return true;
    }
    pkt_pass(run, SETTLE_PS);
    return run->done.result == NIC_RESULT_ABSENT && run->gone
               ? false
               : pkt_fail(run, "FREEZE was refused with %u", run->done.result);
}
