/* What waves needs to know of the caches; only sim/glue includes it. */
#ifndef TOESIM_SIM_GLUE_CTX_CACHE_RTL_IMPL_H
#define TOESIM_SIM_GLUE_CTX_CACHE_RTL_IMPL_H

#include "models/ctx_cache/ctx_cache_twin.h"
#include "sim/glue/ctx_cache_face.h"
#include "sim/glue/ctx_cache_rtl.h"

#include <memory>

struct rtl_domain {
    VerilatedContext context;
};

struct ctx_cache_rtl {
    ctx_cache_rtl(ctx_client client, const waker *wake, ctx_cache_burst burst);

    ~ctx_cache_rtl() { ctx_twin_destroy(twin); }
    ctx_cache_rtl(const ctx_cache_rtl &) = delete;
    ctx_cache_rtl &operator=(const ctx_cache_rtl &) = delete;

    uint64_t burst_limit_ps(uint64_t now_ps) const;
    void run(uint64_t now_ps);
    void run_timed(uint64_t now_ps);

    std::unique_ptr<ctx_cache_face> port;
    ctx_twin *twin = nullptr; /* null: no lock step */
    const waker *wake;
    ctx_cache_burst burst;
    ctx_client client;
    ctx_cache_rtl_cost cost = {};
    uint32_t steps_untimed = 0;
    bool measures = false, timing = false;
    uint64_t client_ns = 0;          /* within the step that is timed */
    bool one_edge_at_a_time = false; /* while waves are recorded: edges in order of global time */
};

#endif
