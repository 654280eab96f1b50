/* Tests the caches as stages of the simulator. Bursts and skipped idle edges must change nothing
 * except the two cycle counts, with soft errors as well. */
#include "models/base/rng.h"
#include "models/base/stage_loop.h"
#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_key.h"
#include "sim/glue/ctx_cache_rtl.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { CONNS = 40, ROUNDS = 1500, NICS = 2 };

/* Each cache has four requesters. Each of them repeats a LOOKUP or a READ_LOCK, holds the lock for
 * a while and returns it. The driver also installs, freezes, extracts and reserves. A response of
 * one cache may also make a requester of the other cache ask. */
struct actor {
    uint64_t at_ps; /* time of its next action; TIME_NEVER while it waits for a response */
    bool holds;
    uint32_t conn;
    uint16_t gen;
};

struct traffic {
    struct rng rng;
    struct stage_loop loop;
    struct ctx_cache_rtl *cache[NICS];
    struct stage cache_stage[NICS];
    struct actor actor[NICS][CTX_WHO_COUNT];
    uint64_t flip_at_ps; /* time of the next soft error */
    uint32_t rounds;
    uint64_t digest, responses, flips_taken, last_ps;
    bool in_order;
    uint16_t gen[NICS][CONNS];
    uint8_t image[CTX_BYTES];
};

static void digest_add(struct traffic *traffic, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++)
        traffic->digest = (traffic->digest ^ bytes[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
}

static struct flow_key key_of(uint32_t conn)
{
    struct flow_key key = {.lport = 80, .rport = (uint16_t)(1000 + conn), .ip_version = 4};
    return key;
}

static uint32_t conn_of(uint32_t number) { return number % 2 + number / 2 * 128; }

static void traffic_ask(struct traffic *traffic, unsigned nic, uint8_t who, uint64_t now_ps)
{
    struct actor *actor = &traffic->actor[nic][who];
    struct ctx_req req = {.who = who, .tag = nic, .image = traffic->image};
    if (actor->holds) {
        req.op = CTX_OP_WRITE_UNLOCK;
        req.mask = (uint8_t)rng_below(&traffic->rng, 16);
        req.conn = actor->conn;
        req.gen = actor->gen;
    } else {
        uint32_t number = (uint32_t)rng_below(&traffic->rng, CONNS);
        static const uint8_t driver_ops[] = {CTX_OP_INSTALL, CTX_OP_INSTALL, CTX_OP_FREEZE,
                                             CTX_OP_EXTRACT, CTX_OP_RESERVE, CTX_OP_READ_LOCK};
        req.op = who == CTX_WHO_DRIVER ? driver_ops[rng_below(&traffic->rng, sizeof driver_ops)]
                 : rng_below(&traffic->rng, 3) == 0 ? CTX_OP_LOOKUP
                                                    : CTX_OP_READ_LOCK;
        if (req.op == CTX_OP_INSTALL || req.op == CTX_OP_RESERVE)
            traffic->gen[nic][number]++;
        req.conn = conn_of(number);
        req.gen = traffic->gen[nic][number];
        req.key = key_of(req.conn);
        memset(traffic->image, (int)(rng_u64(&traffic->rng) & 0xff), sizeof traffic->image);
        ctx_core_key_to_line(&req.key, traffic->image + CTX_CONST_LINE * CTX_LINE_BYTES);
    }
    struct ctx_store store = ctx_cache_rtl_store(traffic->cache[nic]);
    if (store.ops->submit(store.self, &req, now_ps))
        actor->at_ps = TIME_NEVER;
    else
        actor->at_ps = now_ps + 700;
}

static void traffic_flip(struct traffic *traffic, uint64_t now_ps)
{
    struct ctx_flip flip = {.tag = rng_below(&traffic->rng, 4) == 0,
                            .line = (uint8_t)rng_below(&traffic->rng, CTX_LINES),
                            .bit = (uint16_t)rng_below(&traffic->rng, CTX_LINE_STORED_BITS),
                            .conn = conn_of((uint32_t)rng_below(&traffic->rng, CONNS))};
    struct ctx_store store = ctx_cache_rtl_store(traffic->cache[rng_below(&traffic->rng, NICS)]);
    traffic->flips_taken += store.ops->flip(store.self, &flip, now_ps);
    traffic->flip_at_ps = traffic->rounds == 0 ? TIME_NEVER
                          : rng_below(&traffic->rng, 3) == 0
                              ? now_ps + 1
                              : now_ps + 1 + rng_below(&traffic->rng, PS_PER_US);
}

static void traffic_run(void *self, uint64_t now_ps)
{
    struct traffic *traffic = self;
    if (traffic->flip_at_ps <= now_ps)
        traffic_flip(traffic, now_ps);
    for (unsigned nic = 0; nic < NICS; nic++)
        for (uint8_t who = 0; who < CTX_WHO_COUNT; who++)
            if (traffic->actor[nic][who].at_ps <= now_ps)
                traffic_ask(traffic, nic, who, now_ps);
}

static uint64_t traffic_next_ps(const void *self)
{
    const struct traffic *traffic = self;
    uint64_t next = traffic->flip_at_ps;
    for (unsigned nic = 0; nic < NICS; nic++)
        for (int who = 0; who < CTX_WHO_COUNT; who++)
            next = u64_min(next, traffic->actor[nic][who].at_ps);
    return next;
}

static void traffic_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct traffic *traffic = self;
    unsigned nic = (unsigned)rsp->tag;
    traffic->in_order =
        traffic->in_order && now_ps >= traffic->last_ps && now_ps == traffic->loop.now_ps;
    traffic->last_ps = now_ps;
    traffic->responses++;
    digest_add(traffic, &now_ps, sizeof now_ps);
    uint32_t words[] = {rsp->op, rsp->who, rsp->result, rsp->place, rsp->gen, rsp->conn, nic};
    digest_add(traffic, words, sizeof words);
    if (rsp->image)
        digest_add(traffic, rsp->image, CTX_BYTES);
    struct actor *actor = &traffic->actor[nic][rsp->who];
    actor->holds = rsp->op == CTX_OP_READ_LOCK && (rsp->result == CTX_OK || rsp->result == CTX_BAD);
    actor->conn = rsp->conn;
    actor->gen = rsp->gen;
    if (traffic->rounds == 0 && !actor->holds)
        return;
    traffic->rounds -= traffic->rounds > 0;
    if (rng_below(&traffic->rng, 4) == 0)
        traffic_ask(traffic, nic, rsp->who, now_ps);
    else
        actor->at_ps = now_ps + 1 + rng_below(&traffic->rng, 300 * PS_PER_NS);
    struct actor *other = &traffic->actor[1 - nic][rsp->who];
    if (other->at_ps != TIME_NEVER && rng_below(&traffic->rng, 4) == 0)
        traffic_ask(traffic, 1 - nic, rsp->who, now_ps);
}

