/* Measures how fast operations follow one another when all four requesters ask as fast as they can,
 * in the shape of 16 sets x 4 ways. With CTX_CACHE_VERBOSE=1 it prints the distributions of
 * docs/ctx_cache.md (Rates). */
#include "models/base/units.h"
#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_key.h"
#include "rtl/test/ctx_cache_dut.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHAPE = 2, SETS = 16, WAYS = 4, HOT = SETS * WAYS, SAMPLES_MAX = 4096, STEPS_MAX = 4000 };

/* A list of operations that the requesters work off. Each takes the next one as soon as it is
 * answered. */
struct rate {
    struct ctx_cache_dut *dut;
    struct ctx_req work[SAMPLES_MAX];
    uint32_t count, next, answered;
    uint64_t since[CTX_WHO_COUNT], last;
    uint32_t interval[SAMPLES_MAX], latency[SAMPLES_MAX];
    bool writes; /* each READ_LOCK is followed by a WRITE_UNLOCK with `mask` */
    uint32_t looked_up;
    uint8_t mask;
    uint16_t gen;
    uint8_t image[CTX_BYTES];
};

static uint64_t cycle(const struct rate *rate)
{
    return ctx_cache_dut_now_ps(rate->dut) / CTX_CACHE_DUT_CYCLE_PS;
}

static void ask(struct rate *rate, uint8_t who)
{
    if (rate->next == rate->count)
        return;
    struct ctx_req *req = &rate->work[rate->next++];
    req->who = who;
    ctx_core_key_to_line(&req->key, rate->image + CTX_CONST_LINE * CTX_LINE_BYTES);
    req->image = rate->image;
    rate->since[who] = cycle(rate) + 1;
    cr_assert(ctx_cache_dut_submit(rate->dut, req));
}

static void on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct rate *rate = self;
    uint64_t now = now_ps / CTX_CACHE_DUT_CYCLE_PS;
    if (rsp->op == CTX_OP_LOOKUP) {
        rate->looked_up++;
        return;
    }
    cr_assert_eq(rsp->result, CTX_OK, "operation %u of connection %u: %u", rsp->op, rsp->conn,
                 rsp->result);
    if (rsp->op == CTX_OP_READ_LOCK && rate->writes) {
        struct ctx_req req = {.op = CTX_OP_WRITE_UNLOCK,
                              .who = rsp->who,
                              .mask = rate->mask,
                              .conn = rsp->conn,
                              .gen = rsp->gen,
                              .image = rate->image};
        cr_assert(ctx_cache_dut_submit(rate->dut, &req));
        return;
    }
    rate->latency[rate->answered] = (uint32_t)(now - rate->since[rsp->who]);
    rate->interval[rate->answered++] = (uint32_t)(now - rate->last);
    rate->last = now;
    ask(rate, rsp->who);
}

static void add(struct rate *rate, uint8_t op, uint32_t conn)
{
    cr_assert_lt(rate->count, SAMPLES_MAX);
    rate->work[rate->count] = (struct ctx_req){.op = op, .conn = conn, .gen = rate->gen};
    rate->work[rate->count++].key = (struct flow_key){
        .lport = 80, .rport = (uint16_t)(conn + 1), .raddr = {(uint8_t)conn}, .ip_version = 4};
}

