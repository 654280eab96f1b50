/* Tests the latency table of docs/ctx_cache.md, cycle by cycle, in the shape of 4 sets x 2 ways. */
#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_key.h"
#include "rtl/test/ctx_cache_dut.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { SHAPE = 1, STEPS_MAX = 8, DRAM_CYCLES = 10 };

struct step {
    uint8_t op;
    uint32_t conn;
    uint16_t gen;
    uint8_t mask;
    uint32_t cycles; /* 0: not checked */
};

struct story {
    char name[48];
    struct step steps[STEPS_MAX];
};

/* The DRAM's first beat comes ten cycles after its request. */
static struct story stories[] = {
    {"hot",
     {{CTX_OP_INSTALL, 1, 1, 0, 0},
      {CTX_OP_LOOKUP, 1, 1, 0, 5},
      {CTX_OP_READ_LOCK, 1, 1, 0, 12},
      {CTX_OP_WRITE_UNLOCK, 1, 1, 7, 9},
      {CTX_OP_READ_LOCK, 1, 1, 0, 12},
      {CTX_OP_UNLOCK, 1, 1, 0, 6},
      {CTX_OP_FREEZE, 1, 1, 0, 7},
      {CTX_OP_EXTRACT, 1, 1, 0, 12}}},
    {"opening",
     {{CTX_OP_RESERVE, 1, 1, 0, 31 + DRAM_CYCLES},
      {CTX_OP_INSTALL, 1, 1, 0, 24},
      {CTX_OP_READ_LOCK, 1, 1, 0, 12},
      {CTX_OP_REMOVE, 1, 1, 0, 6}}},
    {"scan of an empty table", {{CTX_OP_SCAN, 0, 0, 0, 82}}},
    {"without reservation", {{CTX_OP_INSTALL, 1, 1, 0, 37 + DRAM_CYCLES}}},
    {"reserved, dirty victim",
     {{CTX_OP_INSTALL, 1, 1, 0, 0},
      {CTX_OP_INSTALL, 5, 1, 0, 0},
      {CTX_OP_RESERVE, 9, 1, 0, 0},
      {CTX_OP_INSTALL, 9, 1, 0, 27}}},
    {"refusals",
     {{CTX_OP_UNLOCK, 1, 1, 0, 6},
      {CTX_OP_RELEASE, 1, 1, 0, 18},
      {CTX_OP_READ_LOCK, 1, 1, 0, 24 + DRAM_CYCLES}}},
    {"miss, clean victim",
     {{CTX_OP_INSTALL, 1, 1, 0, 0},
      {CTX_OP_INSTALL, 5, 1, 0, 0},
      {CTX_OP_INSTALL, 9, 1, 0, 0},
      {CTX_OP_READ_LOCK, 1, 1, 0, 0},
      {CTX_OP_UNLOCK, 1, 1, 0, 0},
      {CTX_OP_READ_LOCK, 5, 1, 0, 0},
      {CTX_OP_UNLOCK, 5, 1, 0, 0},
      {CTX_OP_READ_LOCK, 9, 1, 0, 36 + DRAM_CYCLES}}},
    {"miss, dirty victim",
     {{CTX_OP_INSTALL, 1, 1, 0, 0},
      {CTX_OP_INSTALL, 5, 1, 0, 0},
      {CTX_OP_INSTALL, 9, 1, 0, 40 + DRAM_CYCLES},
      {CTX_OP_READ_LOCK, 1, 1, 0, 38 + DRAM_CYCLES}}},
};

struct catcher {
    uint64_t at_ps; /* 0: no answer yet */
};

static void on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    (void)rsp;
    ((struct catcher *)self)->at_ps = now_ps;
}

static uint32_t cycles_of(struct ctx_cache_dut *dut, struct catcher *catcher,
                          const struct step *step)
{
    uint8_t image[CTX_BYTES] = {0};
    struct ctx_req req = {.op = step->op,
                          .who = CTX_WHO_DRIVER,
                          .conn = step->conn,
                          .gen = step->gen,
                          .mask = step->mask,
                          .image = image};
    req.key = (struct flow_key){.lport = 80, .rport = (uint16_t)step->conn, .ip_version = 4};
    ctx_core_key_to_line(&req.key, image + CTX_CONST_LINE * CTX_LINE_BYTES);
    while (!ctx_cache_dut_is_quiescent(dut))
        ctx_cache_dut_step(dut);
    catcher->at_ps = 0;
    cr_assert(ctx_cache_dut_submit(dut, &req));
    uint64_t taken_ps = ctx_cache_dut_now_ps(dut) + CTX_CACHE_DUT_CYCLE_PS;
    while (catcher->at_ps == 0)
        ctx_cache_dut_step(dut);
    return (uint32_t)((catcher->at_ps - taken_ps) / CTX_CACHE_DUT_CYCLE_PS);
}

ParameterizedTestParameters(ctx_cache_latency, is_as_documented)
{
    return cr_make_param_array(struct story, stories, sizeof stories / sizeof stories[0]);
}

ParameterizedTest(struct story *story, ctx_cache_latency, is_as_documented, .timeout = 10)
{
    struct catcher catcher = {0};
    struct ctx_cache_dut *dut =
        ctx_cache_dut_create(SHAPE, DRAM_CYCLES * CTX_CACHE_DUT_CYCLE_PS,
                             (struct ctx_client){.on_response = on_response, .self = &catcher});
    for (int i = 0; i < STEPS_MAX && story->steps[i].op + story->steps[i].conn != 0; i++) {
        uint32_t cycles = cycles_of(dut, &catcher, &story->steps[i]);
        cr_expect(story->steps[i].cycles == 0 || cycles == story->steps[i].cycles,
                  "%s: step %d takes %u cycles, documented %u", story->name, i + 1, cycles,
                  story->steps[i].cycles);
    }
    ctx_cache_dut_destroy(dut);
}
