/*
 * INSTALL. The image, the list of held frames and the held frames are read in parallel. When the image is
 * good (MARK_IMAGE_GOOD), the context goes into the cache and becomes active (MARK_ACTIVE). The held frames
 * are applied in order, before any frame that arrives for the connection on this NIC's own port
 * (MARK_HELD_APPLIED).
 */
#include "models/toe/command/cmd_install.h"

#include "models/base/planted.h"
#include "models/tcp/rebuild/tcp_hard.h"
#include "models/toe/command/install_slot.h"
#include "models/toe/command/ring/command_port.h"
#include "models/toe/command/ring/image_slots.h"
#include "models/toe/rx/rx_checkpoint.h"
#include "models/toe/rx/rx_park.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"
#include "models/toe/toe_lock.h"

#include <assert.h>
#include <string.h>

enum {
    RING_LOG2_MIN = 12,
    RING_LOG2_MAX = 30,
    HARD_HEAD_BYTES = 2 * CTX_LINE_BYTES, /* of an image of the hard subset: lines 0 and 1 */
};

static void report_refused(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                           uint64_t now_ps)
{
    toe_probe(engine, (struct probe_event){.kind = PROBE_CTX_REFUSED,
                                           .now_ps = now_ps,
                                           .conn = cmd->conn,
                                           .gen = cmd->gen,
                                           .refused.result = result});
}

static void fail_install(struct toe_engine *engine, struct toe_op *op, uint8_t result,
                         uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    slot->list_due = slot->waits_image = false;
    toe_set_own(engine, op->cmd.conn, slot->own_before, now_ps);
    toe_op_done(engine, op, result, now_ps);
    install_free_if_over(engine, op);
}

static bool image_is_good(const struct nic_cmd *cmd, const struct conn_ctx *image)
{
    return tcp_image_check(image) && image->conn_id == cmd->conn &&
           image->tcp_state != TCP_CLOSED && image->tcp_state <= TCP_TIME_WAIT &&
           (image->ip_version == 4 || image->ip_version == 6) &&
           image->tx_ring_log2 >= RING_LOG2_MIN && image->tx_ring_log2 <= RING_LOG2_MAX &&
           image->rx_ring_log2 >= RING_LOG2_MIN && image->rx_ring_log2 <= RING_LOG2_MAX;
}

static void make_live(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    struct conn_ctx *ctx = &slot->live;
    *ctx = slot->image;
    if (op->cmd.flags & NIC_CMD_FLAG_HARD)
        tcp_image_complete(ctx, &engine->params.tcp);
    if (ctx->tcp_state != TCP_LISTEN)
        nic_clock_not_before(&engine->clock, ctx->last_rx, now_ps);
    tcp_live_from_image(ctx, toe_now(engine, now_ps));
    ctx->generation = op->cmd.gen;
    ctx->owner = (uint8_t)engine->regs.nic_id;
    ctx->tx_if = (uint8_t)engine->regs.nic_id;
    ctx->own_state = OWN_ACTIVE;
    op->live = ctx;
    if (ctx->tcp_state == TCP_LISTEN)
        return; /* the application neither writes nor reads before the handshake */
    if (!PLANTED(written_count_lost))
        tcp_on_app_write(ctx, op->cmd.tx_prod);
    if (!PLANTED(consumed_lost))
        tcp_on_app_read(ctx, op->cmd.rx_consumed, &engine->params.tcp);
    if (op->cmd.flags & NIC_CMD_FLAG_FIN)
        tcp_on_app_close(ctx, op->cmd.tx_prod);
}

/* Goes on with the image that has been read or taken from a slot. */
static void use_image(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    struct toe_conn *c = &engine->conn[op->cmd.conn];
    if (!image_is_good(&op->cmd, &slot->image)) {
        fail_install(engine, op, NIC_RESULT_BAD_IMAGE, now_ps);
        return;
    }
    toe_mark(engine, MARK_IMAGE_GOOD, op->cmd.conn, op->cmd.gen, NULL, now_ps);
    make_live(engine, op, now_ps);
    slot->gen_before = c->gen;
    c->gen = op->cmd.gen;
    toe_set_own(engine, op->cmd.conn, OWN_HOLD, now_ps);
    if (PLANTED(t10_before_active))
        toe_mark(engine, MARK_ACTIVE, op->cmd.conn, op->cmd.gen, NULL, now_ps);
    toe_op_ask_cache(engine, op, CTX_OP_INSTALL, now_ps);
}

/* Copies what was read to its place in the image. Returns true if the image is complete. An image of the hard subset comes
 * in two pieces, in any order. */
