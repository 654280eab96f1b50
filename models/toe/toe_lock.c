#include "models/toe/toe_lock.h"

#include "models/base/planted.h"
#include "models/toe/timer/timer_heap.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_ctx.h"
#include "models/toe/toe_end.h"
#include "models/toe/tx/tx_ready.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum lock_phase {
    LOCK_IDLE,
    LOCK_ASKED,
    LOCK_HELD,
    LOCK_REMOVING, /* the holder removes the context, so `before` and `ctx` are no longer valid */
};

struct toe_lock {
    enum lock_phase phase;
    uint32_t conn;
    uint16_t gen;
    struct conn_ctx before; /* the context as it was read */
    struct conn_ctx ctx;    /* the copy that the holder changes */
    struct nic_event end;   /* event to send when a context in LOCK_REMOVING is gone */
};

static bool lock_create(struct toe_engine *engine)
{
    engine->lock = calloc(CTX_WHO_COUNT, sizeof *engine->lock);
    return engine->lock && toe_ctx_create(engine) && toe_end_create(engine);
}

static void lock_destroy(struct toe_engine *engine)
{
    toe_end_destroy(engine);
    toe_ctx_destroy(engine);
    free(engine->lock);
}

bool toe_lock_is_free(const struct toe_engine *engine, enum ctx_who who)
{
    return engine->lock[who].phase == LOCK_IDLE && toe_ctx_is_free(engine, who);
}

static void send(struct toe_engine *engine, enum ctx_who who, enum ctx_op op, uint64_t now_ps)
{
    const struct toe_lock *lock = &engine->lock[who];
    struct ctx_req req = {.op = (uint8_t)op,
                          .who = (uint8_t)who,
                          .conn = lock->conn,
                          .gen = lock->gen,
                          .tag = toe_cookie(engine, 0)};
    toe_ctx_send(engine, &req, now_ps);
}

void toe_lock_ask(struct toe_engine *engine, enum ctx_who who, uint32_t conn, uint16_t gen,
                  uint64_t now_ps)
{
    struct toe_lock *lock = &engine->lock[who];
    assert(toe_lock_is_free(engine, who));
    assert(conn < engine->params.conn_max);
    lock->phase = LOCK_ASKED;
    lock->conn = conn;
    lock->gen = gen;
    send(engine, who, CTX_OP_READ_LOCK, now_ps);
}

struct conn_ctx *toe_lock_ctx(struct toe_engine *engine, enum ctx_who who)
{
    assert(engine->lock[who].phase == LOCK_HELD);
    return &engine->lock[who].ctx;
}

uint32_t toe_lock_conn(const struct toe_engine *engine, enum ctx_who who)
{
    assert(engine->lock[who].phase != LOCK_IDLE);
    return engine->lock[who].conn;
}

uint16_t toe_lock_gen(const struct toe_engine *engine, enum ctx_who who)
{
    assert(engine->lock[who].phase != LOCK_IDLE);
    return engine->lock[who].gen;
}

void toe_lock_refresh(struct toe_engine *engine, const struct conn_ctx *ctx, uint32_t conn,
                      uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[conn];
    c->snd_una = ctx->snd_una;
    c->snd_max = ctx->snd_max;
    if (c->own_state != OWN_ACTIVE || c->end_slot != TOE_NO_INDEX)
        return;
    struct tcp_now now = toe_now(engine, now_ps);
    if (c->db || tcp_has_output(ctx, &engine->params.tcp, now))
        toe_tx_ready(engine, conn);
    uint32_t left = tcp_deadline_us(ctx, now);
    /* A deadline expires when its tick begins. A deadline in the past expires at the next clock edge. */
    bool never = left == UINT32_MAX || PLANTED(timer_never_fires);
    uint64_t at = never ? TIME_NEVER : nic_clock_tick_end_ps(&engine->clock, left, now_ps);
    toe_timer_set(engine, conn, at);
}

/* Returns a mask of the context lines that have changed, one bit per line. */
static uint8_t changed_lines(const struct toe_lock *lock)
{
    const uint8_t *before = (const uint8_t *)&lock->before;
    const uint8_t *after = (const uint8_t *)&lock->ctx;
    uint8_t mask = 0;
    for (int line = 0; line < CTX_CONST_LINE; line++)
        if (memcmp(before + line * CTX_LINE_BYTES, after + line * CTX_LINE_BYTES, CTX_LINE_BYTES))
            mask |= (uint8_t)(1u << line);
    assert(memcmp(before + CTX_CONST_LINE * CTX_LINE_BYTES, after + CTX_CONST_LINE * CTX_LINE_BYTES,
                  CTX_LINE_BYTES) == 0);
    return mask;
}