/* Returns the time of the next event outside of the cache of this NIC. */
static uint64_t limit_of(const struct traffic *traffic, unsigned nic)
{
    const struct stage *other = &traffic->cache_stage[1 - nic];
    return u64_min(traffic_next_ps(traffic), other->next_ps(other->self));
}

static uint64_t limit0(void *self) { return limit_of(self, 0); }

static uint64_t limit1(void *self) { return limit_of(self, 1); }

struct outcome {
    uint64_t digest, responses, flips_taken, end_ps;
    bool in_order;
    struct ctx_store_stats stats[NICS];
};

/* Plays the traffic to its end, or for `steps` steps of the loop and up to the edge that is due next. */
static struct outcome traffic_play_steps(bool bursts, bool skip_idle, uint64_t seed, uint32_t steps)
{
    static struct traffic traffic;
    memset(&traffic, 0, sizeof traffic);
    rng_init(&traffic.rng, seed, "traffic");
    traffic.rounds = ROUNDS;
    traffic.digest = UINT64_C(0xcbf29ce484222325);
    traffic.in_order = true;
    stage_loop_init(&traffic.loop);
    struct rtl_domain *domain = rtl_domain_create();
    struct ctx_cache_rtl_params params;
    ctx_cache_rtl_params_default(&params);
    params.skip_idle = skip_idle;
    for (unsigned nic = 0; nic < NICS; nic++) {
        struct ctx_cache_burst burst = {.limit_ps = bursts ? (nic == 0 ? limit0 : limit1) : NULL,
                                        .self = &traffic};
        struct ctx_client client = {.on_response = traffic_on_response, .self = &traffic};
        traffic.cache[nic] = ctx_cache_rtl_create(domain, &params, nic, client, NULL, burst);
        traffic.cache_stage[nic] = ctx_cache_rtl_stage(traffic.cache[nic], nic == 0 ? "c0" : "c1");
        stage_loop_add(&traffic.loop, traffic.cache_stage[nic]);
        for (uint8_t who = 0; who < CTX_WHO_COUNT; who++)
            traffic.actor[nic][who].at_ps = 1000 + who;
    }
    stage_loop_add(&traffic.loop, (struct stage){.name = "traffic",
                                                 .self = &traffic,
                                                 .run = traffic_run,
                                                 .next_ps = traffic_next_ps});
    while (steps > 0 && stage_loop_step(&traffic.loop, PS_PER_MS))
        steps--;
    uint64_t end_ps = PS_PER_MS;
    for (unsigned nic = 0; nic < NICS && steps == 0; nic++) /* ends before this edge has its turn */
        end_ps = u64_min(end_ps, traffic.cache_stage[nic].next_ps(traffic.cache_stage[nic].self));
    struct outcome outcome = {traffic.digest,  traffic.responses, traffic.flips_taken,
                              traffic.last_ps, traffic.in_order,  {{0}}};
    for (unsigned nic = 0; nic < NICS; nic++) {
        ctx_cache_rtl_finish(traffic.cache[nic], end_ps);
        outcome.stats[nic] = *ctx_cache_rtl_stats(traffic.cache[nic]);
        ctx_cache_rtl_destroy(traffic.cache[nic]);
    }
    rtl_domain_destroy(domain);
    return outcome;
}

