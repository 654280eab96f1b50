/*
 * Moving connections. FREEZE: quiesce, frozen in the cache, own frames built (T5), own payload
 * writes issued (T6), extract, image, completion behind it. INSTALL: image, held list and held
 * frames are read in parallel; image good (T9), in the cache and active (T10), held frames applied
 * in order before any direct frame of the connection (T11). RX_INJECT: one frame as if received.
 */
#include "models/base/planted.h"
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

enum { RING_LOG2_MIN = 12, RING_LOG2_MAX = 30, HELD_BYTES = sizeof(struct nic_held) };
enum { FRAME_BYTES_MIN = 14 };

/* --- FREEZE --- */

void toe_move_freeze(struct toe_engine *e, uint8_t op, uint64_t now_ps)
{
    const struct nic_cmd *cmd = &e->cmd.op[op].cmd;
    struct toe_conn *c = &e->conn[cmd->conn];
    toe_mark(e, MARK_FREEZE, cmd->conn, cmd->gen, NULL, now_ps);
    if (toe_conn_is_active(c, cmd->gen))
        toe_set_own(e, cmd->conn, OWN_QUIESCE, now_ps);
    toe_cmd_ask_port(e, op, CTX_OP_FREEZE, now_ps);
}

void toe_move_on_frozen(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    if (result != CTX_OK) {
        toe_cmd_done(e, op, toe_cmd_result(result), now_ps);
        toe_cmd_free(e, op);
        return;
    }
    o->step = OP_DRAIN;
    e->cmd.draining++;
    toe_move_drain_kick(e, now_ps);
}

static void drain(struct toe_engine *e, uint8_t op, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    const struct toe_conn *c = &e->conn[o->cmd.conn];
    if (PLANTED(written_after_move))
        e->conn[o->cmd.conn].write_last = 0;
    if (!o->frozen && c->tx_queued == 0) {
        o->frozen = true;
        o->frozen_ps = now_ps;
        toe_timer_set(e, o->cmd.conn, TIME_NEVER);
        toe_set_own(e, o->cmd.conn, OWN_FROZEN, now_ps);
        toe_mark(e, MARK_FROZEN, o->cmd.conn, o->cmd.gen, NULL, now_ps);
    }
    if (o->frozen && (PLANTED(copy_before_drain) || c->write_last <= e->rx.writes_issued)) {
        o->drained_ps = now_ps;
        e->cmd.draining--;
        toe_mark(e, MARK_DRAINED, o->cmd.conn, o->cmd.gen, NULL, now_ps);
        toe_cmd_ask_port(e, op, CTX_OP_EXTRACT, now_ps);
    }
}

void toe_move_drain_kick(struct toe_engine *e, uint64_t now_ps)
{
    for (uint8_t op = 0; e->cmd.draining > 0 && op < OPS_MAX; op++)
        if (e->cmd.op[op].step == OP_DRAIN)
            drain(e, op, now_ps);
}

/* A wrong bit was found on the way out: there is nothing that could be moved, and no image is
 * written. The cache keeps a tombstone, as after any EXTRACT; the host releases it. */
static void on_bad_extract(struct toe_engine *e, uint8_t op, uint64_t now_ps)
{
    const struct nic_cmd *cmd = &e->cmd.op[op].cmd;
    struct nic_event end = {.kind = NIC_EVENT_TERMINATED,
                            .gen = cmd->gen,
                            .conn = cmd->conn,
                            .detail = NIC_TERM_CTX_ERROR};
    toe_cmd_done(e, op, NIC_RESULT_CTX_ERROR, now_ps);
    toe_conn_end(e, &end, OWN_TOMBSTONE, now_ps);
    toe_cmd_free(e, op);
}

