/* Tests when the clock may stop, and the counts that no response shows. A request that waits for a
 * lock, a way or the DRAM leaves the cache quiescent. The comparison with the golden model does not
 * show that, and mutants survived without these tests. */
#include "rtl/test/ctx_cache_dut.h"

#include <criterion/criterion.h>
#include <string.h>

enum { SHAPE = 0, STEPS_MAX = 2000, SLOW_DRAM_PS = 1000 * CTX_CACHE_DUT_CYCLE_PS };

struct idle_world {
    uint32_t responses;
    uint8_t image[CTX_BYTES];
    struct ctx_cache_dut *dut;
};

static void count_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    (void)now_ps;
    cr_assert_eq(rsp->result, CTX_OK);
    ((struct idle_world *)self)->responses++;
}

static void world_open(struct idle_world *world, uint64_t dram_ps)
{
    memset(world, 0, sizeof *world);
    world->dut = ctx_cache_dut_create(SHAPE, dram_ps, (struct ctx_client){count_response, world});
}

/* Makes a request for a connection, which has a key of its own. Connections 0 and 2 share the only
 * way of their set. */
static void ask(struct idle_world *world, uint8_t op, uint8_t who, uint32_t conn)
{
    world->image[CTX_CONST_LINE * CTX_LINE_BYTES] = (uint8_t)(conn + 1);
    struct ctx_req req = {.op = op, .who = who, .conn = conn, .gen = 1, .image = world->image};
    req.key.laddr[0] = (uint8_t)(conn + 1);
    cr_assert(ctx_cache_dut_submit(world->dut, &req));
}

static void run_until(struct idle_world *world, uint32_t responses)
{
    for (uint32_t i = 0; world->responses < responses; i++) {
        cr_assert_lt(i, STEPS_MAX, "no response");
        ctx_cache_dut_step(world->dut);
    }
}

/* Runs some steps. Returns after how many of them the clock might have stopped. */
static uint32_t quiescent_of(struct idle_world *world, uint32_t steps)
{
    uint32_t quiescent = 0;
    for (uint32_t i = 0; i < steps; i++) {
        ctx_cache_dut_step(world->dut);
        quiescent += ctx_cache_dut_is_quiescent(world->dut);
    }
    return quiescent;
}

static void install_two(struct idle_world *world)
{
    ask(world, CTX_OP_INSTALL, CTX_WHO_DRIVER, 0);
    run_until(world, 1);
    ask(world, CTX_OP_INSTALL, CTX_WHO_DRIVER, 2);
    run_until(world, 2);
}

/* Once a request that was being served saw its own lock and was counted as waiting for it. */
Test(ctx_cache_idle, a_lock_that_is_free_is_no_wait)
{
    struct idle_world world;
    world_open(&world, 51650);
    install_two(&world);
    ask(&world, CTX_OP_READ_LOCK, CTX_WHO_RX, 2);
    run_until(&world, 3);
    cr_assert_eq(ctx_cache_dut_stats(world.dut)->lock_waits, 0);
    ctx_cache_dut_destroy(world.dut);
}

Test(ctx_cache_idle, waiting_for_a_lock_is_quiescent_and_counted_once)
{
    struct idle_world world;
    world_open(&world, 51650);
    install_two(&world);
    ask(&world, CTX_OP_READ_LOCK, CTX_WHO_RX, 2);
    run_until(&world, 3);
    ask(&world, CTX_OP_READ_LOCK, CTX_WHO_TX, 2);
    cr_assert_gt(quiescent_of(&world, 200), 190);
    cr_assert_eq(ctx_cache_dut_stats(world.dut)->lock_waits, 1);
    ask(&world, CTX_OP_UNLOCK, CTX_WHO_RX, 2);
    run_until(&world, 5);
    ask(&world, CTX_OP_UNLOCK, CTX_WHO_TX, 2);
    run_until(&world, 6);
    ask(&world, CTX_OP_READ_LOCK, CTX_WHO_TX, 2);
    run_until(&world, 7);
    ask(&world, CTX_OP_FREEZE, CTX_WHO_TX, 2);
    cr_assert_gt(quiescent_of(&world, 200), 190);
    cr_assert_eq(ctx_cache_dut_stats(world.dut)->lock_waits, 2,
                 "a second wait of the same requester counts");
    ctx_cache_dut_destroy(world.dut);
}

