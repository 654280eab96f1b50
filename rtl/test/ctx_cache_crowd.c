#include "rtl/test/ctx_cache_crowd.h"
#include "models/ctx_cache/ctx_cache_flip.h"
#include "models/ctx_cache/ctx_cache_key.h"

#include "rtl/test/ctx_cache_compare.h"
#include "rtl/test/ctx_cache_latencies.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKUPS = 8, WAIT_MAX = 150000 };

struct pending {
    bool busy, committed, found;
    uint64_t since;
    uint32_t scan_index;
    uint32_t passed; /* commits of others before its own */
    struct ctx_req req;
    struct ctx_rsp expected;
    uint8_t image[CTX_BYTES], expected_image[CTX_BYTES];
};

struct look {
    bool busy, committed;
    uint64_t since;
    struct ctx_req req;
    struct ctx_rsp expected;
};

struct crowd {
    struct world world;
    struct crowd_params params;
    struct ctx_core golden;
    struct ctx_cache_dut *dut;
    struct pending pending[2][CTX_WHO_COUNT]; /* [is_return][who] */
    struct look looks[LOOKUPS];
    uint64_t cycle, responses, wait_max, stalls_until;
    struct latencies latencies;
    bool flipping; /* `flip` is in progress */
    struct ctx_flip flip;
    uint32_t flips_left; /* how many more follow at once */
    bool has_lock[CTX_WHO_COUNT], is_bad[CTX_WHO_COUNT];
    uint64_t returns_at[CTX_WHO_COUNT];
    struct crowd_answer answer[2][CTX_WHO_COUNT], lookup_answer; /* the last one of each kind */
};

static bool is_return(uint8_t op)
{
    return op == CTX_OP_WRITE_UNLOCK || op == CTX_OP_UNLOCK || op == CTX_OP_REMOVE;
}

/* --- effects, in the RTL's order, on the model --- */

static void effect_lookup(struct crowd *crowd)
{
    struct look *oldest = NULL;
    for (int i = 0; i < LOOKUPS; i++) {
        struct look *look = &crowd->looks[i];
        if (look->busy && !look->committed && (!oldest || look->req.tag < oldest->req.tag))
            oldest = look;
    }
    cr_assert(oldest, "a LOOKUP nobody asked was taken");
    oldest->committed = true;
    ctx_core_execute(&crowd->golden, &oldest->req, &oldest->expected);
}

/* Asserts that the operations of one connection are served first come, first served. */
static void check_turn(const struct crowd *crowd, const struct pending *served)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++) {
        const struct pending *other = &crowd->pending[0][who];
        bool waits = other->busy && !other->committed && other->req.op != CTX_OP_SCAN;
        if (waits && other->req.conn == served->req.conn)
            cr_assert_geq(other->since, served->since, "requester %d was overtaken", who);
    }
}

static void effect_commit(struct crowd *crowd, bool returns, uint8_t who)
{
    struct pending *mine = &crowd->pending[returns][who];
    cr_assert(mine->busy && !mine->committed, "requester %u asked nothing", who);
    cr_assert(!ctx_core_must_wait(&crowd->golden, &mine->req), "served although it had to wait");
    if (!returns)
        check_turn(crowd, mine);
    mine->committed = true;
    for (int kind = 0; kind < 2; kind++)
        for (int other = 0; other < CTX_WHO_COUNT; other++)
            crowd->pending[kind][other].passed += !crowd->pending[kind][other].committed;
    ctx_core_execute(&crowd->golden, &mine->req, &mine->expected);
    if (returns) /* its answer may come after that of the next READ_LOCK */
        crowd->has_lock[who] = crowd->has_lock[who] && crowd->golden.locks[who].held;
    if (mine->expected.image) {
        memcpy(mine->expected_image, mine->expected.image, CTX_BYTES);
        mine->expected.image = mine->expected_image;
    }
}

static void effect_inject(struct crowd *crowd)
{
    cr_assert(crowd->flipping, "a soft error nobody asked for");
    crowd->flipping = false;
    ctx_core_flip(&crowd->golden, &crowd->flip);
}

