/*
 * FREEZE. The steps: quiesce the connection; freeze it in the cache and build the frames it has decided
 * (MARK_FROZEN); issue its payload writes and send its frames on the line (MARK_DRAINED); extract the
 * context; write the image; write the completion after the image.
 */
#include "models/toe/command/cmd_freeze.h"

#include "models/base/planted.h"
#include "models/tcp/rebuild/tcp_hard.h"
#include "models/toe/command/ring/command_port.h"
#include "models/toe/rx/rx_write.h"
#include "models/toe/timer/timer_heap.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_doorbell.h"
#include "models/toe/toe_end.h"

#include <assert.h>
#include <string.h>

enum { HARD_HEAD_BYTES = 2 * CTX_LINE_BYTES }; /* of an image of the hard subset: lines 0 and 1 */

struct freeze_slot {
    bool draining; /* frozen in the cache, but the connection's own work is not yet done */
    bool frozen;
    bool is_cold; /* the cache had the context in its DRAM only */
};

static bool start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    const struct nic_cmd *cmd = &op->cmd;
    toe_mark(engine, MARK_FREEZE, cmd->conn, cmd->gen, NULL, now_ps);
    if (toe_conn_is_active(&engine->conn[cmd->conn], cmd->gen))
        toe_set_own(engine, cmd->conn, OWN_QUIESCE, now_ps);
    toe_op_ask_cache(engine, op, CTX_OP_FREEZE, now_ps);
    return true;
}

/* Returns true if the last frame of the connection has left the MAC or was lost, so that no frame of the
 * next owner can overtake it. Otherwise the engine checks again at the time when the frame leaves. */
static bool frames_have_left(struct toe_engine *engine, const struct toe_conn *c, uint64_t now_ps)
{
    const struct toe_wiring *wiring = &engine->wiring;
    if (c->tx_last == 0 || !wiring->mac_left_ps || PLANTED(frames_overtaken))
        return true;
    uint64_t left_ps = wiring->mac_left_ps(wiring->mac_self, c->tx_last);
    if (left_ps <= now_ps)
        return true;
    if (engine->due[UNIT_LEFT].at_ps <= now_ps || left_ps < engine->due[UNIT_LEFT].at_ps)
        toe_due_set(engine, UNIT_LEFT, left_ps);
    return false;
}

static void drain(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct freeze_slot *slot = op->state;
    const struct nic_cmd *cmd = &op->cmd;
    struct toe_conn *c = &engine->conn[cmd->conn];
    if (!slot->draining)
        return;
    if (PLANTED(written_after_move))
        c->write_last = 0;
    if (!slot->frozen && c->tx_queued == 0) {
        slot->frozen = true;
        op->frozen_ps = toe_time_ps(engine, now_ps);
        toe_timer_set(engine, cmd->conn, TIME_NEVER);
        toe_set_own(engine, cmd->conn, OWN_FROZEN, now_ps);
        toe_probe(engine, (struct probe_event){.kind = PROBE_MOVE_MARK,
                                               .now_ps = now_ps,
                                               .conn = cmd->conn,
                                               .gen = cmd->gen,
                                               .mark.mark = MARK_FROZEN,
                                               .mark.at_ps = now_ps,
                                               .mark.is_cold = slot->is_cold});
    }
    if (slot->frozen && frames_have_left(engine, c, now_ps) &&
        (PLANTED(copy_before_drain) || toe_writes_are_issued(engine, c->write_last))) {
        slot->draining = false;
        op->drained_ps = toe_time_ps(engine, now_ps);
        toe_mark(engine, MARK_DRAINED, cmd->conn, cmd->gen, NULL, now_ps);
        toe_op_ask_cache(engine, op, CTX_OP_EXTRACT, now_ps);
    }
}

static void on_frozen(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                      uint64_t now_ps)
{
    struct freeze_slot *slot = op->state;
    if (rsp->result != CTX_OK) {
        toe_op_end(engine, op, toe_command_result(rsp->result), now_ps);
        return;
    }
    slot->draining = true;
    slot->is_cold = rsp->place == CTX_PLACE_COLD;
    drain(engine, op, now_ps);
}

/* EXTRACT found a parity error, so the connection cannot move and no image is written. The cache keeps a
 * tombstone, as after any EXTRACT, and the host releases it. */