void toe_move_on_extracted(struct toe_engine *e, uint8_t op, const struct ctx_rsp *rsp,
                           uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    struct toe_conn *c = &e->conn[o->cmd.conn];
    struct pcie_done nobody = {0};
    assert(rsp->result == CTX_OK || rsp->result == CTX_BAD); /* frozen by us, and only we thaw */
    if (rsp->result == CTX_BAD || PLANTED(ctx_error_invented)) {
        on_bad_extract(e, op, now_ps);
        return;
    }
    memcpy(&o->image, rsp->image, sizeof o->image);
    tcp_image_from_live(&o->image, toe_now(now_ps));
    o->image.own_state = OWN_FROZEN;
    tcp_image_seal(&o->image);
    toe_probe(e, (struct probe_event){.kind = PROBE_CTX_OUT,
                                      .now_ps = now_ps,
                                      .conn = o->cmd.conn,
                                      .gen = o->cmd.gen,
                                      .context.image = &o->image});
    e->wiring.pcie.ops->write(e->wiring.pcie.self, o->cmd.image, &o->image, CTX_BYTES, nobody,
                              nobody, now_ps);
    toe_set_own(e, o->cmd.conn, PLANTED(two_owners) ? OWN_QUIESCE : OWN_TOMBSTONE, now_ps);
    if (c->db) /* values not applied: the host has them, and gives them to the next owner */
        toe_stale_doorbell(e, o->cmd.conn, o->cmd.gen, c->db_tx, now_ps);
    toe_conn_forget(c);
    e->stats.freezes++;
    e->stats.freezes_kept += (o->cmd.flags & NIC_CMD_FLAG_KEEP_IMAGE) != 0;
    toe_cmd_done(e, op, NIC_RESULT_OK, now_ps);
    toe_cmd_free(e, op);
}

/* --- INSTALL --- */

/* The command is over when it was completed and no read of it is out. */
static void free_if_over(struct toe_engine *e, uint8_t op)
{
    struct cmd_op *o = &e->cmd.op[op];
    if (!o->completed || o->reads > 0 || o->step == OP_HELD)
        return;
    for (uint32_t i = 0; i < o->fetched; i++) {
        frame_free(e->wiring.pool, o->held[i].frame);
        o->held[i].frame = NULL;
    }
    toe_cmd_free(e, op);
}

static void fail_install(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    toe_set_own(e, o->cmd.conn, o->own_before, now_ps);
    toe_cmd_done(e, op, result, now_ps);
    o->step = OP_READ;
    free_if_over(e, op);
}

static bool image_is_good(const struct cmd_op *o)
{
    const struct conn_ctx *im = &o->image;
    return tcp_image_check(im) && im->conn_id == o->cmd.conn && im->tcp_state != TCP_CLOSED &&
           im->tcp_state <= TCP_TIME_WAIT && (im->ip_version == 4 || im->ip_version == 6) &&
           im->tx_ring_log2 >= RING_LOG2_MIN && im->tx_ring_log2 <= RING_LOG2_MAX &&
           im->rx_ring_log2 >= RING_LOG2_MIN && im->rx_ring_log2 <= RING_LOG2_MAX;
}

static void make_live(struct toe_engine *e, struct cmd_op *o, uint64_t now_ps)
{
    struct conn_ctx *ctx = &o->live;
    *ctx = o->image;
    tcp_live_from_image(ctx, toe_now(now_ps));
    ctx->generation = o->cmd.gen;
    ctx->owner = (uint8_t)e->regs.nic_id;
    ctx->tx_if = (uint8_t)e->regs.nic_id;
    ctx->own_state = OWN_ACTIVE;
    if (ctx->tcp_state == TCP_LISTEN)
        return; /* nothing written or read before the handshake */
    if (!PLANTED(written_count_lost))
        tcp_on_app_write(ctx, o->cmd.tx_prod);
    if (!PLANTED(consumed_lost))
        tcp_on_app_read(ctx, o->cmd.rx_consumed, &e->params.tcp);
    if (o->cmd.flags & NIC_CMD_FLAG_FIN)
        tcp_on_app_close(ctx, o->cmd.tx_prod);
}

static void on_image(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                     uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    uint8_t op = (uint8_t)cookie;
    struct cmd_op *o = &e->cmd.op[op];
    struct toe_conn *c = &e->conn[o->cmd.conn];
    o->reads--;
    assert(len == CTX_BYTES);
    memcpy(&o->image, data, len);
    if (PLANTED(image_damaged))
        o->image.snd_wnd ^= 64, tcp_image_seal(&o->image);
    if (!image_is_good(o)) {
        fail_install(e, op, NIC_RESULT_BAD_IMAGE, now_ps);
    } else {
        toe_mark(e, MARK_IMAGE_GOOD, o->cmd.conn, o->cmd.gen, NULL, now_ps);
        make_live(e, o, now_ps);
        o->gen_before = c->gen;
        c->gen = o->cmd.gen;
        toe_set_own(e, o->cmd.conn, OWN_HOLD, now_ps);
        if (PLANTED(t10_before_active))
            toe_mark(e, MARK_ACTIVE, o->cmd.conn, o->cmd.gen, NULL, now_ps);
        toe_cmd_ask_port(e, op, CTX_OP_INSTALL, now_ps);
    }
    toe_kick(e, now_ps);
}

