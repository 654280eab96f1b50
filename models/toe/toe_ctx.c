/*
 * The engine's side of the context cache: one queue per requester for requests the cache could not
 * take at once, one lock per requester, and the end of a connection. A lock is never held across a
 * PCIe round trip.
 */
#include "models/base/planted.h"
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

static bool uses_port(uint8_t op)
{
    return op != CTX_OP_LOOKUP && op != CTX_OP_WRITE_UNLOCK && op != CTX_OP_UNLOCK;
}

void toe_ctx_reset(struct toe_engine *e, uint64_t now_ps)
{
    if (!e->cache_used)
        return;
    e->cache_used = false;
    e->wiring.cache.ops->reset(e->wiring.cache.self, now_ps);
    for (int who = 0; who < CTX_WHO_COUNT; who++) {
        e->port[who].busy = false;
        e->port[who].head = e->port[who].count = 0;
        assert(e->lock[who].phase == LOCK_IDLE);
    }
}

bool toe_ctx_is_ready(const struct toe_engine *e)
{
    return e->wiring.cache.ops->is_ready(e->wiring.cache.self);
}

void toe_ctx_send(struct toe_engine *e, const struct ctx_req *req, uint64_t now_ps)
{
    struct ctx_port *port = &e->port[req->who];
    e->cache_used = true;
    if (uses_port(req->op)) {
        assert(!port->busy);
        port->busy = true;
    }
    if (port->count == 0 && e->wiring.cache.ops->submit(e->wiring.cache.self, req, now_ps))
        return;
    assert(port->count < CTX_QUEUE);
    struct ctx_wait *wait = &port->wait[(port->head + port->count++) % CTX_QUEUE];
    wait->req = *req;
    if (req->image) {
        memcpy(wait->image, req->image, CTX_BYTES);
        wait->req.image = wait->image;
    }
}

static void pump(struct toe_engine *e, struct ctx_port *port, uint64_t now_ps)
{
    while (port->count > 0 &&
           e->wiring.cache.ops->submit(e->wiring.cache.self, &port->wait[port->head].req, now_ps)) {
        port->head = (port->head + 1) % CTX_QUEUE;
        port->count--;
    }
}

bool toe_lock_is_free(const struct toe_engine *e, enum ctx_who who)
{
    return e->lock[who].phase == LOCK_IDLE && !e->port[who].busy;
}

void toe_lock_ask(struct toe_engine *e, enum ctx_who who, uint32_t conn, uint16_t gen,
                  uint64_t now_ps)
{
    assert(toe_lock_is_free(e, who));
    struct toe_lock *lock = &e->lock[who];
    lock->phase = LOCK_ASKED;
    lock->conn = conn;
    lock->gen = gen;
    struct ctx_req req = {.op = CTX_OP_READ_LOCK,
                          .who = (uint8_t)who,
                          .conn = conn,
                          .gen = gen,
                          .tag = toe_cookie(e, 0)};
    toe_ctx_send(e, &req, now_ps);
}

/* Index work of the connection anew from its context. */
void toe_conn_refresh(struct toe_engine *e, const struct conn_ctx *ctx, uint32_t conn,
                      uint64_t now_ps)
{
    struct toe_conn *c = &e->conn[conn];
    c->snd_una = ctx->snd_una;
    c->snd_max = ctx->snd_max;
    if (c->own_state != OWN_ACTIVE || c->end_slot != TOE_NO_INDEX)
        return;
    struct tcp_now now = toe_now(now_ps);
    if (c->db || tcp_has_output(ctx, &e->params.tcp, now))
        toe_tx_ready(e, conn);
    uint32_t left = tcp_deadline_us(ctx, now);
    uint64_t tick = now_ps / PS_PER_US;
    /* A deadline at its tick fires when that tick begins; one already due, at the next edge. */
    bool never = left == UINT32_MAX || PLANTED(timer_never_fires);
    uint64_t at = never ? TIME_NEVER : u64_max((tick + left) * PS_PER_US, now_ps);
    toe_timer_set(e, conn, at);
}