static bool take_piece(struct install_slot *slot, const uint8_t *data, uint32_t len)
{
    uint32_t at = len == CTX_LINE_BYTES ? CTX_CONST_LINE * CTX_LINE_BYTES : 0;
    assert(len == CTX_BYTES || len == HARD_HEAD_BYTES || len == CTX_LINE_BYTES);
    memcpy((uint8_t *)&slot->image + at, data, len);
    slot->pieces--;
    return slot->pieces == 0;
}

static void on_image(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                     uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    struct toe_op *op = toe_op_at(engine, (uint32_t)cookie);
    struct install_slot *slot = op->state;
    slot->reads--;
    if (!take_piece(slot, data, len))
        return;
    if (PLANTED(image_damaged))
        slot->image.snd_wnd ^= 64, tcp_image_seal(&slot->image);
    use_image(engine, op, now_ps);
    toe_kick(engine, now_ps);
}

static void read_image(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    uint32_t index = toe_op_index(engine, op);
    bool is_hard = (op->cmd.flags & NIC_CMD_FLAG_HARD) != 0;
    uint32_t const_at = CTX_CONST_LINE * CTX_LINE_BYTES;
    slot->pieces = is_hard ? 2 : 1;
    slot->reads += slot->pieces;
    memset(&slot->image, 0, sizeof slot->image);
    toe_read(engine, op->cmd.image, is_hard ? HARD_HEAD_BYTES : CTX_BYTES, index, on_image, now_ps);
    if (is_hard)
        toe_read(engine, op->cmd.image + const_at, CTX_LINE_BYTES, index, on_image, now_ps);
}

/* A grant comes before the image, and waits for it until a deadline. */
static bool is_grant(const struct nic_cmd *cmd)
{
    return (cmd->flags & NIC_CMD_FLAG_SLOT) != 0 && cmd->frame_time_ps != 0;
}

/* Returns when a grant ends, which it says in the time of the NIC; not before now. */
static uint64_t grant_end_ps(const struct toe_engine *engine, const struct nic_cmd *cmd,
                             uint64_t now_ps)
{
    return nic_clock_when_ps(&engine->clock, (int64_t)cmd->frame_time_ps, now_ps);
}

/* Returns true if another grant waits for this slot, or if as many wait as may. */
static bool is_busy(const struct toe_engine *engine, const struct toe_op *grant)
{
    uint32_t waiting = 0;
    struct toe_op *op = toe_op_next(engine, &toe_cmd_install, NULL);
    for (; op; op = toe_op_next(engine, &toe_cmd_install, op)) {
        const struct install_slot *slot = op->state;
        waiting += slot->waits_image;
        if (op != grant && slot->waits_image && op->cmd.slot == grant->cmd.slot)
            return true;
    }
    return waiting >= GRANTS_MAX;
}

/* Tells observers that a granted image is here. The grant was here before, so nothing is left to be issued. */
static void report_here(struct toe_engine *engine, const struct nic_cmd *cmd, uint64_t now_ps)
{
    toe_probe(engine,
              (struct probe_event){
                  .kind = PROBE_IMAGE_HERE, .now_ps = now_ps, .conn = cmd->conn, .gen = cmd->gen});
    toe_mark(engine, MARK_IMAGE_SEEN, cmd->conn, cmd->gen, NULL, now_ps);
    toe_mark(engine, MARK_INSTALL_ISSUED, cmd->conn, cmd->gen, NULL, now_ps);
}

/* Checks the image that was taken from the slot. It must be of the generation that INSTALL names, because an older image
 * may have been left there. */
static uint8_t check_taken(const struct nic_cmd *cmd, const struct conn_ctx *image)
{
    if (!tcp_image_check(image))
        return NIC_RESULT_BAD_IMAGE;
    return image->generation == cmd->gen ? NIC_RESULT_OK : NIC_RESULT_STALE;
}

static void refuse_slot(struct toe_engine *engine, struct toe_op *op, uint8_t result,
                        uint64_t now_ps)
{
    engine->stats.images_refused++;
    fail_install(engine, op, result, now_ps);
}

/* Takes the image from its slot if it is whole. Otherwise a grant goes on waiting, and any other INSTALL fails. */
static void use_slot(struct toe_engine *engine, struct toe_op *op, bool may_wait, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    if (!toe_slots_take(engine, op->cmd.slot, &slot->image)) {
        slot->waits_image = may_wait;
        if (!may_wait)
            refuse_slot(engine, op, NIC_RESULT_NO_IMAGE, now_ps);
        return;
    }
    slot->waits_image = false;
    uint8_t result = check_taken(&op->cmd, &slot->image);
    if (result != NIC_RESULT_OK) {
        refuse_slot(engine, op, result, now_ps);
        return;
    }
    engine->stats.images_taken++;
    if (is_grant(&op->cmd))
        report_here(engine, &op->cmd, now_ps);
    use_image(engine, op, now_ps);
}