static void on_held(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    uint8_t op = (uint8_t)cookie;
    struct cmd_op *o = &e->cmd.op[op];
    struct held_frame *h = &o->held[(uint32_t)cookie >> 8];
    assert(o->reads > 0 && h->frame);
    memcpy(h->frame->data, data, len);
    h->frame->len = len;
    h->here = true;
    o->reads--;
    free_if_over(e, op);
    toe_kick(e, now_ps);
}

/* Starts the reads of held frames, as many as the frame pool has room for. */
static void fetch_held(struct toe_engine *e, uint8_t op, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    while (o->list_here && o->fetched < o->cmd.count && !(o->completed && o->step != OP_HELD)) {
        const struct nic_held *n = &o->list[o->fetched];
        struct frame *frame = frame_alloc(e->wiring.pool, now_ps);
        if (!frame) {
            toe_due_set(e, UNIT_RETRY, now_ps + RETRY_US * PS_PER_US);
            return;
        }
        frame->id = n->frame_id;
        frame->mac_time_ps = n->frame_time_ps;
        frame->port = n->port;
        bool sound = n->bytes >= FRAME_BYTES_MIN && n->bytes <= FRAME_BYTES_MAX;
        o->held[o->fetched] =
            (struct held_frame){.frame = frame, .buffer = n->frame, .here = !sound};
        if (sound) { /* else it is judged as the empty frame it is: malformed */
            o->reads++;
            toe_cmd_read(e, n->frame, n->bytes, op | o->fetched << 8, on_held, now_ps);
        }
        o->fetched++;
    }
}

void toe_move_fetch_kick(struct toe_engine *e, uint64_t now_ps)
{
    for (uint8_t op = 0; e->cmd.ops_used > 0 && op < OPS_MAX; op++) {
        const struct cmd_op *o = &e->cmd.op[op];
        if (o->step != OP_FREE && o->cmd.op == NIC_CMD_INSTALL && o->fetched < o->cmd.count)
            fetch_held(e, op, now_ps);
    }
}

static void on_list(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    uint8_t op = (uint8_t)cookie;
    struct cmd_op *o = &e->cmd.op[op];
    assert(len == o->cmd.count * HELD_BYTES);
    memcpy(o->list, data, len);
    o->list_here = true;
    o->reads--;
    fetch_held(e, op, now_ps);
    free_if_over(e, op);
    toe_kick(e, now_ps);
}

void toe_move_install(struct toe_engine *e, uint8_t op, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    uint8_t own = e->conn[o->cmd.conn].own_state;
    o->own_before = own;
    if (own != OWN_ABSENT && own != OWN_RESERVED && own != OWN_TOMBSTONE) {
        toe_cmd_done(e, op, NIC_RESULT_DUPLICATE, now_ps);
        toe_cmd_free(e, op);
        return;
    }
    o->reads = 1;
    toe_cmd_read(e, o->cmd.image, CTX_BYTES, op, on_image, now_ps);
    if (o->cmd.count > 0) {
        o->reads++;
        toe_cmd_read(e, o->cmd.list, o->cmd.count * HELD_BYTES, op, on_list, now_ps);
    }
}