Test(ctx_cache_idle, waiting_for_a_way_is_quiescent)
{
    struct idle_world world;
    world_open(&world, 51650);
    install_two(&world);
    ask(&world, CTX_OP_READ_LOCK, CTX_WHO_RX, 2);
    run_until(&world, 3);
    ask(&world, CTX_OP_READ_LOCK, CTX_WHO_TX, 0); /* the only way of the set is locked */
    cr_assert_gt(quiescent_of(&world, 200), 180);
    cr_assert_eq(world.responses, 3);
    ask(&world, CTX_OP_UNLOCK, CTX_WHO_RX, 2);
    run_until(&world, 5);
    ctx_cache_dut_destroy(world.dut);
}

Test(ctx_cache_idle, waiting_for_the_dram_is_quiescent)
{
    struct idle_world world;
    world_open(&world, SLOW_DRAM_PS);
    ask(&world, CTX_OP_INSTALL, CTX_WHO_DRIVER, 0);
    cr_assert_gt(quiescent_of(&world, 500), 450);
    cr_assert_eq(world.responses, 0);
    run_until(&world, 1);
    ctx_cache_dut_destroy(world.dut);
}

Test(ctx_cache_idle, each_lookup_is_counted)
{
    struct idle_world world;
    world_open(&world, 51650);
    for (uint32_t i = 1; i <= 20; i++) {
        ask(&world, CTX_OP_LOOKUP, CTX_WHO_RX, i % 4);
        run_until(&world, i);
    }
    cr_assert_eq(ctx_cache_dut_stats(world.dut)->lookups, 20);
    ctx_cache_dut_destroy(world.dut);
}

Test(ctx_cache_idle, a_soft_error_soon_leaves_the_cache_quiescent)
{
    struct idle_world world;
    world_open(&world, 51650);
    install_two(&world);
    for (int i = 0; i < 6; i++) {
        struct ctx_flip flip = {.tag = i % 3 == 2, .conn = i < 3 ? 2 : 0};
        (void)quiescent_of(&world, 50);
        cr_assert(ctx_cache_dut_flip(world.dut, &flip));
        cr_assert_gt(quiescent_of(&world, 100), 90);
        cr_assert(ctx_cache_dut_is_quiescent(world.dut));
    }
    cr_assert_eq(ctx_cache_dut_stats(world.dut)->flips, 3);
    cr_assert_eq(ctx_cache_dut_stats(world.dut)->flips_missed, 3);
    ctx_cache_dut_destroy(world.dut);
}

/* Makes a READ_LOCK and a WRITE_UNLOCK of connection 0. Returns the steps from the last answer
 * until the cache is quiescent. */
static uint32_t steps_of_write(struct idle_world *world)
{
    uint32_t steps = 0, before = world->responses;
    ask(world, CTX_OP_READ_LOCK, CTX_WHO_RX, 0);
    run_until(world, before + 1);
    ask(world, CTX_OP_WRITE_UNLOCK, CTX_WHO_RX, 0);
    run_until(world, before + 2);
    for (; !ctx_cache_dut_is_quiescent(world->dut); steps++)
        ctx_cache_dut_step(world->dut);
    return steps;
}

/* The meta line in DRAM is marked as outdated only once, when a clean context becomes dirty. */
Test(ctx_cache_idle, only_the_first_write_goes_to_dram)
{
    struct idle_world world;
    world_open(&world, 51650);
    install_two(&world); /* 0 is in DRAM */
    uint32_t first = steps_of_write(&world);
    cr_assert_lt(steps_of_write(&world), first);
    ctx_cache_dut_destroy(world.dut);
}