void toe_lock_write(struct toe_engine *engine, enum ctx_who who, uint64_t now_ps)
{
    struct toe_lock *lock = &engine->lock[who];
    assert(lock->phase == LOCK_HELD);
    uint8_t mask = changed_lines(lock);
    struct ctx_req req = {.op = mask ? CTX_OP_WRITE_UNLOCK : CTX_OP_UNLOCK,
                          .who = (uint8_t)who,
                          .mask = mask,
                          .conn = lock->conn,
                          .gen = lock->gen,
                          .tag = toe_cookie(engine, 0),
                          .image = mask ? (const uint8_t *)&lock->ctx : NULL};
    lock->phase = LOCK_IDLE;
    toe_ctx_send(engine, &req, now_ps);
    struct probe_event event = {.now_ps = now_ps, .conn = lock->conn, .gen = lock->gen};
    if (mask) {
        event.kind = PROBE_CTX_WRITTEN;
        event.context.image = &lock->ctx;
        toe_probe(engine, event);
    }
    if (lock->ctx.snd_una != lock->before.snd_una) {
        event.kind = PROBE_TX_CREDIT;
        event.credit = (struct probe_credit){lock->ctx.snd_una, lock->ctx.snd_max};
        toe_probe(engine, event);
    }
    toe_lock_refresh(engine, &lock->ctx, lock->conn, now_ps);
}

static void remove_context(struct toe_engine *engine, enum ctx_who who, uint64_t now_ps)
{
    struct toe_lock *lock = &engine->lock[who];
    lock->phase = LOCK_REMOVING;
    toe_timer_set(engine, lock->conn, TIME_NEVER);
    /* The connection gets no more work, but this NIC stays its owner until the last frames are built. */
    toe_set_own(engine, lock->conn, OWN_QUIESCE, now_ps);
    send(engine, who, CTX_OP_REMOVE, now_ps);
}

/* The locked context has a parity error, so none of its fields can be trusted. The id and the
 * generation are those of the request. */
static void remove_bad(struct toe_engine *engine, enum ctx_who who, uint64_t now_ps)
{
    struct toe_lock *lock = &engine->lock[who];
    lock->end = (struct nic_event){.kind = NIC_EVENT_TERMINATED,
                                   .gen = lock->gen,
                                   .conn = lock->conn,
                                   .detail = NIC_TERM_CTX_ERROR};
    remove_context(engine, who, now_ps);
}

void toe_lock_remove(struct toe_engine *engine, enum ctx_who who, bool closed, uint8_t cause,
                     uint64_t now_ps)
{
    struct toe_lock *lock = &engine->lock[who];
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
    remove_context(engine, who, now_ps);
}

static void on_lock(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct toe_lock *lock = &engine->lock[rsp->who];
    assert(lock->phase == LOCK_ASKED);
    assert((rsp->image != NULL) == (rsp->result == CTX_OK));
    lock->phase = rsp->result == CTX_OK ? LOCK_HELD : LOCK_IDLE;
    if (rsp->result == CTX_OK) {
        memcpy(&lock->before, rsp->image, CTX_BYTES);
        lock->ctx = lock->before;
    } else if (rsp->result == CTX_BAD) {
        remove_bad(engine, (enum ctx_who)rsp->who, now_ps);
    }
}

static void on_removed(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct toe_lock *lock = &engine->lock[rsp->who];
    assert(rsp->result == CTX_OK);
    assert(lock->phase == LOCK_REMOVING);
    lock->phase = LOCK_IDLE;
    toe_end_after_frames(engine, &lock->end, now_ps);
}

/* Handles a response to a request from before a fence or reset. Only a lock that was granted must be released. */
static void on_void(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    if (rsp->op != CTX_OP_READ_LOCK || (rsp->result != CTX_OK && rsp->result != CTX_BAD))
        return;
    struct ctx_req req = {.op = CTX_OP_UNLOCK,
                          .who = rsp->who,
                          .conn = rsp->conn,
                          .gen = rsp->gen,
                          .tag = toe_cookie(engine, 0)};
    toe_ctx_send(engine, &req, now_ps);
}

/* Updates the lock first, and then tells the requester. */
static void on_answer(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    if (rsp->op == CTX_OP_WRITE_UNLOCK || rsp->op == CTX_OP_UNLOCK) {
        assert(rsp->result == CTX_OK);
        return;
    }
    if (rsp->op == CTX_OP_READ_LOCK)
        on_lock(engine, rsp, now_ps);
    else if (rsp->op == CTX_OP_REMOVE)
        on_removed(engine, rsp, now_ps);
    engine->ctx_handler[rsp->who](engine, rsp, now_ps);
}

void toe_lock_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    assert(rsp->who < CTX_WHO_COUNT);
    toe_ctx_answered(engine, rsp, now_ps);
    if (toe_cookie_is_now(engine, rsp->tag))
        on_answer(engine, rsp, now_ps);
    else
        on_void(engine, rsp, now_ps);
    toe_kick(engine, now_ps);
}

/* Releases the locks that are held. A lock that is still requested is released by on_void() when it is granted. */
static void lock_discard(struct toe_engine *engine, uint64_t now_ps)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++) {
        if (engine->lock[who].phase == LOCK_HELD)
            send(engine, (enum ctx_who)who, CTX_OP_UNLOCK, now_ps);
        engine->lock[who].phase = LOCK_IDLE;
    }
    toe_end_discard(engine);
}

static bool lock_is_idle(const struct toe_engine *engine)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++)
        if (engine->lock[who].phase != LOCK_IDLE || !toe_ctx_is_idle(engine, (enum ctx_who)who))
            return false;
    return true;
}

const struct toe_part toe_lock_part = {.name = "locks",
                                       .create = lock_create,
                                       .destroy = lock_destroy,
                                       .discard = lock_discard,
                                       .is_idle = lock_is_idle};