static void on_bad_extract(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct nic_event end = {.kind = NIC_EVENT_TERMINATED,
                            .gen = op->cmd.gen,
                            .conn = op->cmd.conn,
                            .detail = NIC_TERM_CTX_ERROR};
    toe_op_done(engine, op, NIC_RESULT_CTX_ERROR, now_ps);
    toe_end_now(engine, &end, OWN_TOMBSTONE, now_ps);
    toe_op_free(engine, op);
}

/* Writes the image straight into a slot of the new owner, as the host would hand it over. */
static void write_to_peer(struct toe_engine *engine, const struct nic_cmd *cmd,
                          struct conn_ctx image, uint64_t now_ps)
{
    struct pcie_done nobody = {0};
    image.owner = image.tx_if = cmd->frame_port;
    image.generation = (uint16_t)(cmd->gen + 1);
    image.own_state = OWN_HOLD;
    image.move_count = (uint16_t)(image.move_count + (image.move_count < UINT16_MAX));
    image.move_reason = cmd->notice;
    tcp_image_seal(&image);
    engine->wiring.pcie.ops->write(engine->wiring.pcie.self, cmd->list, &image, CTX_BYTES, nobody,
                                   nobody, now_ps);
}

static void write_piece(struct toe_engine *engine, uint64_t address, const struct conn_ctx *image,
                        uint32_t from, uint32_t bytes, uint64_t now_ps)
{
    struct pcie_done nobody = {0};
    engine->wiring.pcie.ops->write(engine->wiring.pcie.self, address + from,
                                   (const uint8_t *)image + from, bytes, nobody, nobody, now_ps);
}

static void write_image(struct toe_engine *engine, const struct nic_cmd *cmd, const void *extracted,
                        uint64_t now_ps)
{
    struct conn_ctx image;
    memcpy(&image, extracted, sizeof image);
    if (engine->clock.is_free)
        image.last_rx =
            toe_now(engine, now_ps).us; /* for nic_clock_not_before() at the new place */
    tcp_image_from_live(&image, toe_now(engine, now_ps));
    image.own_state = OWN_FROZEN;
    bool is_hard = (cmd->flags & NIC_CMD_FLAG_HARD) != 0;
    if (is_hard)
        tcp_image_harden(&image);
    else
        tcp_image_seal(&image);
    toe_probe(engine, (struct probe_event){.kind = PROBE_CTX_OUT,
                                           .now_ps = now_ps,
                                           .conn = cmd->conn,
                                           .gen = cmd->gen,
                                           .context.image = &image});
    if (cmd->flags & NIC_CMD_FLAG_PEER)
        write_to_peer(engine, cmd, image, now_ps);
    write_piece(engine, cmd->image, &image, 0, is_hard ? HARD_HEAD_BYTES : CTX_BYTES, now_ps);
    if (is_hard)
        write_piece(engine, cmd->image, &image, CTX_CONST_LINE * CTX_LINE_BYTES, CTX_LINE_BYTES,
                    now_ps);
}

static void on_extracted(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                         uint64_t now_ps)
{
    const struct nic_cmd *cmd = &op->cmd;
    struct toe_conn *c = &engine->conn[cmd->conn];
    /* This command froze the connection, and no other command thaws it. */
    assert(rsp->result == CTX_OK || rsp->result == CTX_BAD);
    if (rsp->result == CTX_BAD || PLANTED(ctx_error_invented)) {
        on_bad_extract(engine, op, now_ps);
        return;
    }
    write_image(engine, cmd, rsp->image, now_ps);
    toe_set_own(engine, cmd->conn, PLANTED(two_owners) ? OWN_QUIESCE : OWN_TOMBSTONE, now_ps);
    /* The host still has the values that were not applied, and gives them to the next owner. */
    if (c->db)
        toe_doorbell_is_stale(engine, cmd->conn, cmd->gen, c->db_tx, now_ps);
    toe_conn_forget(c);
    engine->stats.freezes++;
    engine->stats.freezes_kept += (cmd->flags & NIC_CMD_FLAG_KEEP_IMAGE) != 0;
    toe_op_end(engine, op, NIC_RESULT_OK, now_ps);
}

static void on_cache(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                     uint64_t now_ps)
{
    if (rsp->op == CTX_OP_FREEZE)
        on_frozen(engine, op, rsp, now_ps);
    else
        on_extracted(engine, op, rsp, now_ps);
}

const struct toe_command toe_cmd_freeze = {.name = "FREEZE",
                                           .is_of_conn = true,
                                           .slot_bytes = sizeof(struct freeze_slot),
                                           .start = start,
                                           .on_cache = on_cache,
                                           .kick = drain};
