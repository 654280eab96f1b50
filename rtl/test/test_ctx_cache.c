/* The RTL against the golden model: the same requests, one at a time and from four requesters at
 * once. */
#include "rtl/test/ctx_cache_world.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_CYCLES_MAX = 200000, DRAM_PS = 51650 };

struct catcher {
    bool caught;
    struct ctx_rsp rsp;
    uint8_t image[CTX_BYTES];
};

static void catcher_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct catcher *catcher = self;
    (void)now_ps;
    cr_assert(!catcher->caught);
    catcher->caught = true;
    catcher->rsp = *rsp;
    if (rsp->image) {
        memcpy(catcher->image, rsp->image, CTX_BYTES);
        catcher->rsp.image = catcher->image;
    }
}

static void wait_response(struct ctx_cache_dut *dut, struct catcher *catcher)
{
    for (uint32_t cycle = 0; !catcher->caught; cycle++) {
        cr_assert_lt(cycle, WAIT_CYCLES_MAX, "no response");
        ctx_cache_dut_step(dut);
    }
    catcher->caught = false;
}

struct shape_row {
    char name[48];
    unsigned shape;
    uint32_t requests;
    uint64_t seed;
};

ParameterizedTestParameters(ctx_cache, rtl_answers_like_the_golden_model)
{
    static struct shape_row rows[] = {
        {"2 sets x 1 way", 0, 30000, 1},
        {"4 sets x 2 ways", 1, 30000, 2},
        {"16 sets x 4 ways", 2, 30000, 3},
        {"128 sets x 8 ways", 3, 30000, 4},
    };
    return cr_make_param_array(struct shape_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct shape_row *row, ctx_cache, rtl_answers_like_the_golden_model,
                  .timeout = 120)
{
    struct ctx_cache_shape shape = ctx_cache_shapes[row->shape];
    struct world *world = malloc(sizeof *world);
    struct ctx_core golden;
    struct catcher catcher = {0};
    world_init(world, shape, row->seed);
    cr_assert(ctx_core_init(&golden, shape.sets, shape.ways, shape.lookup_entries, shape.conn_ids));
    struct ctx_cache_dut *dut = ctx_cache_dut_create(
        row->shape, DRAM_PS,
        (struct ctx_client){.on_response = catcher_on_response, .self = &catcher});
    for (uint32_t i = 0; i < row->requests; i++) {
        struct ctx_req req =
            world_request(world, &golden, (uint8_t)world_draw(world, CTX_WHO_COUNT));
        if (ctx_core_must_wait(&golden, &req))
            continue;
        struct ctx_rsp expected;
        ctx_core_execute(&golden, &req, &expected);
        cr_assert(ctx_cache_dut_submit(dut, &req));
        wait_response(dut, &catcher);
        world_compare(&req, &catcher.rsp, &expected);
        while (!ctx_cache_dut_is_quiescent(dut))
            ctx_cache_dut_step(dut);
        cr_assert_eq(ctx_cache_dut_entries_used(dut), golden.table.used);
    }
    world_compare_stats(ctx_cache_dut_stats(dut), &golden.stats);
    cr_assert_gt(golden.stats.evictions, 0);
    cr_assert_gt(golden.stats.extracts, 0);
    cr_assert_gt(golden.stats.removes, 0);
    cr_assert_gt(golden.stats.releases, 0);
    if (getenv("CTX_CACHE_VERBOSE"))
        fprintf(
            stderr,
            "%s: %llu hits %llu misses %llu evictions %llu write-backs %llu extracts (%llu cold)\n",
            row->name, (unsigned long long)golden.stats.hits,
            (unsigned long long)golden.stats.misses, (unsigned long long)golden.stats.evictions,
            (unsigned long long)golden.stats.writebacks, (unsigned long long)golden.stats.extracts,
            (unsigned long long)golden.stats.extracts_cold);
    ctx_cache_dut_destroy(dut);
    ctx_core_free(&golden);
    free(world);
}

/*
 * Four requesters at once. The cache serves one request at a time and answers it before the next,
 * so the golden model given the requests in the order of their responses must answer the same: this
 * checks locks (the model asserts that nobody is served who must wait), images and results. A
 * LOOKUP runs beside and may see any state between its submission and the end of the request that
 * was served when it was answered.
 */
enum {
    LOOKUPS = 8,
    ANSWERS = 64,
    HOLD_CYCLES = 60,
    CONCURRENT_WAIT_MAX = 150000,
    SAME_TIME_CYCLES = 8
};

struct pending {
    bool busy;
    uint64_t since;
    struct ctx_req req;
    uint8_t image[CTX_BYTES];
};

struct look {
    bool busy, answered;
    struct ctx_req req;
    struct ctx_rsp rtl;
    uint32_t answers;
    struct ctx_rsp golden[ANSWERS];
};

struct crowd {
    struct world world;
    struct ctx_core golden;
    struct ctx_cache_dut *dut;
    struct pending pending[2][CTX_WHO_COUNT]; /* [is_return][who] */
    struct look looks[LOOKUPS];
    uint64_t cycle, responses, wait_max;
    uint64_t returns_at[CTX_WHO_COUNT];
};

static bool is_return(uint8_t op)
{
    return op == CTX_OP_WRITE_UNLOCK || op == CTX_OP_UNLOCK || op == CTX_OP_REMOVE;
}

static void look_record(struct crowd *crowd, struct look *look)
{
    cr_assert_lt(look->answers, ANSWERS);
    ctx_core_execute(&crowd->golden, &look->req, &look->golden[look->answers++]);
}

static void look_settle(struct look *look)
{
    bool fits = false;
    for (uint32_t i = 0; i < look->answers; i++)
        fits = fits ||
               (look->golden[i].place == look->rtl.place &&
                look->golden[i].conn == look->rtl.conn && look->golden[i].gen == look->rtl.gen);
    cr_assert(fits, "LOOKUP %llu: place %u conn %u gen %u was never true",
              (unsigned long long)look->req.tag, look->rtl.place, look->rtl.conn, look->rtl.gen);
    look->busy = false;
}

static void crowd_on_lookup(struct crowd *crowd, const struct ctx_rsp *rsp)
{
    for (int i = 0; i < LOOKUPS; i++) {
        struct look *look = &crowd->looks[i];
        if (look->busy && look->req.tag == rsp->tag) {
            cr_assert(!look->answered);
            look->answered = true;
            look->rtl = *rsp;
            return;
        }
    }
    cr_assert(false, "a LOOKUP nobody asked was answered");
}

/* SCAN walks row by row between other requests: what it finds is there now; what it passed may have
 * come since. */
static void scan_check(const struct crowd *crowd, const struct ctx_req *req,
                       const struct ctx_rsp *rsp)
{
    if (rsp->result == CTX_END)
        return;
    cr_assert_gt(rsp->next, req->conn);
    const struct ctx_entry *entry = &crowd->golden.table.entries[rsp->next - 1];
    cr_assert_eq(rsp->place, ctx_entry_place(entry));
    cr_assert_eq(rsp->conn, entry->conn);
    cr_assert_eq(rsp->gen, entry->gen);
}

static bool is_acquire(uint8_t op)
{
    return op == CTX_OP_READ_LOCK || op == CTX_OP_FREEZE || op == CTX_OP_EXTRACT;
}

/* First come, first served on each context. A slot may be emptied some cycles after its response
 * (EXTRACT), so those who came at almost the same time may be served in either order. */
static void crowd_check_turn(const struct crowd *crowd, const struct pending *served)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++) {
        const struct pending *other = &crowd->pending[0][who];
        if (!other->busy || !is_acquire(served->req.op) || !is_acquire(other->req.op) ||
            other->req.conn != served->req.conn)
            continue;
        cr_assert_geq(other->since + SAME_TIME_CYCLES, served->since, "requester %d was overtaken",
                      who);
    }
}