static struct outcome traffic_play(bool bursts, bool skip_idle, uint64_t seed)
{
    return traffic_play_steps(bursts, skip_idle, seed, UINT32_MAX);
}

struct play_row {
    char name[48];
    bool bursts, skip_idle;
};

ParameterizedTestParameters(ctx_cache_glue, speed_switches_change_no_response)
{
    static struct play_row rows[] = {
        {"bursts, idle edges skipped", true, true},
        {"bursts, every edge", true, false},
        {"no bursts, every edge", false, false},
    };
    return cr_make_param_array(struct play_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct play_row *row, ctx_cache_glue, speed_switches_change_no_response,
                  .timeout = 120)
{
    uint64_t evictions = 0;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct outcome plain = traffic_play(false, true, seed);
        struct outcome other = traffic_play(row->bursts, row->skip_idle, seed);
        cr_assert_gt(plain.responses, ROUNDS);
        cr_assert(plain.in_order);
        cr_assert(other.in_order, "%s: a response came at another time than its own", row->name);
        cr_assert_eq(plain.responses, other.responses, "%s", row->name);
        cr_assert_eq(plain.digest, other.digest, "%s", row->name);
        cr_assert_eq(plain.flips_taken, other.flips_taken, "%s", row->name);
        uint64_t flips = 0;
        for (unsigned nic = 0; nic < NICS; nic++) {
            struct ctx_store_stats a = plain.stats[nic], b = other.stats[nic];
            cr_assert_eq(a.cycles_run + a.cycles_skipped, PS_PER_MS / 4000);
            cr_assert_eq(b.cycles_run + b.cycles_skipped, PS_PER_MS / 4000);
            cr_assert_eq(b.cycles_skipped == 0, !row->skip_idle);
            a.cycles_run = b.cycles_run = a.cycles_skipped = b.cycles_skipped = 0;
            cr_assert_eq(memcmp(&a, &b, sizeof a), 0, "%s: events counted differ", row->name);
            cr_assert_gt(a.misses, 0);
            evictions += a.evictions;
            cr_assert_gt(a.bad_reads, 0);
            cr_assert_gt(a.tag_errors, 0);
            flips += a.flips + a.flips_missed;
        }
        cr_assert_eq(flips, plain.flips_taken, "each happens once");
    }
    cr_assert_gt(evictions, 0);
}

/* While nothing else happens, a soft error must make the cache evaluate edges. The next soft error
 * must wait until this one has happened. */
Test(ctx_cache_glue, soft_error_wakes_an_idle_cache)
{
    struct rtl_domain *domain = rtl_domain_create();
    struct ctx_cache_rtl_params params;
    ctx_cache_rtl_params_default(&params);
    struct ctx_client client = {.on_response = traffic_on_response};
    struct ctx_cache_rtl *cache = ctx_cache_rtl_create(domain, &params, 0, client, NULL,
                                                       (struct ctx_cache_burst){.limit_ps = NULL});
    struct ctx_store store = ctx_cache_rtl_store(cache);
    struct stage stage = ctx_cache_rtl_stage(cache, "cache");
    struct stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, stage);
    const struct ctx_store_stats *stats = ctx_cache_rtl_stats(cache);
    for (uint64_t i = 1; i <= 3; i++) {
        uint64_t now_ps = i * PS_PER_US;
        stage_loop_run(&loop, now_ps);
        cr_assert_eq(stage.next_ps(stage.self), TIME_NEVER);
        struct ctx_flip flip = {.conn = 7};
        cr_assert(store.ops->flip(store.self, &flip, now_ps));
        cr_assert(!store.ops->flip(store.self, &flip, now_ps));
        cr_assert_eq(stage.next_ps(stage.self), now_ps + params.cycle_ps);
        stage_loop_run(&loop, now_ps + PS_PER_US / 2);
        cr_assert_eq(stats->flips_missed, i);
    }
    cr_assert_lt(stats->cycles_run, 40);
    ctx_cache_rtl_destroy(cache);
    rtl_domain_destroy(domain);
}

/* A signal or a violation ends a run at any step. Then a cache may still have work at this very time. */
Test(ctx_cache_glue, a_run_may_end_in_the_middle_of_the_work)
{
    for (uint32_t steps = 20; steps < 50; steps += 2) {
        struct outcome plain = traffic_play_steps(false, true, 1, steps);
        struct outcome every = traffic_play_steps(false, false, 1, steps);
        cr_assert_eq(plain.digest, every.digest);
        for (unsigned nic = 0; nic < NICS; nic++)
            cr_assert_eq(plain.stats[nic].cycles_run + plain.stats[nic].cycles_skipped,
                         every.stats[nic].cycles_run, "%u steps", steps);
    }
}