static void add_all(struct rate *rate, uint8_t op, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        add(rate, op, first + i);
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

struct spread {
    uint32_t min, p50, p99, max;
    uint32_t count, sum; /* the mean is sum / count */
};

static struct spread spread_of(const char *name, const char *what, uint32_t *samples,
                               uint32_t count)
{
    qsort(samples, count, sizeof *samples, by_value);
    struct spread s = {samples[0],
                       samples[(count - 1) / 2],
                       samples[(count - 1) * 99 / 100],
                       samples[count - 1],
                       count,
                       0};
    for (uint32_t i = 0; i < count; i++)
        s.sum += samples[i];
    if (getenv("CTX_CACHE_VERBOSE") && name)
        printf("%-36s %-9s %6u %6u %6u %6u %6u\n", name, what, count, s.min, s.p50, s.p99, s.max);
    return s;
}

/* Works off the list with this many requesters. Returns the spread of the intervals between
 * answers. The first and last few are left out, because not all requesters ask then. */
static struct spread run(struct rate *rate, const char *name, uint8_t requesters)
{
    enum { EDGE = 4 };
    while (!ctx_cache_dut_is_quiescent(rate->dut))
        ctx_cache_dut_step(rate->dut);
    rate->next = rate->answered = 0;
    rate->last = cycle(rate);
    for (uint8_t who = 0; who < requesters; who++)
        ask(rate, who);
    for (uint32_t step = 0; rate->answered < rate->count; step++) {
        cr_assert_lt(step, STEPS_MAX * 10);
        ctx_cache_dut_step(rate->dut);
    }
    while (!ctx_cache_dut_is_quiescent(rate->dut))
        ctx_cache_dut_step(rate->dut);
    struct spread latency = spread_of(name, "latency", rate->latency, rate->answered);
    cr_assert_leq(latency.max, 8 * latency.min + 100, "%s: somebody is kept waiting", name);
    uint32_t count = rate->answered - 2 * EDGE;
    struct spread s = spread_of(name, "interval", rate->interval + EDGE, count);
    rate->count = 0;
    return s;
}

static struct rate *rate_create(uint64_t dram_ps)
{
    struct rate *rate = calloc(1, sizeof *rate);
    cr_assert(rate);
    rate->gen = 1;
    rate->dut = ctx_cache_dut_create(SHAPE, dram_ps,
                                     (struct ctx_client){.on_response = on_response, .self = rate});
    return rate;
}

static void rate_destroy(struct rate *rate)
{
    ctx_cache_dut_destroy(rate->dut);
    free(rate);
}

Test(ctx_cache_rate, moves_follow_one_another)
{
    struct rate *rate = rate_create(51650);
    add_all(rate, CTX_OP_RESERVE, 0, 2 * HOT);
    run(rate, "RESERVE", 4);
    add_all(rate, CTX_OP_INSTALL, 0, HOT);
    struct spread empty = run(rate, "INSTALL, reserved, empty way", 4);
    cr_assert_leq(empty.sum, 8 * empty.count, "%u cycles for %u", empty.sum, empty.count);
    add_all(rate, CTX_OP_INSTALL, HOT, HOT);
    struct spread dirty = run(rate, "INSTALL, reserved, dirty victim", 4);
    cr_assert_leq(dirty.p99, 9);
    add_all(rate, CTX_OP_FREEZE, HOT, HOT);
    run(rate, "FREEZE", 4);
    add_all(rate, CTX_OP_EXTRACT, HOT, HOT);
    struct spread extract = run(rate, "EXTRACT, hot", 4);
    cr_assert_leq(extract.p99, 5);
    /* The first half is read back from DRAM, so the INSTALLs after it find clean victims. */
    for (uint32_t conn = 0; conn < HOT; conn++) {
        add(rate, CTX_OP_READ_LOCK, conn);
        add(rate, CTX_OP_UNLOCK, conn);
    }
    run(rate, NULL, 1);
    rate->gen = 2;
    add_all(rate, CTX_OP_RESERVE, HOT, HOT);
    run(rate, "RESERVE over a tombstone", 4);
    add_all(rate, CTX_OP_INSTALL, HOT, HOT);
    struct spread clean = run(rate, "INSTALL, reserved, clean victim", 4);
    cr_assert_leq(clean.sum, 8 * clean.count, "%u cycles for %u", clean.sum, clean.count);
    rate_destroy(rate);
}

Test(ctx_cache_rate, one_requester_alone)
{
    struct rate *rate = rate_create(51650);
    add_all(rate, CTX_OP_RESERVE, 0, HOT);
    run(rate, "RESERVE, one requester", 1);
    add_all(rate, CTX_OP_INSTALL, 0, HOT);
    run(rate, NULL, 1);
    add_all(rate, CTX_OP_FREEZE, 0, HOT);
    run(rate, "FREEZE, one requester", 1);
    add_all(rate, CTX_OP_EXTRACT, 0, HOT);
    run(rate, "EXTRACT, hot, one requester", 1);
    rate->gen = 2;
    add_all(rate, CTX_OP_INSTALL, 0, HOT);
    run(rate, "INSTALL, not reserved, one requester", 1);
    rate_destroy(rate);
}

Test(ctx_cache_rate, data_port_is_never_idle)
{
    enum { ROUND_MIN = 30 };
    for (uint8_t mask = 1; mask < 16; mask = (uint8_t)(2 * mask + 1)) {
        struct rate *rate = rate_create(51650);
        add_all(rate, CTX_OP_INSTALL, 0, HOT);
        run(rate, NULL, 4);
        rate->writes = true;
        rate->mask = mask;
        for (int round = 0; round < 8; round++)
            add_all(rate, CTX_OP_READ_LOCK, 0, HOT);
        uint32_t lines = 5u + (uint32_t)__builtin_popcount(mask), count = rate->count;
        char name[48];
        snprintf(name, sizeof name, "READ_LOCK and write of %u lines", lines - 5);
        uint64_t begin = cycle(rate);
        run(rate, name, 4);
        uint64_t cycles = cycle(rate) - begin;
        if (getenv("CTX_CACHE_VERBOSE"))
            printf("%-36s %llu cycles for %u lines\n", name, (unsigned long long)cycles,
                   count * lines);
        /* Four requesters with one operation each keep the port busy, except for six cycles in 30
         * when they write one line. A READ_LOCK and its return behind those of three others take 30
         * cycles. */
        uint32_t round = u32_max(4 * lines, ROUND_MIN);
        cr_assert_leq(cycles, (uint64_t)count / 4 * round + 20);
        rate_destroy(rate);
    }
}

Test(ctx_cache_rate, misses_overlap)
{
    struct rate *rate = rate_create(400000); /* 100 cycles */
    add_all(rate, CTX_OP_INSTALL, 0, 3 * HOT);
    run(rate, NULL, 4);
    rate->writes = true;
    rate->mask = 0;
    add_all(rate, CTX_OP_READ_LOCK, 0, HOT);
    struct spread four = run(rate, "READ_LOCK, miss, four requesters", 4);
    add_all(rate, CTX_OP_READ_LOCK, HOT, HOT);
    struct spread one = run(rate, "READ_LOCK, miss, one requester", 1);
    cr_assert_geq(one.p50, 100);
    cr_assert_leq(four.p50, one.p50 / 3);
    rate_destroy(rate);
}

/* READ_LOCKs that hit and their returns do not need the lookup table. */
Test(ctx_cache_rate, one_lookup_per_cycle_beside_hits)
{
    struct rate *rate = rate_create(51650);
    add_all(rate, CTX_OP_INSTALL, 0, HOT);
    run(rate, NULL, 4);
    rate->writes = true;
    rate->mask = 1;
    add_all(rate, CTX_OP_READ_LOCK, 0, HOT);
    rate->next = rate->answered = 0;
    uint64_t begin = cycle(rate);
    for (uint8_t who = 0; who < CTX_WHO_COUNT; who++)
        ask(rate, who);
    while (rate->answered < rate->count) {
        struct ctx_req look = {.op = CTX_OP_LOOKUP, .key = rate->work[rate->answered].key};
        while (ctx_cache_dut_submit(rate->dut, &look))
            ;
        ctx_cache_dut_step(rate->dut);
    }
    cr_assert_geq(rate->looked_up + 8, cycle(rate) - begin);
    rate_destroy(rate);
}
