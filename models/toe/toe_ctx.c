#include "models/toe/toe_ctx.h"

#include "models/toe/toe_core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CTX_QUEUE = 8 }; /* requests of one requester that wait because the cache is busy */

struct ctx_wait {
    struct ctx_req req;
    uint8_t image[CTX_BYTES];
};

struct ctx_port {
    bool busy;         /* one request of the kinds READ_LOCK to SCAN is outstanding */
    uint64_t asked_ps; /* when, if busy */
    uint32_t head, count;
    struct ctx_wait wait[CTX_QUEUE];
};

struct toe_ctx {
    bool cache_used; /* the cache was used since its last reset */
    struct ctx_port port[CTX_WHO_COUNT];
};

bool toe_ctx_create(struct toe_engine *engine)
{
    engine->ctx = calloc(1, sizeof *engine->ctx);
    return engine->ctx != NULL;
}

void toe_ctx_destroy(struct toe_engine *engine) { free(engine->ctx); }

static bool uses_port(uint8_t op)
{
    return op != CTX_OP_LOOKUP && op != CTX_OP_WRITE_UNLOCK && op != CTX_OP_UNLOCK;
}

static bool submit(struct toe_engine *engine, const struct ctx_req *req, uint64_t now_ps)
{
    return engine->wiring.cache.ops->submit(engine->wiring.cache.self, req, now_ps);
}

void toe_ctx_reset(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_ctx *ctx = engine->ctx;
    if (!ctx->cache_used)
        return;
    ctx->cache_used = false;
    engine->wiring.cache.ops->reset(engine->wiring.cache.self, now_ps);
    for (int who = 0; who < CTX_WHO_COUNT; who++) {
        ctx->port[who].busy = false;
        ctx->port[who].head = ctx->port[who].count = 0;
    }
}

bool toe_ctx_is_ready(const struct toe_engine *engine)
{
    return engine->wiring.cache.ops->is_ready(engine->wiring.cache.self);
}

void toe_ctx_lookup_key(struct toe_engine *engine, uint32_t word, uint64_t now_ps)
{
    if (!engine->ctx->cache_used && toe_ctx_is_ready(engine))
        engine->wiring.cache.ops->hash_word(engine->wiring.cache.self, word, now_ps);
}

bool toe_ctx_is_free(const struct toe_engine *engine, enum ctx_who who)
{
    return !engine->ctx->port[who].busy;
}

bool toe_ctx_is_idle(const struct toe_engine *engine, enum ctx_who who)
{
    return !engine->ctx->port[who].busy && engine->ctx->port[who].count == 0;
}

void toe_ctx_send(struct toe_engine *engine, const struct ctx_req *req, uint64_t now_ps)
{
    struct ctx_port *port = &engine->ctx->port[req->who];
    engine->ctx->cache_used = true;
    if (uses_port(req->op)) {
        assert(!port->busy);
        port->busy = true;
        port->asked_ps = now_ps;
    }
    if (port->count == 0 && submit(engine, req, now_ps))
        return;
    assert(port->count < CTX_QUEUE);
    struct ctx_wait *wait = &port->wait[(port->head + port->count++) % CTX_QUEUE];
    wait->req = *req;
    if (req->image) {
        memcpy(wait->image, req->image, CTX_BYTES);
        wait->req.image = wait->image;
    }
}

static void report(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t asked_ps,
                   uint64_t now_ps)
{
    toe_probe(engine, (struct probe_event){.kind = PROBE_CTX_ANSWERED,
                                           .now_ps = now_ps,
                                           .conn = rsp->conn,
                                           .gen = rsp->gen,
                                           .answered.since_ps = asked_ps,
                                           .answered.op = rsp->op,
                                           .answered.result = rsp->result});
}

void toe_ctx_answered(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct ctx_port *port = &engine->ctx->port[rsp->who];
    if (uses_port(rsp->op)) {
        assert(port->busy);
        port->busy = false;
        if (rsp->who == CTX_WHO_DRIVER)
            report(engine, rsp, port->asked_ps, now_ps);
    }
    while (port->count > 0 && submit(engine, &port->wait[port->head].req, now_ps)) {
        port->head = (port->head + 1) % CTX_QUEUE;
        port->count--;
    }
}