static void on_effect(void *self, enum ctx_cache_effect effect, bool returns, uint8_t who)
{
    struct crowd *crowd = self;
    struct pending *mine = &crowd->pending[0][who];
    switch (effect) {
    case EFFECT_COMMIT:
        effect_commit(crowd, returns, who);
        break;
    case EFFECT_FILL:
        cr_assert(mine->busy && !mine->committed, "requester %u missed nothing", who);
        ctx_core_fill(&crowd->golden, &mine->req);
        break;
    case EFFECT_SCAN_ROW:
        cr_assert(mine->busy && mine->req.op == CTX_OP_SCAN && !mine->found);
        mine->found = ctx_core_scan_row(&crowd->golden, &mine->scan_index, &mine->expected);
        break;
    case EFFECT_MOVE:
        ctx_core_move(&crowd->golden);
        break;
    case EFFECT_LOOKUP:
        effect_lookup(crowd);
        break;
    case EFFECT_INJECT:
        effect_inject(crowd);
        break;
    }
}

/* --- answers --- */

void crowd_print_latencies(const struct crowd *crowd) { latencies_print(&crowd->latencies); }

static void answer_lookup(struct crowd *crowd, const struct ctx_rsp *rsp)
{
    for (int i = 0; i < LOOKUPS; i++) {
        struct look *look = &crowd->looks[i];
        if (!look->busy || look->req.tag != rsp->tag)
            continue;
        cr_assert(look->committed);
        compare_answer(&look->req, rsp, &look->expected);
        look->busy = false;
        latencies_note(&crowd->latencies, CTX_OP_LOOKUP, crowd->cycle - look->since);
        crowd->lookup_answer = (struct crowd_answer){*rsp, crowd->cycle, {0}};
        return;
    }
    cr_assert(false, "a LOOKUP nobody asked was answered");
}

/* A SCAN continues from row to row between other operations. The model looks at each row in the
 * order of effects. */
static void check_scan(const struct crowd *crowd, const struct pending *mine,
                       const struct ctx_rsp *rsp)
{
    if (mine->found) {
        struct ctx_rsp expected = mine->expected;
        expected.tag = mine->req.tag;
        expected.who = mine->req.who;
        expected.op = CTX_OP_SCAN;
        expected.result = CTX_OK;
        expected.image = NULL;
        compare_answer(&mine->req, rsp, &expected);
        return;
    }
    cr_assert_eq(rsp->result, CTX_END);
    cr_assert_geq(mine->scan_index, crowd->world.shape.lookup_entries + CTX_TABLE_STASH);
}

static void on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct crowd *crowd = self;
    (void)now_ps;
    crowd->responses++;
    if (rsp->op == CTX_OP_LOOKUP) {
        answer_lookup(crowd, rsp);
        return;
    }
    struct pending *mine = &crowd->pending[is_return(rsp->op)][rsp->who];
    cr_assert(mine->busy);
    if (rsp->op == CTX_OP_SCAN) {
        check_scan(crowd, mine, rsp);
    } else {
        cr_assert(mine->committed, "answered without an effect");
        compare_answer(&mine->req, rsp, &mine->expected);
    }
    mine->busy = false;
    latencies_note(&crowd->latencies, rsp->op, crowd->cycle - mine->since);
    if (rsp->op == CTX_OP_READ_LOCK && (rsp->result == CTX_OK || rsp->result == CTX_BAD)) {
        crowd->has_lock[rsp->who] = crowd->golden.locks[rsp->who].held;
        crowd->is_bad[rsp->who] = rsp->result == CTX_BAD;
        crowd->returns_at[rsp->who] =
            crowd->cycle + world_draw(&crowd->world, crowd->params.hold_cycles);
    }
    struct crowd_answer *answer = &crowd->answer[is_return(rsp->op)][rsp->who];
    answer->rsp = *rsp;
    answer->cycle = crowd->cycle;
    if (rsp->image)
        memcpy(answer->image, rsp->image, CTX_BYTES);
}