static void crowd_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct crowd *crowd = self;
    (void)now_ps;
    crowd->responses++;
    if (rsp->op == CTX_OP_LOOKUP) {
        crowd_on_lookup(crowd, rsp);
        return;
    }
    struct pending *mine = &crowd->pending[is_return(rsp->op)][rsp->who];
    cr_assert(mine->busy);
    cr_assert(!ctx_core_must_wait(&crowd->golden, &mine->req), "served although it had to wait");
    crowd_check_turn(crowd, mine);
    struct ctx_rsp expected;
    ctx_core_execute(&crowd->golden, &mine->req, &expected);
    if (rsp->op == CTX_OP_SCAN)
        scan_check(crowd, &mine->req, rsp);
    else
        world_compare(&mine->req, rsp, &expected);
    mine->busy = false;
    if (crowd->cycle - mine->since > crowd->wait_max)
        crowd->wait_max = crowd->cycle - mine->since;
    if (rsp->op == CTX_OP_READ_LOCK && rsp->result == CTX_OK)
        crowd->returns_at[rsp->who] = crowd->cycle + world_draw(&crowd->world, HOLD_CYCLES);
    for (int i = 0; i < LOOKUPS; i++) {
        struct look *look = &crowd->looks[i];
        if (look->busy)
            look_record(crowd, look);
        if (look->busy && look->answered)
            look_settle(look);
    }
}

