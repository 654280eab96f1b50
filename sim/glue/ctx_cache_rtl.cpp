#include "sim/glue/ctx_cache_rtl_impl.h"

#include "models/base/memory.h"
#include "sim/glue/ctx_cache_load.h"

#include <ctime>

ctx_cache_rtl::ctx_cache_rtl(ctx_client client_, const waker *wake_, ctx_cache_burst burst_)
    : wake(wake_), burst(burst_), client(client_)
{
}

uint64_t ctx_cache_rtl::burst_limit_ps(uint64_t now_ps) const
{
    if (one_edge_at_a_time || !burst.limit_ps)
        return now_ps;
    return u64_max(now_ps, burst.limit_ps(burst.self));
}

namespace
{
constexpr uint32_t timed_of = 16; /* only one step of this many is timed */
/* A step takes a few microseconds. If one takes longer than this, the system has interrupted it,
 * and its time does not count. */
constexpr uint64_t step_ns_max = 50000;

uint64_t clock_ns()
{
    timespec t = {};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1000000000 + static_cast<uint64_t>(t.tv_nsec);
}

/* Returns the shortest time between two readings of the clock. */
uint64_t clock_cost_ns()
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 1000; i++) {
        uint64_t start = clock_ns();
        least = u64_min(least, clock_ns() - start);
    }
    return least;
}

// Takes the answers of a cache that is measured or runs in lock step, and passes them on.
void watched_response(void *self, const ctx_rsp *rsp, uint64_t now_ps)
{
    auto *cache = static_cast<ctx_cache_rtl *>(self);
    uint64_t start = cache->timing ? clock_ns() : 0;
    if (cache->twin)
        ctx_twin_response(cache->twin, rsp);
    cache->client.on_response(cache->client.self, rsp, now_ps);
    if (cache->timing)
        cache->client_ns += clock_ns() - start;
}

void on_effect(void *self, ctx_effect effect, bool is_return, uint8_t who)
{
    static constexpr ctx_twin_effect effects[] = {CTX_TWIN_COMMIT,   CTX_TWIN_FILL,
                                                  CTX_TWIN_SCAN_ROW, CTX_TWIN_MOVE,
                                                  CTX_TWIN_LOOKUP,   CTX_TWIN_INJECT};
    ctx_twin_on_effect(static_cast<ctx_cache_rtl *>(self)->twin, effects[static_cast<int>(effect)],
                       is_return, who);
}
} // namespace

void ctx_cache_rtl::run_timed(uint64_t now_ps)
{
    static const uint64_t clock_cost = clock_cost_ns();
    uint64_t cycles = port->stats().cycles_run;
    timing = true;
    client_ns = 0;
    uint64_t start = clock_ns();
    run(now_ps);
    uint64_t ns = clock_ns() - start;
    timing = false;
    ns -= u64_min(ns, client_ns + clock_cost);
    if (ns > step_ns_max)
        return;
    cost.ns += ns;
    cost.cycles += port->stats().cycles_run - cycles;
}

/* Runs all cycles that are due, and then runs ahead. It never passes a response, because the
 * client may react to the response. */
void ctx_cache_rtl::run(uint64_t now_ps)
{
    while (port->next_edge_ps() <= now_ps)
        port->advance(port->next_edge_ps());
    if (port->next_edge_ps() == TIME_NEVER)
        return;
    /* TIME_NEVER is not the time of an edge. */
    uint64_t limit_ps = u64_min(burst_limit_ps(now_ps), TIME_NEVER - 1);
    while (port->next_edge_ps() <= limit_ps && !port->answers_next())
        port->advance(port->next_edge_ps());
}

static bool store_submit(void *self, const ctx_req *req, uint64_t now_ps)
{
    ctx_cache_rtl *cache = static_cast<ctx_cache_rtl *>(self);
    if (!cache->port->submit(*req, now_ps))
        return false;
    if (cache->twin)
        ctx_twin_submit(cache->twin, req);
    waker_wake(cache->wake, cache->port->next_edge_ps());
    return true;
}

static bool store_flip(void *self, const ctx_flip *flip, uint64_t now_ps)
{
    ctx_cache_rtl *cache = static_cast<ctx_cache_rtl *>(self);
    if (!cache->port->flip(*flip, now_ps))
        return false;
    if (cache->twin)
        ctx_twin_flip(cache->twin, flip);
    waker_wake(cache->wake, cache->port->next_edge_ps());
    return true;
}