void toe_lock_write(struct toe_engine *e, enum ctx_who who, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[who];
    assert(lock->phase == LOCK_HELD);
    const uint8_t *before = (const uint8_t *)&lock->before;
    const uint8_t *after = (const uint8_t *)&lock->ctx;
    uint8_t mask = 0;
    for (int line = 0; line < CTX_CONST_LINE; line++)
        if (memcmp(before + line * CTX_LINE_BYTES, after + line * CTX_LINE_BYTES, CTX_LINE_BYTES))
            mask |= (uint8_t)(1u << line);
    assert(memcmp(before + CTX_CONST_LINE * CTX_LINE_BYTES, after + CTX_CONST_LINE * CTX_LINE_BYTES,
                  CTX_LINE_BYTES) == 0);
    struct ctx_req req = {.op = mask ? CTX_OP_WRITE_UNLOCK : CTX_OP_UNLOCK,
                          .who = (uint8_t)who,
                          .mask = mask,
                          .conn = lock->conn,
                          .gen = lock->gen,
                          .tag = toe_cookie(e, 0),
                          .image = mask ? after : NULL};
    lock->phase = LOCK_IDLE;
    toe_ctx_send(e, &req, now_ps);
    if (mask)
        toe_probe(e, (struct probe_event){.kind = PROBE_CTX_WRITTEN,
                                          .now_ps = now_ps,
                                          .conn = lock->conn,
                                          .gen = lock->gen,
                                          .context.image = &lock->ctx});
    if (lock->ctx.snd_una != lock->before.snd_una)
        toe_probe(e, (struct probe_event){.kind = PROBE_TX_CREDIT,
                                          .now_ps = now_ps,
                                          .conn = lock->conn,
                                          .gen = lock->gen,
                                          .credit.snd_una = lock->ctx.snd_una,
                                          .credit.snd_max = lock->ctx.snd_max});
    toe_conn_refresh(e, &lock->ctx, lock->conn, now_ps);
}

/* The connection ends. The event follows when the cache has forgotten it and its last frame is
 * built. */
static void remove_context(struct toe_engine *e, enum ctx_who who, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[who];
    lock->phase = LOCK_REMOVING;
    toe_timer_set(e, lock->conn, TIME_NEVER);
    /* No more work for it from here on, but its last frames are built while it still counts as
     * owner. */
    toe_set_own(e, lock->conn, OWN_QUIESCE, now_ps);
    struct ctx_req req = {.op = CTX_OP_REMOVE,
                          .who = (uint8_t)who,
                          .conn = lock->conn,
                          .gen = lock->gen,
                          .tag = toe_cookie(e, 0)};
    toe_ctx_send(e, &req, now_ps);
}

/* What was locked has a wrong bit somewhere, and nothing of it was read: what identifies the
 * connection is what the engine asked for. */
static void remove_bad(struct toe_engine *e, enum ctx_who who, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[who];
    lock->end = (struct nic_event){.kind = NIC_EVENT_TERMINATED,
                                   .gen = lock->gen,
                                   .conn = lock->conn,
                                   .detail = NIC_TERM_CTX_ERROR};
    remove_context(e, who, now_ps);
}

/* Closed in order, or terminated for cause. */
void toe_lock_remove(struct toe_engine *e, enum ctx_who who, bool closed, uint8_t cause,
                     uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[who];
    const struct conn_ctx *ctx = &lock->ctx;
    assert(lock->phase == LOCK_HELD);
    assert(closed == (cause == NIC_TERM_NONE));
    lock->end = (struct nic_event){.kind = closed ? NIC_EVENT_CLOSED : NIC_EVENT_TERMINATED,
                                   .gen = lock->gen,
                                   .conn = lock->conn,
                                   .detail = closed ? ctx->tcp_state : cause,
                                   .a = ctx->snd_nxt,
                                   .b = ctx->rcv_nxt,
                                   .ts_recent = ctx->ts_recent,
                                   .ts_offset = ctx->ts_offset,
                                   .features = ctx->features};
    remove_context(e, who, now_ps);
}

static void post_notice(struct toe_engine *e, uint32_t conn, uint16_t gen, uint8_t notice,
                        uint64_t now_ps)
{
    struct nic_event event = {.kind = NIC_EVENT_NOTICE, .gen = gen, .conn = conn, .detail = notice};
    toe_event_post(e, &event, now_ps);
}

/* Acts on what the TCP core said about a locked context. True: the connection ends and its context
 * is being removed; false: the caller writes it back. */
bool toe_lock_settle(struct toe_engine *e, enum ctx_who who, const struct tcp_result *result,
                     const struct tcp_segment *seg, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[who];
    struct tcp_tx tx;
    bool ends = result->closed || result->terminated != NIC_TERM_NONE;
    if (result->send_reset) {
        tcp_build_reset(&lock->ctx, toe_now(now_ps), &tx);
        (void)toe_tx_emit(e, &lock->ctx, &tx, now_ps);
    } else if (result->reset_for_segment && seg &&
               tcp_build_reset_to(&lock->ctx, seg, toe_now(now_ps), &tx)) {
        (void)toe_tx_emit(e, &lock->ctx, &tx, now_ps);
    }
    if (result->notice != NIC_NOTICE_NONE && !ends)
        post_notice(e, lock->conn, lock->gen, result->notice, now_ps);
    if (!ends)
        return false;
    for (int i = 1; result->closed && i < TX_END_MAX; i++) {
        if (!tcp_output(&lock->ctx, &e->params.tcp, toe_now(now_ps), &tx))
            break;
        (void)toe_tx_emit(e, &lock->ctx, &tx, now_ps);
    }
    bool closed = result->terminated == NIC_TERM_NONE;
    toe_lock_remove(e, who, closed, result->terminated, now_ps);
    return true;
}