static void start_slot(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    bool grants = is_grant(&op->cmd);
    if (op->cmd.slot >= toe_slots_count(engine) || (grants && op->cmd.count > 0)) {
        refuse_slot(engine, op, NIC_RESULT_UNSUPPORTED, now_ps);
        return;
    }
    if (grants && is_busy(engine, op)) {
        refuse_slot(engine, op, NIC_RESULT_BUSY, now_ps);
        return;
    }
    slot->list_due = grants;
    uint64_t until_ps = grant_end_ps(engine, &op->cmd, now_ps);
    use_slot(engine, op, grants && now_ps < until_ps, now_ps);
    if (slot->waits_image && until_ps < engine->due[UNIT_GRANT].at_ps)
        toe_due_set(engine, UNIT_GRANT, until_ps);
}

/* Continues a grant. The next command of its connection ends the wait for the image, or for the list of held frames,
 * because that command would wait for this one. */
static void kick(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    bool is_over = toe_command_is_next(engine, op->cmd.conn);
    if (slot->waits_image) {
        uint64_t until_ps = grant_end_ps(engine, &op->cmd, now_ps);
        use_slot(engine, op, !is_over && now_ps < until_ps, now_ps);
        bool waits = op->command && slot->waits_image;
        if (waits &&
            (engine->due[UNIT_GRANT].at_ps <= now_ps || until_ps < engine->due[UNIT_GRANT].at_ps))
            toe_due_set(engine, UNIT_GRANT, until_ps);
    } else if (slot->list_due && op->completed && is_over) {
        install_held_set(engine, op, 0, 0, now_ps);
    } else {
        install_held_fetch(engine, op, now_ps);
    }
}

static bool start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    uint8_t own = engine->conn[op->cmd.conn].own_state;
    slot->own_before = own;
    if (op->cmd.count > HELD_MAX) {
        toe_op_end(engine, op, NIC_RESULT_UNSUPPORTED, now_ps);
        return true;
    }
    if (own != OWN_ABSENT && own != OWN_RESERVED && own != OWN_TOMBSTONE) {
        toe_op_end(engine, op, NIC_RESULT_DUPLICATE, now_ps);
        return true;
    }
    bool is_in_slot = (op->cmd.flags & NIC_CMD_FLAG_SLOT) != 0;
    if (!is_in_slot) {
        read_image(engine, op, now_ps);
    }
    if (op->cmd.count > 0)
        install_held_start(engine, op, now_ps);
    if (is_in_slot)
        start_slot(engine, op, now_ps);
    return true;
}

static void report_installed(struct toe_engine *engine, const struct toe_op *op, uint64_t now_ps)
{
    const struct install_slot *slot = op->state;
    struct probe_event event = {
        .kind = PROBE_CTX_IN, .now_ps = now_ps, .conn = op->cmd.conn, .gen = op->cmd.gen};
    event.context.image = &slot->image;
    toe_probe(engine, event);
    toe_set_own(engine, op->cmd.conn, OWN_ACTIVE, now_ps);
    toe_mark(engine, MARK_ACTIVE, op->cmd.conn, op->cmd.gen, NULL, now_ps);
    event.kind = PROBE_CTX_LIVE;
    event.context.image = &slot->live;
    toe_probe(engine, event);
}

static void on_cache(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                     uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    struct toe_conn *c = &engine->conn[op->cmd.conn];
    if (rsp->result != CTX_OK) {
        c->gen = slot->gen_before;
        fail_install(engine, op, toe_command_result(rsp->result), now_ps);
        return;
    }
    report_installed(engine, op, now_ps);
    c->mark_tx = true;
    engine->stats.installs++;
    toe_checkpoint_first(engine, &slot->live, op->cmd.conn, now_ps);
    toe_lock_refresh(engine, &slot->live, op->cmd.conn, now_ps);
    toe_op_done(engine, op, NIC_RESULT_OK, now_ps);
    if (slot->list_due)
        toe_rx_park_await_list(engine, op->cmd.conn, now_ps);
    else
        install_held_begin(engine, op, now_ps);
}

const struct toe_command toe_cmd_install = {.name = "INSTALL",
                                            .is_of_conn = true,
                                            .slot_bytes = sizeof(struct install_slot),
                                            .init = install_held_init,
                                            .start = start,
                                            .on_cache = on_cache,
                                            .failed = report_refused,
                                            .flush = install_held_flush,
                                            .release = install_held_release,
                                            .kick = kick};
