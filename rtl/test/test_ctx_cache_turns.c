/* Nobody starves at a slow channel. Four requesters ask as fast as they can while one channel moves once in forty
 * cycles. Miss slots and answers were once served lowest number first, so that the requester with the highest number
 * waited for as long as the others asked. */
#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_key.h"
#include "rtl/test/ctx_cache_dut.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

enum { SHAPE = 1, CYCLES = 5000, PERIOD = 40, CONNS_EACH = 8, ANSWERS_MAX_APART = 3 };

struct turns {
    struct ctx_cache_dut *dut;
    bool installs; /* the contexts are being installed; nobody asks for them yet */
    uint8_t image[CTX_BYTES];
    uint32_t answers[CTX_WHO_COUNT];
    uint32_t asked[CTX_WHO_COUNT];
};

static void submit(struct turns *turns, uint8_t op, uint8_t who, uint32_t conn)
{
    struct ctx_req req = {.op = op, .who = who, .conn = conn, .gen = 1, .image = turns->image};
    if (op == CTX_OP_INSTALL) {
        req.key = (struct flow_key){.lport = 80, .rport = (uint16_t)(conn + 1), .ip_version = 4};
        ctx_core_key_to_line(&req.key, turns->image + CTX_CONST_LINE * CTX_LINE_BYTES);
    }
    cr_assert(ctx_cache_dut_submit(turns->dut, &req));
}

/* Each requester goes round its own contexts, more than its share of the cache, so that nearly all of them miss. A
 * context that was never installed misses too: only DRAM can say that it is absent. */
static void ask(struct turns *turns, uint8_t who)
{
    submit(turns, CTX_OP_READ_LOCK, who,
           who * CONNS_EACH + turns->asked[who]++ % (uint32_t)CONNS_EACH);
}

static void on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct turns *turns = self;
    (void)now_ps;
    if (turns->installs) {
        cr_assert_eq(rsp->result, CTX_OK);
        turns->answers[rsp->who]++;
        return;
    }
    if (rsp->op == CTX_OP_READ_LOCK) {
        turns->answers[rsp->who]++;
        if (rsp->result == CTX_OK)
            submit(turns, CTX_OP_UNLOCK, rsp->who, rsp->conn);
        else
            ask(turns, rsp->who);
    } else {
        ask(turns, rsp->who);
    }
}

static void install_all(struct turns *turns)
{
    turns->installs = true;
    for (uint32_t conn = 0; conn < CTX_WHO_COUNT * CONNS_EACH; conn++) {
        submit(turns, CTX_OP_INSTALL, CTX_WHO_DRIVER, conn);
        while (turns->answers[CTX_WHO_DRIVER] <= conn)
            ctx_cache_dut_step(turns->dut);
    }
    turns->answers[CTX_WHO_DRIVER] = 0;
    turns->installs = false;
}

struct turns_row {
    char name[48];
    uint8_t channel; /* the DUT_STALL_* channel that moves once in PERIOD cycles */
    bool installed;  /* the contexts exist, so that each miss fetches one */
    uint32_t answers_min;
};

ParameterizedTestParameters(ctx_cache_turns, each_requester_gets_its_share)
{
    static struct turns_row rows[] = {
        {"requests to DRAM wait, nothing there", DUT_STALL_MEM_REQ, false, 30},
        {"requests to DRAM wait, contexts fetched", DUT_STALL_MEM_REQ, true, 28},
        {"refusals wait", DUT_STALL_RSP, false, 30},
        {"contexts wait, five beats each", DUT_STALL_RSP, true, 5},
        {"answers to returns wait", DUT_STALL_RET_RSP, true, 30},
    };
    return cr_make_param_array(struct turns_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct turns_row *row, ctx_cache_turns, each_requester_gets_its_share)
{
    struct turns turns = {0};
    struct ctx_client client = {.on_response = on_response, .self = &turns};
    turns.dut = ctx_cache_dut_create(SHAPE, 51650, client);
    if (row->installed)
        install_all(&turns);
    for (uint8_t who = 0; who < CTX_WHO_COUNT; who++)
        ask(&turns, who);
    for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
        ctx_cache_dut_stall(turns.dut, cycle % PERIOD == 0 ? 0 : row->channel);
        ctx_cache_dut_step(turns.dut);
    }
    for (uint8_t who = 0; who < CTX_WHO_COUNT; who++) {
        cr_expect_geq(turns.answers[who], row->answers_min, "%s: requester %u got %u answers",
                      row->name, who, turns.answers[who]);
        cr_expect_leq(turns.answers[who], turns.answers[0] + ANSWERS_MAX_APART, "%s: %u", row->name,
                      who);
    }
    ctx_cache_dut_destroy(turns.dut);
}
