#include "models/ctx_cache/ctx_cache_twin.h"

#include "models/base/memory.h"
#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_flip.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKUPS_MAX = 64 };

/* A request from its acceptance to its answer. */
struct twin_op {
    bool is_busy, is_committed;
    bool has_found;      /* SCAN has found an entry, which is `expected` */
    uint32_t scan_index; /* SCAN: of the next row */
    struct ctx_req req;
    struct ctx_rsp expected;
    uint8_t image[CTX_BYTES], expected_image[CTX_BYTES];
};

struct ctx_twin {
    struct ctx_core core;
    uint32_t lookup_entries;
    struct ctx_twin_judge judge;
    struct twin_op op[2][CTX_WHO_COUNT];             /* [is_return][who] */
    struct twin_op lookup[LOOKUPS_MAX];              /* in the order of acceptance */
    uint32_t lookup_head, lookup_count, lookup_done; /* lookup_done of them have their effect */
    bool is_flipping;
    struct ctx_flip flip;
    uint64_t answers;
};

static bool is_return(uint8_t op)
{
    return op == CTX_OP_WRITE_UNLOCK || op == CTX_OP_UNLOCK || op == CTX_OP_REMOVE;
}

static void compare(struct ctx_twin *twin, const char *what, uint64_t mine, uint64_t golden)
{
    if (mine != golden)
        twin->judge.on_difference(twin->judge.self, what, mine, golden);
}

struct ctx_twin *ctx_twin_create(uint32_t sets, uint32_t ways, uint32_t lookup_entries,
                                 uint32_t conn_ids, struct ctx_twin_judge judge)
{
    struct ctx_twin *twin = calloc(1, sizeof *twin);
    if (!twin)
        return NULL;
    twin->judge = judge;
    twin->lookup_entries = lookup_entries;
    if (!ctx_core_init(&twin->core, sets, ways, lookup_entries, conn_ids)) {
        free(twin);
        return NULL;
    }
    twin->core.stepwise = true;
    return twin;
}

void ctx_twin_destroy(struct ctx_twin *twin)
{
    if (!twin)
        return;
    ctx_core_free(&twin->core);
    free(twin);
}

/* --- requests --- */

static void begin(struct twin_op *op, const struct ctx_req *req)
{
    op->is_busy = true;
    op->is_committed = op->has_found = false;
    op->scan_index = req->conn;
    op->req = *req;
    if (req->image) {
        memcpy(op->image, req->image, CTX_BYTES);
        op->req.image = op->image;
    }
}

void ctx_twin_submit(struct ctx_twin *twin, const struct ctx_req *req)
{
    if (req->op == CTX_OP_LOOKUP) {
        assert(twin->lookup_count < LOOKUPS_MAX);
        begin(&twin->lookup[(twin->lookup_head + twin->lookup_count++) % LOOKUPS_MAX], req);
        return;
    }
    struct twin_op *op = &twin->op[is_return(req->op)][req->who];
    assert(!op->is_busy);
    begin(op, req);
}

void ctx_twin_flip(struct ctx_twin *twin, const struct ctx_flip *flip)
{
    assert(!twin->is_flipping);
    twin->is_flipping = true;
    twin->flip = *flip;
}

void ctx_twin_hash_word(struct ctx_twin *twin, uint32_t word)
{
    ctx_core_hash_word(&twin->core, word);
}

void ctx_twin_reset(struct ctx_twin *twin)
{
    struct ctx_core *core = &twin->core;
    struct ctx_store_stats stats = core->stats; /* the counts of the cache outlive its reset */
    uint32_t sets = core->sets, ways = core->ways, conn_ids = core->conn_ids;
    ctx_core_free(core);
    if (!ctx_core_init(core, sets, ways, twin->lookup_entries, conn_ids))
        memory_check(NULL);
    core->stepwise = true;
    core->stats = stats;
    memset(twin->op, 0, sizeof twin->op);
    twin->lookup_count = twin->lookup_done = 0;
    twin->is_flipping = false;
}

/* --- effects --- */

static void commit(struct ctx_twin *twin, bool returns, uint8_t who)
{
    struct twin_op *op = &twin->op[returns][who];
    compare(twin, "context cache: an effect without a request", !op->is_busy || op->is_committed,
            0);
    if (!op->is_busy || op->is_committed)
        return;
    compare(twin, "context cache: served although it had to wait for a lock",
            ctx_core_must_wait(&twin->core, &op->req), 0);
    op->is_committed = true;
    ctx_core_execute(&twin->core, &op->req, &op->expected);
    if (op->expected.image) {
        memcpy(op->expected_image, op->expected.image, CTX_BYTES);
        op->expected.image = op->expected_image;
    }
}

static void look_up(struct ctx_twin *twin)
{
    compare(twin, "context cache: a LOOKUP that nobody asked for",
            twin->lookup_done == twin->lookup_count, 0);
    if (twin->lookup_done == twin->lookup_count)
        return;
    struct twin_op *op = &twin->lookup[(twin->lookup_head + twin->lookup_done++) % LOOKUPS_MAX];
    op->is_committed = true;
    ctx_core_execute(&twin->core, &op->req, &op->expected);
}

