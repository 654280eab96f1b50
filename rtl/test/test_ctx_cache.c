/* Compares the RTL with the golden model, one request at a time. The RTL must answer each like the
 * model, which does not know the cache's order of effects. The tests with four requesters at once
 * are in test_ctx_cache_crowd.c. */
#include "rtl/test/ctx_cache_compare.h"
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
    const char *wanted = row->shape == 0 ? getenv("CTX_CACHE_REQUESTS") : NULL;
    uint32_t requests = wanted ? (uint32_t)strtoul(wanted, NULL, 10) : row->requests;
    for (uint32_t i = 0; i < requests; i++) {
        struct ctx_req req =
            world_request(world, &golden, (uint8_t)world_draw(world, CTX_WHO_COUNT));
        if (ctx_core_must_wait(&golden, &req))
            continue;
        struct ctx_rsp expected;
        ctx_core_execute(&golden, &req, &expected);
        cr_assert(ctx_cache_dut_submit(dut, &req));
        wait_response(dut, &catcher);
        compare_answer(&req, &catcher.rsp, &expected);
        while (!ctx_cache_dut_is_quiescent(dut))
            ctx_cache_dut_step(dut);
        cr_assert_eq(ctx_cache_dut_entries_used(dut), golden.table.used);
    }
    compare_stats(ctx_cache_dut_stats(dut), &golden.stats);
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
            (unsigned long long)golden.stats.freezes_cold);
    ctx_cache_dut_destroy(dut);
    ctx_core_free(&golden);
    free(world);
}
