/*
 * The Verilated context caches of the NICs as stages: struct ctx_store on the RTL, clocked only
 * while there is work, in bursts up to the next event of anybody else.
 */
#ifndef TOESIM_SIM_GLUE_CTX_CACHE_RTL_H
#define TOESIM_SIM_GLUE_CTX_CACHE_RTL_H

#include "models/base/stage.h"
#include "models/ctx_cache/ctx_cache_twin.h"
#include "models/hwif/ctx_store.h"
#include "sim/shape/cache_shape.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What all Verilated models of one simulation share. Created first, destroyed last. */
struct rtl_domain; /* opaque */

struct rtl_domain *rtl_domain_create(void);
void rtl_domain_destroy(struct rtl_domain *domain);

struct ctx_cache_rtl_params {
    uint64_t cycle_ps;        /* 4,000: 250 MHz */
    uint64_t dram_latency_ps; /* request to first beat */
    uint64_t dram_beat_ps;    /* each further 64-byte beat */
    bool skip_idle; /* leave idle edges out; false: evaluate them too, later, with equal results */
    struct cache_shape shape;
};

/* 250 MHz; 51.65 ns and 3.33 ns (timing 4.1); skip_idle; the RTL's default shape. */
void ctx_cache_rtl_params_default(struct ctx_cache_rtl_params *params);

/* Finds the library of a shape, builds it if there is none (sim/shape/shape_library.h), and loads it. The default shape
 * needs none. Returns STATUS_ENVIRONMENT if that is not possible. */
enum status ctx_cache_rtl_prepare(const struct cache_shape *shape, struct error *err);

/* limit_ps() gives a time up to which nobody but this cache does anything: edges at or before it
 * may be evaluated ahead. Null: never ahead. */
struct ctx_cache_burst {
    uint64_t (*limit_ps)(void *self);
    void *self;
};

struct ctx_cache_rtl; /* opaque */

/* nic (0 or 1) names it in waves. waker is kept, and may be null. A shape other than the
 * default one must have been prepared. */
struct ctx_cache_rtl *ctx_cache_rtl_create(struct rtl_domain *domain,
                                           const struct ctx_cache_rtl_params *params, unsigned nic,
                                           struct ctx_client client, const struct waker *waker,
                                           struct ctx_cache_burst burst);
void ctx_cache_rtl_destroy(struct ctx_cache_rtl *cache);

/* Before the first request: runs the golden model beside the cache, and tells the judge of each difference. It costs about as
 * much time as the cache. */
void ctx_cache_rtl_lock_step(struct ctx_cache_rtl *cache, const struct cache_shape *shape,
                             struct ctx_twin_judge judge);

/* Before the first request: who gets the responses, when it was not known at creation. */
void ctx_cache_rtl_set_client(struct ctx_cache_rtl *cache, struct ctx_client client);

/* Wall time spent in the steps of one cache, without what its client does in them. Sampled, as the
 * clock costs time too. */
struct ctx_cache_rtl_cost {
    uint64_t ns, cycles; /* of the steps that were timed */
};
void ctx_cache_rtl_measure(struct ctx_cache_rtl *cache);
struct ctx_cache_rtl_cost ctx_cache_rtl_get_cost(const struct ctx_cache_rtl *cache);

struct ctx_store ctx_cache_rtl_store(struct ctx_cache_rtl *cache);
struct stage ctx_cache_rtl_stage(struct ctx_cache_rtl *cache, const char *name);

/* At the end of the run: accounts for the idle edges up to now, or up to the first edge with work if the run was ended in
 * the middle of its work. */
void ctx_cache_rtl_finish(struct ctx_cache_rtl *cache, uint64_t now_ps);
const struct ctx_store_stats *ctx_cache_rtl_stats(const struct ctx_cache_rtl *cache);
/* One row per set, *count of them; valid as long as the cache. */
const struct ctx_set_stats *ctx_cache_rtl_set_stats(const struct ctx_cache_rtl *cache,
                                                    uint32_t *count);

#ifdef __cplusplus
}
#endif

#endif