void ctx_twin_on_effect(struct ctx_twin *twin, enum ctx_twin_effect effect, bool returns,
                        uint8_t who)
{
    struct twin_op *op = &twin->op[0][who];
    bool is_due = op->is_busy && !op->is_committed;
    switch (effect) {
    case CTX_TWIN_COMMIT:
        commit(twin, returns, who);
        break;
    case CTX_TWIN_FILL:
        compare(twin, "context cache: a fill for a request that missed nothing", !is_due, 0);
        if (is_due)
            ctx_core_fill(&twin->core, &op->req);
        break;
    case CTX_TWIN_SCAN_ROW:
        compare(twin, "context cache: a row for nobody's SCAN", !is_due || op->has_found, 0);
        if (is_due && !op->has_found)
            op->has_found = ctx_core_scan_row(&twin->core, &op->scan_index, &op->expected);
        break;
    case CTX_TWIN_MOVE:
        ctx_core_move(&twin->core);
        break;
    case CTX_TWIN_LOOKUP:
        look_up(twin);
        break;
    default:
        compare(twin, "context cache: a soft error that nobody injected", !twin->is_flipping, 0);
        if (twin->is_flipping)
            ctx_core_flip(&twin->core, &twin->flip);
        twin->is_flipping = false;
        break;
    }
}

/* --- answers --- */

static void compare_answer(struct ctx_twin *twin, const struct ctx_rsp *rsp,
                           const struct ctx_rsp *expected)
{
    compare(twin, "context cache: result of an answer", rsp->result, expected->result);
    compare(twin, "context cache: place in an answer", rsp->place, expected->place);
    compare(twin, "context cache: connection in an answer", rsp->conn, expected->conn);
    compare(twin, "context cache: generation in an answer", rsp->gen, expected->gen);
    compare(twin, "context cache: next index in an answer", rsp->next, expected->next);
    compare(twin, "context cache: answer with a context", rsp->image != NULL,
            expected->image != NULL);
    if (!rsp->image || !expected->image)
        return;
    for (uint32_t i = 0; i < CTX_BYTES; i++)
        if (rsp->image[i] != expected->image[i]) {
            compare(twin, "context cache: byte of a context", rsp->image[i], expected->image[i]);
            return; /* one byte tells enough */
        }
}

/* SCAN looks at rows between other operations, and the model looks at each row when the cache does. */
static void compare_scan(struct ctx_twin *twin, const struct twin_op *op, const struct ctx_rsp *rsp)
{
    struct ctx_rsp expected = op->expected;
    if (!op->has_found) {
        compare(twin, "context cache: result of SCAN", rsp->result, CTX_END);
        return;
    }
    expected.result = CTX_OK;
    expected.image = NULL;
    compare_answer(twin, rsp, &expected);
}

void ctx_twin_response(struct ctx_twin *twin, const struct ctx_rsp *rsp)
{
    struct twin_op *op = &twin->op[is_return(rsp->op)][rsp->who];
    if (rsp->op == CTX_OP_LOOKUP) {
        op = &twin->lookup[twin->lookup_head];
        bool is_due = twin->lookup_done > 0;
        compare(twin, "context cache: an answer to no LOOKUP", !is_due, 0);
        if (!is_due)
            return;
        twin->lookup_head = (twin->lookup_head + 1) % LOOKUPS_MAX;
        twin->lookup_count--;
        twin->lookup_done--;
    }
    twin->answers++;
    bool is_scan = rsp->op == CTX_OP_SCAN;
    bool is_due = op->is_busy && (is_scan || op->is_committed) && op->req.op == rsp->op;
    compare(twin, "context cache: an answer without an effect", !is_due, 0);
    if (is_due && is_scan)
        compare_scan(twin, op, rsp);
    else if (is_due)
        compare_answer(twin, rsp, &op->expected);
    op->is_busy = false;
}

void ctx_twin_finish(struct ctx_twin *twin, const struct ctx_store_stats *mine)
{
    const struct ctx_store_stats *golden = &twin->core.stats;
    for (int returns = 0; returns < 2; returns++)
        for (int who = 0; who < CTX_WHO_COUNT; who++)
            if (twin->op[returns][who].is_busy)
                return;
    compare(twin, "context cache: hits", mine->hits, golden->hits);
    compare(twin, "context cache: misses", mine->misses, golden->misses);
    compare(twin, "context cache: evictions", mine->evictions, golden->evictions);
    compare(twin, "context cache: writebacks", mine->writebacks, golden->writebacks);
    compare(twin, "context cache: extracts", mine->extracts, golden->extracts);
    compare(twin, "context cache: installs", mine->installs, golden->installs);
    compare(twin, "context cache: reserves", mine->reserves, golden->reserves);
    compare(twin, "context cache: clashes", mine->clashes, golden->clashes);
    compare(twin, "context cache: releases", mine->releases, golden->releases);
    compare(twin, "context cache: removes", mine->removes, golden->removes);
    compare(twin, "context cache: freezes", mine->freezes, golden->freezes);
    compare(twin, "context cache: answers BAD", mine->bad_reads, golden->bad_reads);
}

uint64_t ctx_twin_answers(const struct ctx_twin *twin) { return twin->answers; }
