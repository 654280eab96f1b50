/* Tests a reset in operation. Contexts, entries, locks, generations and requests in progress are
 * gone, whatever the cache was doing, and it works as after power-on. */
#include "rtl/test/ctx_cache_dut.h"

#include <criterion/criterion.h>
#include <string.h>

enum { STEPS_MAX = 300000, CONNS = 4, SLOW_DRAM_PS = 400 * CTX_CACHE_DUT_CYCLE_PS };

struct reset_world {
    uint32_t responses;
    struct ctx_rsp last;
    uint8_t image[CTX_BYTES];
    struct ctx_cache_dut *dut;
};

static void on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct reset_world *world = self;
    (void)now_ps;
    world->responses++;
    world->last = *rsp;
}

static void ask(struct reset_world *world, uint8_t op, uint8_t who, uint32_t conn, uint16_t gen)
{
    world->image[CTX_CONST_LINE * CTX_LINE_BYTES] = (uint8_t)(conn + 1);
    struct ctx_req req = {.op = op, .who = who, .conn = conn, .gen = gen, .image = world->image};
    req.key.laddr[0] = (uint8_t)(conn + 1);
    cr_assert(ctx_cache_dut_submit(world->dut, &req));
}

static struct ctx_rsp answer(struct reset_world *world, uint8_t op, uint8_t who, uint32_t conn,
                             uint16_t gen)
{
    uint32_t before = world->responses;
    ask(world, op, who, conn, gen);
    for (uint32_t i = 0; world->responses == before; i++) {
        cr_assert_lt(i, STEPS_MAX, "no response");
        ctx_cache_dut_step(world->dut);
    }
    return world->last;
}

static void fill(struct reset_world *world, uint16_t gen)
{
    for (uint32_t conn = 0; conn < CONNS; conn++)
        cr_assert_eq(answer(world, CTX_OP_INSTALL, CTX_WHO_DRIVER, conn, gen).result, CTX_OK,
                     "install %u", conn);
}

/* Starts a lock, a miss, a lookup and a soft error together, and resets the cache after this many
 * steps. */
static void reset_after(struct reset_world *world, uint32_t steps)
{
    fill(world, 9);
    (void)answer(world, CTX_OP_READ_LOCK, CTX_WHO_TX, 1, 9); /* held when the reset comes */
    ask(world, CTX_OP_READ_LOCK, CTX_WHO_RX, 0, 9);
    ask(world, CTX_OP_FREEZE, CTX_WHO_DRIVER, 1, 9); /* waits for the lock */
    ask(world, CTX_OP_LOOKUP, CTX_WHO_RX, 2, 9);
    struct ctx_flip flip = {.conn = steps % CONNS, .line = 1, .tag = steps % 3 == 0};
    cr_assert(ctx_cache_dut_flip(world->dut, &flip));
    for (uint32_t i = 0; i < steps; i++)
        ctx_cache_dut_step(world->dut);
    ctx_cache_dut_reset(world->dut);
    uint32_t before = world->responses;
    for (uint32_t i = 0; !ctx_cache_dut_is_ready(world->dut); i++) {
        cr_assert_lt(i, STEPS_MAX, "never ready");
        ctx_cache_dut_step(world->dut);
    }
    cr_assert_eq(world->responses, before, "nothing of before is answered");
    cr_assert_eq(ctx_cache_dut_entries_used(world->dut), 0);
    for (uint32_t conn = 0; conn < CONNS; conn++) {
        cr_assert_eq(answer(world, CTX_OP_LOOKUP, CTX_WHO_RX, conn, 0).place, CTX_PLACE_NOT_MINE);
        cr_assert_eq(answer(world, CTX_OP_READ_LOCK, CTX_WHO_RX, conn, 9).result, CTX_ABSENT);
    }
    fill(world, 1); /* an older generation is accepted again */
    for (uint8_t who = 0; who < CTX_WHO_COUNT; who++) {
        cr_assert_eq(answer(world, CTX_OP_READ_LOCK, who, who, 1).result, CTX_OK,
                     "no lock is held");
        cr_assert_eq(answer(world, CTX_OP_UNLOCK, who, who, 1).result, CTX_OK);
    }
}

Test(ctx_cache_reset, forgets_everything_at_any_time)
{
    for (unsigned shape = 0; shape < CTX_CACHE_SHAPES - 1; shape++)
        for (uint32_t steps = 0; steps < 60; steps += shape == 0 ? 1 : 7) {
            struct reset_world world = {0};
            world.dut = ctx_cache_dut_create(shape, steps % 2 ? SLOW_DRAM_PS : 51650,
                                             (struct ctx_client){on_response, &world});
            reset_after(&world, steps);
            ctx_cache_dut_destroy(world.dut);
        }
}

/* A driver waits for the initialisation of the default shape. */
Test(ctx_cache_reset, of_the_default_shape_takes_as_many_cycles_as_docs_hwif_md_says)
{
    struct reset_world world = {0};
    world.dut =
        ctx_cache_dut_create(CTX_CACHE_SHAPES - 1, 51650, (struct ctx_client){on_response, &world});
    fill(&world, 1);
    uint64_t from_ps = ctx_cache_dut_now_ps(world.dut);
    ctx_cache_dut_reset(world.dut);
    while (!ctx_cache_dut_is_ready(world.dut))
        ctx_cache_dut_step(world.dut);
    uint64_t us = (ctx_cache_dut_now_ps(world.dut) - from_ps) / 1000000;
    cr_assert_eq(us, 65, "%lu us", (unsigned long)us);
    ctx_cache_dut_destroy(world.dut);
}
