#include "models/ctx_cache/ctx_cache_model.h"
#include "models/ctx_cache/ctx_cache_flip.h"

#include "models/ctx_cache/ctx_cache_core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKUPS_MAX = 16, QUEUE_MAX = 2 * CTX_WHO_COUNT };

/* A request that was accepted and has no response yet. */
struct model_slot {
    struct ctx_req req;
    uint64_t ready_ps; /* LOOKUP only */
    uint8_t image[CTX_BYTES];
};

struct ctx_cache_model {
    struct ctx_cache_model_params params;
    struct ctx_core core;
    struct ctx_client client;
    const struct waker *waker;
    struct model_slot lookups[LOOKUPS_MAX]; /* ring */
    uint32_t lookup_head, lookup_count;
    /* In the order of arrival; a request that waits keeps its place. */
    struct model_slot queue[QUEUE_MAX];
    uint32_t queue_count;
    bool op_busy[CTX_WHO_COUNT], return_busy[CTX_WHO_COUNT];
    bool waited[CTX_WHO_COUNT];
    bool serving; /* served holds the request whose response is due */
    struct ctx_rsp served;
    uint64_t served_ps;
};

void ctx_cache_model_params_default(struct ctx_cache_model_params *params)
{
    *params = (struct ctx_cache_model_params){.sets = 128,
                                              .ways = 8,
                                              .lookup_entries = 131072,
                                              .conn_ids = 65536,
                                              .lookup_ps = 12 * PS_PER_NS,
                                              .latency_ps = 40 * PS_PER_NS,
                                              .miss_ps = 60 * PS_PER_NS};
}

struct ctx_cache_model *ctx_cache_model_create(const struct ctx_cache_model_params *params,
                                               struct ctx_client client, const struct waker *waker)
{
    assert(params->latency_ps > 0 && params->lookup_ps > 0);
    struct ctx_cache_model *model = calloc(1, sizeof *model);
    if (!model)
        return NULL;
    model->params = *params;
    model->client = client;
    model->waker = waker;
    if (ctx_core_init(&model->core, params->sets, params->ways, params->lookup_entries,
                      params->conn_ids))
        return model;
    free(model);
    return NULL;
}

void ctx_cache_model_destroy(struct ctx_cache_model *model)
{
    if (!model)
        return;
    ctx_core_free(&model->core);
    free(model);
}

static bool is_return(uint8_t op)
{
    return op == CTX_OP_WRITE_UNLOCK || op == CTX_OP_UNLOCK || op == CTX_OP_REMOVE;
}

/* Starts the first request that need not wait. Its effects happen now, and its response comes
 * later. The unlock of a requester goes before the requester's own next operation, which may
 * wait for it. */
static void model_start(struct ctx_cache_model *model, uint64_t now_ps)
{
    if (model->serving)
        return;
    uint32_t chosen = QUEUE_MAX;
    for (uint32_t i = 0; i < model->queue_count && chosen == QUEUE_MAX; i++) {
        const struct ctx_req *req = &model->queue[i].req;
        if (!is_return(req->op) && model->return_busy[req->who])
            continue;
        if (!ctx_core_must_wait(&model->core, req)) {
            chosen = i;
        } else if (!model->waited[req->who]) {
            model->waited[req->who] = true;
            model->core.stats.lock_waits++;
        }
    }
    if (chosen == QUEUE_MAX)
        return;
    struct model_slot *slot = &model->queue[chosen];
    ctx_core_execute(&model->core, &slot->req, &model->served);
    model->serving = true;
    model->served_ps =
        now_ps + model->params.latency_ps + (model->core.missed ? model->params.miss_ps : 0);
    model->queue_count--;
    for (uint32_t i = chosen; i < model->queue_count; i++) {
        model->queue[i] = model->queue[i + 1];
        if (model->queue[i].req.image)
            model->queue[i].req.image = model->queue[i].image;
    }
}

static void slot_fill(struct model_slot *slot, const struct ctx_req *req)
{
    slot->req = *req;
    if (req->image) {
        memcpy(slot->image, req->image, CTX_BYTES);
        slot->req.image = slot->image;
    }
}

static uint64_t model_next_ps(const void *self)
{
    const struct ctx_cache_model *model = self;
    uint64_t next = model->serving ? model->served_ps : TIME_NEVER;
    if (model->lookup_count > 0)
        next = u64_min(next, model->lookups[model->lookup_head].ready_ps);
    return next;
}