/* --- requests --- */

void crowd_flip(struct crowd *crowd, struct ctx_flip flip)
{
    cr_assert(!crowd->flipping);
    crowd->flipping = true;
    crowd->flip = flip;
    cr_assert(ctx_cache_dut_flip(crowd->dut, &flip));
}

static bool crowd_submit(struct crowd *crowd, const struct ctx_req *req)
{
    struct pending *mine = &crowd->pending[is_return(req->op)][req->who];
    if (mine->busy)
        return false;
    mine->busy = true;
    mine->committed = mine->found = false;
    mine->since = crowd->cycle;
    mine->scan_index = req->conn;
    mine->passed = 0;
    mine->req = *req;
    if (req->image) {
        memcpy(mine->image, req->image, CTX_BYTES);
        mine->req.image = mine->image;
    }
    cr_assert(ctx_cache_dut_submit(crowd->dut, req));
    return true;
}

static void crowd_lookup(struct crowd *crowd, const struct ctx_req *req)
{
    for (int i = 0; i < LOOKUPS; i++) {
        struct look *look = &crowd->looks[i];
        if (look->busy)
            continue;
        *look = (struct look){.busy = true, .since = crowd->cycle, .req = *req};
        look->req.image = NULL;
        cr_assert(ctx_cache_dut_submit(crowd->dut, req));
        return;
    }
}

/* A requester returns its lock when its time has come, and asks for something now and then. */
static void crowd_act(struct crowd *crowd, uint8_t who, bool asks)
{
    static const uint8_t returns[] = {CTX_OP_WRITE_UNLOCK, CTX_OP_WRITE_UNLOCK, CTX_OP_WRITE_UNLOCK,
                                      CTX_OP_WRITE_UNLOCK, CTX_OP_WRITE_UNLOCK, CTX_OP_UNLOCK,
                                      CTX_OP_UNLOCK,       CTX_OP_REMOVE};
    struct ctx_req req;
    if (crowd->has_lock[who] && crowd->cycle >= crowd->returns_at[who] &&
        !crowd->pending[1][who].busy) {
        uint8_t op = returns[world_draw(&crowd->world, sizeof returns)];
        if (crowd->is_bad[who] && world_draw(&crowd->world, 2) == 0)
            op = CTX_OP_REMOVE;
        req = world_request_op(&crowd->world, &crowd->golden, who, op);
        crowd_submit(crowd, &req);
    }
    if (!asks || world_draw(&crowd->world, crowd->params.one_in) != 0)
        return;
    if (crowd->pending[0][who].busy && world_draw(&crowd->world, 4) != 0)
        return;
    req = world_request(&crowd->world, &crowd->golden, who);
    if (req.op == CTX_OP_LOOKUP)
        crowd_lookup(crowd, &req);
    else if (!is_return(req.op) || world_draw(&crowd->world, 10) == 0)
        crowd_submit(crowd, &req);
}

/* Soft errors come one at a time or several in a row. Those in a row may hit the same column of the
 * same line. */
static void crowd_disturb(struct crowd *crowd)
{
    struct world *world = &crowd->world;
    if (crowd->flipping)
        return;
    if (crowd->flips_left > 0) {
        struct ctx_flip next = world_flip(world, &crowd->golden);
        crowd->flips_left--;
        if (world_draw(world, 2) == 0)
            next.conn = crowd->flip.conn;
        if (world_draw(world, 4) == 0) {
            next = crowd->flip;
            next.bit = (uint16_t)((next.bit + CTX_PARITY_BITS / 2 * (1 + world_draw(world, 4))) %
                                  CTX_LINE_STORED_BITS);
        }
        crowd_flip(crowd, next);
    } else if (world_draw(world, crowd->params.flip_one_in) == 0) {
        crowd->flips_left = world_draw(world, 4) == 0 ? world_draw(world, 6) : 0;
        crowd_flip(crowd, world_flip(world, &crowd->golden));
    }
}

