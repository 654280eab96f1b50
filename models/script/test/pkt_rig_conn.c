#include "models/script/pkt_names.h"
#include "models/script/test/pkt_rig_pvt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool pkt_rig_fail(struct pkt_rig *run, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(run->error, sizeof run->error, format, args);
    va_end(args);
    return false;
}

/* --- records and events --- */

uint32_t pkt_rig_ring_bytes(const struct pkt_rig *run) { return 1u << run->script->ring_log2; }

static void on_record(struct pkt_rig *run, const struct nic_record *record)
{
    run->record = *record;
    run->verdicts++;
    if (record->conn != CONN || record->verdict > NIC_VERDICT_DROPPED || record->tcp_state < 4)
        return;
    run->rx_nxt = record->rcv_nxt - ((record->flags & NIC_RECORD_PEER_FIN) != 0);
    if (run->rx_first == 0)
        run->rx_first = run->rx_read = run->peer.seq + 1;
}

static void on_event(struct pkt_rig *run, const struct nic_event *event)
{
    if (event->kind == NIC_EVENT_CMD_DONE) {
        run->done = *event;
        run->cmd_done++;
    } else if (event->kind == NIC_EVENT_NOTICE) {
        run->notice = pkt_notice_name(event->detail);
    } else if (event->kind == NIC_EVENT_CLOSED || event->kind == NIC_EVENT_TERMINATED) {
        run->end = *event;
        run->gone = true;
    }
}

void pkt_rig_collect(struct pkt_rig *run)
{
    struct nic_record record;
    struct nic_event event;
    for (unsigned nic = 0; nic < RIG_NICS; nic++) {
        while (rig_take_event(&run->rig, nic, &event))
            on_event(run, &event);
        while (rig_take_record(&run->rig, nic, &record))
            on_record(run, &record);
    }
}

/* Runs until *counter is no longer `before`. Returns false if it did not change in time. */
bool pkt_rig_await(struct pkt_rig *run, const unsigned *counter, unsigned before)
{
    uint64_t limit = run->rig.loop.now_ps + WAIT_PS;
    while (*counter == before) {
        bool moved = stage_loop_step(&run->rig.loop, limit);
        pkt_rig_collect(run);
        if (!moved)
            return *counter != before;
    }
    return true;
}

void pkt_rig_settle(struct pkt_rig *run)
{
    uint64_t limit = run->rig.loop.now_ps + SETTLE_PS;
    while (stage_loop_step(&run->rig.loop, limit))
        pkt_rig_collect(run);
}

/* --- commands --- */

bool pkt_rig_command_done(struct pkt_rig *run, unsigned before)
{
    return pkt_rig_await(run, &run->cmd_done, before) ||
           pkt_rig_fail(run, "a command was not answered");
}

static void write_image(struct pkt_rig *run, bool active)
{
    struct rig *rig = &run->rig;
    struct conn_ctx ctx;
    struct tcp_now now = {us_ticks(rig->loop.now_ps), ms_ticks(rig->loop.now_ps)};
    rig_build_image(rig, &run->peer);
    memcpy(&ctx, rig->mem + run->peer.image, sizeof ctx);
    ctx.offered = run->script->offered;
    ctx.flags = run->script->flags;
    ctx.rcv_ws = run->script->rcv_ws;
    ctx.mss = (uint16_t)run->script->mss;
    ctx.tos = (uint8_t)(run->script->dscp << 2);
    if (run->script->ttl)
        ctx.ttl = (uint8_t)run->script->ttl;
    ctx.user_timeout = (uint16_t)ceil_div(run->script->user_timeout_ms, 100);
    ctx.tx_ring_log2 = ctx.rx_ring_log2 = run->script->ring_log2;
    if (active)
        tcp_open_active(&ctx, SERVER_ISN, &rig->params.tcp, now);
    else
        tcp_open_passive(&ctx, SERVER_ISN, &rig->params.tcp, now);
    tcp_image_from_live(&ctx, now);
    memcpy(rig->mem + run->peer.image, &ctx, sizeof ctx);
}

bool pkt_rig_install(struct pkt_rig *run, unsigned nic, const struct nic_held *held)
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
    if (!pkt_rig_command_done(run, before))
        return false;
    return run->done.result == NIC_RESULT_OK ||
           pkt_rig_fail(run, "INSTALL was refused with %u", run->done.result);
}

bool pkt_rig_open(struct pkt_rig *run, unsigned nic, const struct nic_held *held)
{
    run->open = true;
    write_image(run, held == NULL);
    struct nic_cmd cmd = {.op = NIC_CMD_RESERVE, .gen = 1, .conn = CONN, .image = run->peer.image};
    unsigned before = run->cmd_done;
    rig_command(&run->rig, nic, &cmd);
    return pkt_rig_command_done(run, before) && pkt_rig_install(run, nic, held);
}

/* Issues FREEZE to the owner. Returns false if the connection has ended meanwhile, or if the
 * command failed. */
bool pkt_rig_freeze(struct pkt_rig *run)
{
    unsigned before = run->cmd_done;
    rig_freeze(&run->peer, run->owner);
    if (!pkt_rig_command_done(run, before))
        return false;
    if (run->done.result == NIC_RESULT_OK) {
        run->peer.gen++;
        run->moves++;
        return true;
    }
    pkt_rig_settle(run);
    return run->done.result == NIC_RESULT_ABSENT && run->gone
               ? false
               : pkt_rig_fail(run, "FREEZE was refused with %u", run->done.result);
}