static bool model_submit(void *self, const struct ctx_req *req, uint64_t now_ps)
{
    struct ctx_cache_model *model = self;
    assert(req->who < CTX_WHO_COUNT && req->op <= CTX_OP_SCAN);
    assert(req->image || (req->op != CTX_OP_WRITE_UNLOCK && req->op != CTX_OP_INSTALL));
    if (req->op == CTX_OP_LOOKUP) {
        if (model->lookup_count == LOOKUPS_MAX)
            return false;
        uint32_t tail = (model->lookup_head + model->lookup_count++) % LOOKUPS_MAX;
        slot_fill(&model->lookups[tail], req);
        model->lookups[tail].ready_ps = now_ps + model->params.lookup_ps;
    } else {
        bool *busy = is_return(req->op) ? &model->return_busy[req->who] : &model->op_busy[req->who];
        if (*busy)
            return false;
        *busy = true;
        if (!is_return(req->op))
            model->waited[req->who] = false;
        assert(model->queue_count < QUEUE_MAX);
        slot_fill(&model->queue[model->queue_count++], req);
        model_start(model, now_ps);
    }
    waker_wake(model->waker, model_next_ps(model));
    return true;
}

static void model_answer(struct ctx_cache_model *model, uint64_t now_ps)
{
    struct ctx_rsp rsp = model->served;
    uint8_t image[CTX_BYTES];
    if (rsp.image) {
        memcpy(image, rsp.image, CTX_BYTES);
        rsp.image = image;
    }
    model->serving = false;
    if (is_return(rsp.op))
        model->return_busy[rsp.who] = false;
    else
        model->op_busy[rsp.who] = false;
    model_start(model, now_ps);
    model->client.on_response(model->client.self, &rsp, now_ps);
}

static void model_answer_lookup(struct ctx_cache_model *model, uint64_t now_ps)
{
    struct ctx_rsp rsp;
    struct ctx_req req = model->lookups[model->lookup_head].req;
    model->lookup_head = (model->lookup_head + 1) % LOOKUPS_MAX;
    model->lookup_count--;
    bool missed = model->core.missed;
    ctx_core_execute(&model->core, &req, &rsp);
    model->core.missed = missed;
    model->client.on_response(model->client.self, &rsp, now_ps);
}

static void model_run(void *self, uint64_t now_ps)
{
    struct ctx_cache_model *model = self;
    for (;;) {
        if (model->lookup_count > 0 && model->lookups[model->lookup_head].ready_ps <= now_ps)
            model_answer_lookup(model, now_ps);
        else if (model->serving && model->served_ps <= now_ps)
            model_answer(model, now_ps);
        else
            break;
    }
}

/* Resets the cache. The counters keep their values. */
static void model_reset(void *self, uint64_t now_ps)
{
    (void)now_ps;
    struct ctx_cache_model *model = self;
    struct ctx_store_stats stats = model->core.stats;
    ctx_core_free(&model->core);
    const struct ctx_cache_model_params *params = &model->params;
    bool ok = ctx_core_init(&model->core, params->sets, params->ways, params->lookup_entries,
                            params->conn_ids);
    assert(ok); /* the same amount of memory was freed just before */
    model->core.stats = stats;
    model->lookup_head = model->lookup_count = model->queue_count = 0;
    memset(model->op_busy, 0, sizeof model->op_busy);
    memset(model->return_busy, 0, sizeof model->return_busy);
    model->serving = false;
}

static bool model_is_ready(const void *self)
{
    (void)self;
    return true;
}

static void model_hash_word(void *self, uint32_t word, uint64_t now_ps)
{
    (void)now_ps;
    struct ctx_cache_model *model = self;
    ctx_core_hash_word(&model->core, word);
}

/* The soft error happens at once, between two requests. */
static bool model_flip(void *self, const struct ctx_flip *flip, uint64_t now_ps)
{
    (void)now_ps;
    struct ctx_cache_model *model = self;
    ctx_core_flip(&model->core, flip);
    return true;
}

struct ctx_store ctx_cache_model_store(struct ctx_cache_model *model)
{
    static const struct ctx_store_ops ops = {.submit = model_submit,
                                             .reset = model_reset,
                                             .is_ready = model_is_ready,
                                             .hash_word = model_hash_word,
                                             .flip = model_flip};
    return (struct ctx_store){.ops = &ops, .self = model};
}

struct stage ctx_cache_model_stage(struct ctx_cache_model *model, const char *name)
{
    return (struct stage){.name = name, .self = model, .run = model_run, .next_ps = model_next_ps};
}

const struct ctx_store_stats *ctx_cache_model_stats(const struct ctx_cache_model *model)
{
    return &model->core.stats;
}