static void crowd_cycle(struct crowd *crowd)
{
    const struct ctx_store_stats *rtl = ctx_cache_dut_stats(crowd->dut);
    ctx_cache_dut_step(crowd->dut);
    crowd->cycle++;
    cr_assert_eq(rtl->flips, crowd->golden.stats.flips, "a soft error hit only one of the two");
}

/* Stalls each channel a quarter of the time. */
static void crowd_stall_some(struct crowd *crowd)
{
    if (crowd->params.stall_cycles == 0 || crowd->cycle < crowd->stalls_until)
        return;
    uint32_t channels = world_draw(&crowd->world, DUT_STALL_ALL + 1);
    channels &= world_draw(&crowd->world, DUT_STALL_ALL + 1);
    ctx_cache_dut_stall(crowd->dut, (uint8_t)channels);
    crowd->stalls_until = crowd->cycle + 1 + world_draw(&crowd->world, crowd->params.stall_cycles);
}

static void crowd_step(struct crowd *crowd, bool asks)
{
    crowd_stall_some(crowd);
    for (uint8_t who = 0; who < CTX_WHO_COUNT; who++)
        crowd_act(crowd, who, asks);
    if (asks && crowd->params.flip_one_in > 0)
        crowd_disturb(crowd);
    crowd_cycle(crowd);
}

struct crowd *crowd_create(const struct crowd_params *params)
{
    struct ctx_cache_shape shape = ctx_cache_shapes[params->shape];
    struct crowd *crowd = calloc(1, sizeof *crowd);
    cr_assert(crowd);
    crowd->params = *params;
    world_init(&crowd->world, shape, params->seed);
    cr_assert(ctx_core_init(&crowd->golden, shape.sets, shape.ways, shape.lookup_entries,
                            shape.conn_ids));
    crowd->golden.stepwise = true;
    crowd->dut =
        ctx_cache_dut_create(params->shape, params->dram_ps,
                             (struct ctx_client){.on_response = on_response, .self = crowd});
    ctx_cache_dut_set_effects(crowd->dut, (struct ctx_cache_effects){on_effect, crowd});
    ctx_cache_dut_scramble_dram(crowd->dut, params->seed);
    for (int i = 0; i < CTX_HASH_WORDS; i++) {
        uint32_t word = world_draw(&crowd->world, UINT32_MAX);
        ctx_core_hash_word(&crowd->golden, word);
        ctx_cache_dut_hash_word(crowd->dut, word);
    }
    world_use_twins(&crowd->world, &crowd->golden.table.hash_key);
    return crowd;
}

void crowd_destroy(struct crowd *crowd)
{
    ctx_cache_dut_destroy(crowd->dut);
    ctx_core_free(&crowd->golden);
    free(crowd);
}

void crowd_run(struct crowd *crowd, uint64_t operations)
{
    uint64_t end = crowd->responses + operations, before = crowd->responses, since = crowd->cycle;
    while (crowd->responses < end) {
        crowd_step(crowd, true);
        if (crowd->responses != before)
            since = crowd->cycle;
        before = crowd->responses;
        cr_assert_lt(crowd->cycle - since, WAIT_MAX, "nobody is answered any more");
    }
}

/* --- the end: compares everything that is left --- */

static bool crowd_is_done(const struct crowd *crowd)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++)
        if (crowd->pending[0][who].busy || crowd->pending[1][who].busy ||
            crowd->golden.locks[who].held)
            return false;
    return !crowd->flipping && ctx_cache_dut_is_quiescent(crowd->dut);
}

static struct ctx_rsp sweep_ask(struct crowd *crowd, struct ctx_req req)
{
    uint64_t responses = crowd->responses, end = crowd->cycle + WAIT_MAX;
    req.who = CTX_WHO_DRIVER;
    req.tag = ++crowd->world.tag;
    cr_assert(crowd_submit(crowd, &req));
    while (crowd->responses == responses || !ctx_cache_dut_is_quiescent(crowd->dut)) {
        cr_assert_lt(crowd->cycle, end, "no answer in the final sweep");
        crowd_cycle(crowd);
    }
    return crowd->answer[is_return(req.op)][CTX_WHO_DRIVER].rsp;
}