static void store_reset(void *self, uint64_t now_ps)
{
    ctx_cache_rtl *cache = static_cast<ctx_cache_rtl *>(self);
    cache->port->reset(now_ps);
    if (cache->twin)
        ctx_twin_reset(cache->twin);
    waker_wake(cache->wake, cache->port->next_edge_ps());
}

static void store_hash_word(void *self, uint32_t word, uint64_t now_ps)
{
    ctx_cache_rtl *cache = static_cast<ctx_cache_rtl *>(self);
    cache->port->hash_word(word, now_ps);
    if (cache->twin)
        ctx_twin_hash_word(cache->twin, word);
    waker_wake(cache->wake, cache->port->next_edge_ps());
}

static bool store_is_ready(const void *self)
{
    return static_cast<const ctx_cache_rtl *>(self)->port->is_ready();
}

static void stage_run(void *self, uint64_t now_ps)
{
    auto *cache = static_cast<ctx_cache_rtl *>(self);
    if (cache->measures && ++cache->steps_untimed == timed_of) {
        cache->steps_untimed = 0;
        cache->run_timed(now_ps);
        return;
    }
    cache->run(now_ps);
}

static uint64_t stage_next_ps(const void *self)
{
    return static_cast<const ctx_cache_rtl *>(self)->port->next_edge_ps();
}

rtl_domain *rtl_domain_create(void)
{
    rtl_domain *domain = new rtl_domain;
    domain->context.threads(1); // threads would not survive a fork
    domain->context.randReset(0);
    domain->context.traceEverOn(true);
    return domain;
}

void rtl_domain_destroy(rtl_domain *domain) { delete domain; }

void ctx_cache_rtl_params_default(ctx_cache_rtl_params *params)
{
    *params = {4000, 51650, 3330, true, cache_shape_default()};
}

ctx_cache_rtl *ctx_cache_rtl_create(rtl_domain *domain, const ctx_cache_rtl_params *params,
                                    unsigned nic, ctx_client client, const waker *waker,
                                    ctx_cache_burst burst)
{
    assert(nic < 2);
    auto *cache = new ctx_cache_rtl(client, waker, burst);
    ctx_port_params port = {params->shape.conn_ids,  params->shape.sets,   params->cycle_ps,
                            params->dram_latency_ps, params->dram_beat_ps, params->skip_idle};
    cache->port.reset(
        ctx_cache_load(&domain->context, nic == 0 ? "nic0" : "nic1", params->shape, port, client));
    return cache;
}

void ctx_cache_rtl_destroy(ctx_cache_rtl *cache) { delete cache; }

void ctx_cache_rtl_set_client(ctx_cache_rtl *cache, ctx_client client)
{
    assert(!cache->measures && !cache->twin);
    cache->client = client;
    cache->port->set_client(client);
}

void ctx_cache_rtl_lock_step(ctx_cache_rtl *cache, const cache_shape *shape, ctx_twin_judge judge)
{
    cache->twin =
        ctx_twin_create(shape->sets, shape->ways, shape->lookup_entries, shape->conn_ids, judge);
    memory_check(cache->twin);
    cache->port->set_effects({on_effect, cache});
    cache->port->set_client({watched_response, cache});
}

void ctx_cache_rtl_measure(ctx_cache_rtl *cache)
{
    cache->measures = true;
    cache->port->set_client({watched_response, cache});
}

ctx_cache_rtl_cost ctx_cache_rtl_get_cost(const ctx_cache_rtl *cache) { return cache->cost; }

ctx_store ctx_cache_rtl_store(ctx_cache_rtl *cache)
{
    static const ctx_store_ops ops = {store_submit, store_reset, store_is_ready, store_hash_word,
                                      store_flip};
    return {&ops, cache};
}

stage ctx_cache_rtl_stage(ctx_cache_rtl *cache, const char *name)
{
    return {name, cache, stage_run, stage_next_ps};
}

void ctx_cache_rtl_finish(ctx_cache_rtl *cache, uint64_t now_ps)
{
    cache->port->idle_until(u64_min(now_ps, cache->port->next_edge_ps() - 1));
    if (cache->twin)
        ctx_twin_finish(cache->twin, &cache->port->stats());
}

const ctx_store_stats *ctx_cache_rtl_stats(const ctx_cache_rtl *cache)
{
    return &cache->port->stats();
}

const ctx_set_stats *ctx_cache_rtl_set_stats(const ctx_cache_rtl *cache, uint32_t *count)
{
    *count = static_cast<uint32_t>(cache->port->set_stats().size());
    return cache->port->set_stats().data();
}