/* The context is gone and the last frame is built: tell the host. */
void toe_conn_end(struct toe_engine *e, const struct nic_event *end, uint8_t own, uint64_t now_ps)
{
    struct toe_conn *c = &e->conn[end->conn];
    bool closed = end->kind == NIC_EVENT_CLOSED;
    e->stats.closed += closed;
    e->stats.terminated += !closed;
    toe_conn_forget(c);
    toe_probe(e, (struct probe_event){.kind = PROBE_CONN_GONE,
                                      .now_ps = now_ps,
                                      .conn = end->conn,
                                      .gen = end->gen,
                                      .ended.cause = closed ? NIC_TERM_NONE : end->detail});
    toe_set_own(e, end->conn, own, now_ps);
    toe_event_post(e, end, now_ps);
}

static void on_removed(struct toe_engine *e, enum ctx_who who, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[who];
    struct toe_conn *c = &e->conn[lock->conn];
    assert(lock->phase == LOCK_REMOVING);
    lock->phase = LOCK_IDLE;
    if (c->tx_queued == 0) {
        toe_conn_end(e, &lock->end, OWN_ABSENT, now_ps);
        return;
    }
    uint32_t slot = 0;
    while (e->tx.end_used[slot])
        slot++;
    assert(slot < e->tx.capacity);
    e->tx.end_used[slot] = true;
    e->tx.ends[slot] = lock->end;
    c->end_slot = slot;
}

/* CTX_BAD: the connection is being removed when its unit hears of it. */
static void on_lock(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[rsp->who];
    assert(lock->phase == LOCK_ASKED);
    assert((rsp->image != NULL) == (rsp->result == CTX_OK));
    lock->phase = rsp->result == CTX_OK ? LOCK_HELD : LOCK_IDLE;
    if (rsp->result == CTX_OK) {
        memcpy(&lock->before, rsp->image, CTX_BYTES);
        lock->ctx = lock->before;
    } else if (rsp->result == CTX_BAD) {
        remove_bad(e, (enum ctx_who)rsp->who, now_ps);
    }
    switch ((enum ctx_who)rsp->who) {
    case CTX_WHO_RX:
        toe_apply_on_lock(e, rsp->result, now_ps);
        break;
    case CTX_WHO_TX:
        toe_tx_on_lock(e, rsp->result, now_ps);
        break;
    case CTX_WHO_TIMER:
        toe_timer_on_lock(e, rsp->result, now_ps);
        break;
    case CTX_WHO_DRIVER:
        toe_cmd_on_response(e, rsp, now_ps);
        break;
    case CTX_WHO_COUNT:
        assert(!"no such requester");
    }
}

/* An answer to a request from before a fence or reset: only a granted lock needs care. */
static void on_void(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    if (rsp->op != CTX_OP_READ_LOCK || (rsp->result != CTX_OK && rsp->result != CTX_BAD))
        return;
    struct ctx_req req = {.op = CTX_OP_UNLOCK,
                          .who = rsp->who,
                          .conn = rsp->conn,
                          .gen = rsp->gen,
                          .tag = toe_cookie(e, 0)};
    toe_ctx_send(e, &req, now_ps);
}

static void on_answer(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    switch ((enum ctx_op)rsp->op) {
    case CTX_OP_LOOKUP:
        toe_rx_on_lookup(e, rsp, now_ps);
        break;
    case CTX_OP_READ_LOCK:
        on_lock(e, rsp, now_ps);
        break;
    case CTX_OP_WRITE_UNLOCK:
    case CTX_OP_UNLOCK:
        assert(rsp->result == CTX_OK);
        break;
    case CTX_OP_REMOVE:
        assert(rsp->result == CTX_OK);
        on_removed(e, (enum ctx_who)rsp->who, now_ps);
        if (rsp->who == CTX_WHO_DRIVER)
            toe_cmd_on_response(e, rsp, now_ps);
        break;
    case CTX_OP_RESERVE:
    case CTX_OP_INSTALL:
    case CTX_OP_FREEZE:
    case CTX_OP_EXTRACT:
    case CTX_OP_RELEASE:
    case CTX_OP_SCAN:
        toe_cmd_on_response(e, rsp, now_ps);
        break;
    }
}

void toe_ctx_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct toe_engine *e = self;
    struct ctx_port *port = &e->port[rsp->who];
    if (uses_port(rsp->op)) {
        assert(port->busy);
        port->busy = false;
    }
    pump(e, port, now_ps);
    if (toe_cookie_is_now(e, rsp->tag))
        on_answer(e, rsp, now_ps);
    else
        on_void(e, rsp, now_ps);
    toe_kick(e, now_ps);
}