static void sweep_entries(struct crowd *crowd)
{
    for (uint32_t index = 0;;) {
        struct ctx_rsp entry = sweep_ask(crowd, (struct ctx_req){.op = CTX_OP_SCAN, .conn = index});
        if (entry.result == CTX_END)
            return;
        index = entry.next;
        if (entry.place == CTX_PLACE_RESERVED)
            continue;
        struct ctx_req req = {.op = CTX_OP_READ_LOCK, .conn = entry.conn, .gen = entry.gen};
        struct ctx_rsp rsp = sweep_ask(crowd, req);
        req.op = CTX_OP_UNLOCK;
        if (rsp.result == CTX_OK || rsp.result == CTX_BAD)
            sweep_ask(crowd, req);
        else
            cr_assert_eq(entry.place, CTX_PLACE_MOVED);
    }
}

void crowd_finish(struct crowd *crowd)
{
    for (uint64_t end = crowd->cycle + WAIT_MAX; !crowd_is_done(crowd);) {
        cr_assert_lt(crowd->cycle, end, "somebody waits for ever");
        crowd_step(crowd, false);
    }
    ctx_cache_dut_stall(crowd->dut, 0);
    cr_assert_eq(ctx_cache_dut_entries_used(crowd->dut), crowd->golden.table.used);
    cr_assert_eq(ctx_cache_dut_stats(crowd->dut)->displacements,
                 crowd->golden.table.displace.moves);
    sweep_entries(crowd);
    compare_dram(crowd->dut, &crowd->golden);
    compare_stats(ctx_cache_dut_stats(crowd->dut), &crowd->golden.stats);
    compare_sets(crowd->dut, crowd->world.shape.sets);
}

/* --- one by one --- */

void crowd_ask(struct crowd *crowd, struct ctx_req req)
{
    uint8_t image[CTX_BYTES];
    req.tag = ++crowd->world.tag;
    memset(image, (int)(crowd->world.tag & 0xff), sizeof image);
    ctx_core_key_to_line(&req.key, image + CTX_CONST_LINE * CTX_LINE_BYTES);
    req.image = image;
    if (req.op == CTX_OP_LOOKUP)
        crowd_lookup(crowd, &req);
    else
        cr_assert(crowd_submit(crowd, &req), "requester %u is busy", req.who);
}

void crowd_wait(struct crowd *crowd, uint32_t cycles)
{
    for (uint32_t i = 0; i < cycles; i++)
        crowd_cycle(crowd);
}

void crowd_stall(struct crowd *crowd, uint8_t channels)
{
    ctx_cache_dut_stall(crowd->dut, channels);
}

bool crowd_is_busy(const struct crowd *crowd, uint8_t who)
{
    return crowd->pending[0][who].busy || crowd->pending[1][who].busy;
}

bool crowd_waits_for(const struct crowd *crowd, uint8_t who, bool returns)
{
    return crowd->pending[returns][who].busy;
}

uint32_t crowd_passed(const struct crowd *crowd, uint8_t who, bool returns)
{
    return crowd->pending[returns][who].passed;
}

bool crowd_is_quiescent(const struct crowd *crowd)
{
    return ctx_cache_dut_is_quiescent(crowd->dut);
}

const struct crowd_answer *crowd_answer(const struct crowd *crowd, uint8_t who, bool returns)
{
    return &crowd->answer[returns][who];
}

const struct crowd_answer *crowd_lookup_answer(const struct crowd *crowd)
{
    return &crowd->lookup_answer;
}

const struct world *crowd_world(const struct crowd *crowd) { return &crowd->world; }

uint32_t crowd_entries(const struct crowd *crowd) { return crowd->golden.table.used; }

uint64_t crowd_cycles(const struct crowd *crowd) { return crowd->cycle; }

uint64_t crowd_wait_max(const struct crowd *crowd) { return crowd->latencies.max; }

const struct ctx_store_stats *crowd_stats(const struct crowd *crowd)
{
    return ctx_cache_dut_stats(crowd->dut);
}