void toe_move_on_installed(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    uint32_t conn = o->cmd.conn;
    struct toe_conn *c = &e->conn[conn];
    if (result != CTX_OK) {
        c->gen = o->gen_before;
        fail_install(e, op, toe_cmd_result(result), now_ps);
        return;
    }
    toe_probe(e, (struct probe_event){.kind = PROBE_CTX_IN,
                                      .now_ps = now_ps,
                                      .conn = conn,
                                      .gen = o->cmd.gen,
                                      .context.image = &o->image});
    toe_set_own(e, conn, OWN_ACTIVE, now_ps);
    toe_mark(e, MARK_ACTIVE, conn, o->cmd.gen, NULL, now_ps);
    toe_probe(e, (struct probe_event){.kind = PROBE_CTX_LIVE,
                                      .now_ps = now_ps,
                                      .conn = conn,
                                      .gen = o->cmd.gen,
                                      .context.image = &o->live});
    c->mark_tx = true;
    e->stats.installs++;
    toe_conn_refresh(e, &o->live, conn, now_ps);
    toe_cmd_done(e, op, NIC_RESULT_OK, now_ps);
    if (o->cmd.count == 0) {
        toe_mark(e, MARK_HELD_APPLIED, conn, o->cmd.gen, NULL, now_ps);
        free_if_over(e, op);
        return;
    }
    o->step = OP_HELD;
    c->held_op = op;
    e->cmd.held_queue[e->cmd.held_count++] = op;
}

/* The next held frame to apply, if it is here. */
bool toe_move_held_take(struct toe_engine *e, struct rx_item *item)
{
    for (uint32_t i = 0; i < e->cmd.held_count; i++) {
        struct cmd_op *o = &e->cmd.op[e->cmd.held_queue[i]];
        struct held_frame *h = &o->held[o->held_next];
        if (o->held_next >= o->fetched || !h->here)
            continue;
        item->frame = h->frame;
        item->buffer = h->buffer;
        item->conn = TOE_NO_INDEX;
        item->gen = 0;
        item->want_conn = o->cmd.conn;
        item->want_gen = o->cmd.gen;
        item->reason = DROP_NONE;
        item->step = RX_LOOKUP;
        item->injected = item->held = true;
        h->frame = NULL;
        return true;
    }
    return false;
}

void toe_move_held_applied(struct toe_engine *e, uint32_t conn, uint64_t now_ps)
{
    uint8_t op = e->conn[conn].held_op;
    assert(op < OPS_MAX);
    struct cmd_op *o = &e->cmd.op[op];
    assert(o->step == OP_HELD);
    if (++o->held_next < o->cmd.count)
        return;
    toe_mark(e, MARK_HELD_APPLIED, conn, o->cmd.gen, NULL, now_ps);
    e->conn[conn].held_op = TOE_NONE;
    uint32_t at = 0;
    while (e->cmd.held_queue[at] != op)
        at++;
    e->cmd.held_count--;
    memmove(&e->cmd.held_queue[at], &e->cmd.held_queue[at + 1], e->cmd.held_count - at);
    toe_cmd_free(e, op);
}

/* Held frames this NIC has taken over and will not decide on any more. */
void toe_move_flush_held(struct toe_engine *e, struct cmd_op *o, uint64_t now_ps)
{
    for (uint32_t i = 0; i < o->fetched; i++) {
        struct frame *frame = o->held[i].frame;
        if (!frame)
            continue;
        if (o->step == OP_HELD)
            toe_rx_drop(e, frame, DROP_FENCED, o->cmd.conn, o->cmd.gen, now_ps);
        frame_free(e->wiring.pool, frame);
        o->held[i].frame = NULL;
    }
}

/* --- RX_INJECT --- */

static void on_injected(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                        uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    struct inject_slot *slot = &e->rx.inject[(uint32_t)cookie];
    assert(slot->frame && !slot->here);
    memcpy(slot->frame->data, data, len);
    slot->frame->len = len;
    slot->here = true;
    toe_cmd_complete(e, &slot->cmd, NIC_RESULT_OK, 0, 0, now_ps);
    toe_kick(e, now_ps);
}

/* False: the frame pool is empty. */
bool toe_move_inject(struct toe_engine *e, const struct nic_cmd *cmd, uint64_t now_ps)
{
    assert(e->rx.inject_count < INJECT_MAX);
    struct frame *frame = frame_alloc(e->wiring.pool, now_ps);
    if (!frame)
        return false;
    uint32_t at = (e->rx.inject_head + e->rx.inject_count++) % INJECT_MAX;
    frame->id = cmd->frame_id;
    frame->mac_time_ps = cmd->frame_time_ps;
    frame->port = cmd->frame_port;
    e->rx.inject[at] = (struct inject_slot){.frame = frame, .cmd = *cmd};
    toe_cmd_read(e, cmd->list, cmd->count, at, on_injected, now_ps);
    return true;
}