static void crowd_submit(struct crowd *crowd, const struct ctx_req *req)
{
    struct pending *mine = &crowd->pending[is_return(req->op)][req->who];
    if (mine->busy)
        return;
    mine->busy = true;
    mine->since = crowd->cycle;
    mine->req = *req;
    memcpy(mine->image, req->image, CTX_BYTES);
    mine->req.image = mine->image;
    cr_assert(ctx_cache_dut_submit(crowd->dut, req));
}

static void crowd_lookup(struct crowd *crowd, const struct ctx_req *req)
{
    for (int i = 0; i < LOOKUPS; i++) {
        struct look *look = &crowd->looks[i];
        if (look->busy)
            continue;
        *look = (struct look){.busy = true, .req = *req};
        look->req.image = NULL;
        look_record(crowd, look);
        cr_assert(ctx_cache_dut_submit(crowd->dut, req));
        return;
    }
}

/* A requester returns its lock when its time has come, and asks for something now and then. */
static void crowd_act(struct crowd *crowd, uint8_t who, bool asks)
{
    static const uint8_t returns[] = {CTX_OP_WRITE_UNLOCK, CTX_OP_WRITE_UNLOCK, CTX_OP_WRITE_UNLOCK,
                                      CTX_OP_UNLOCK, CTX_OP_REMOVE};
    struct ctx_req req;
    if (crowd->golden.locks[who].held && crowd->cycle >= crowd->returns_at[who]) {
        uint8_t op = returns[world_draw(&crowd->world, sizeof returns)];
        req = world_request_op(&crowd->world, &crowd->golden, who, op);
        crowd_submit(crowd, &req);
    }
    if (!asks || world_draw(&crowd->world, 20) != 0)
        return;
    req = world_request(&crowd->world, &crowd->golden, who);
    if (req.op == CTX_OP_LOOKUP)
        crowd_lookup(crowd, &req);
    else if (!is_return(req.op) || world_draw(&crowd->world, 10) == 0)
        crowd_submit(crowd, &req);
}

static bool crowd_is_done(const struct crowd *crowd)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++)
        if (crowd->pending[0][who].busy || crowd->pending[1][who].busy ||
            crowd->golden.locks[who].held)
            return false;
    return ctx_cache_dut_is_quiescent(crowd->dut);
}

ParameterizedTestParameters(ctx_cache, concurrent_requesters_are_serialised)
{
    static struct shape_row rows[] = {
        {"2 sets x 1 way", 0, 100000, 11},
        {"4 sets x 2 ways", 1, 100000, 12},
        {"16 sets x 4 ways", 2, 100000, 13},
        {"128 sets x 8 ways", 3, 100000, 14},
    };
    return cr_make_param_array(struct shape_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct shape_row *row, ctx_cache, concurrent_requesters_are_serialised,
                  .timeout = 120)
{
    struct ctx_cache_shape shape = ctx_cache_shapes[row->shape];
    struct crowd *crowd = calloc(1, sizeof *crowd);
    world_init(&crowd->world, shape, row->seed);
    cr_assert(ctx_core_init(&crowd->golden, shape.sets, shape.ways, shape.lookup_entries,
                            shape.conn_ids));
    crowd->dut = ctx_cache_dut_create(
        row->shape, DRAM_PS, (struct ctx_client){.on_response = crowd_on_response, .self = crowd});
    for (; crowd->cycle < row->requests; crowd->cycle++) {
        for (uint8_t who = 0; who < CTX_WHO_COUNT; who++)
            crowd_act(crowd, who, true);
        ctx_cache_dut_step(crowd->dut);
    }
    uint64_t end = crowd->cycle + CONCURRENT_WAIT_MAX;
    for (; !crowd_is_done(crowd); crowd->cycle++) {
        cr_assert_lt(crowd->cycle, end, "somebody waits for ever");
        for (uint8_t who = 0; who < CTX_WHO_COUNT; who++)
            crowd_act(crowd, who, false);
        ctx_cache_dut_step(crowd->dut);
    }
    const struct ctx_store_stats *stats = ctx_cache_dut_stats(crowd->dut);
    world_compare_stats(stats, &crowd->golden.stats);
    cr_assert_gt(stats->lock_waits, 50);
    cr_assert_gt(stats->extracts, 10);
    cr_assert_lt(crowd->wait_max, CONCURRENT_WAIT_MAX);
    if (getenv("CTX_CACHE_VERBOSE"))
        fprintf(stderr, "%s: %llu responses, %llu lock waits, longest wait %llu cycles\n",
                row->name, (unsigned long long)crowd->responses,
                (unsigned long long)stats->lock_waits, (unsigned long long)crowd->wait_max);
    ctx_cache_dut_destroy(crowd->dut);
    ctx_core_free(&crowd->golden);
    free(crowd);
}
