/* What waves needs to know of the caches; only sim/glue includes it. */
#ifndef TOESIM_SIM_GLUE_CTX_CACHE_RTL_IMPL_H
#define TOESIM_SIM_GLUE_CTX_CACHE_RTL_IMPL_H

#include "sim/glue/ctx_cache_port.h"
#include "sim/glue/ctx_cache_rtl.h"

#include "Vctx_cache.h"

struct rtl_domain {
    VerilatedContext context;
};

struct ctx_cache_rtl {
    ctx_cache_rtl(rtl_domain *domain, const ctx_cache_rtl_params &params, const char *name,
                  ctx_client client, const waker *wake, ctx_cache_burst burst);

    uint64_t burst_limit_ps(uint64_t now_ps) const;
    void run(uint64_t now_ps);

    ctx_cache_port<Vctx_cache> port;
    const waker *wake;
    ctx_cache_burst burst;
    bool one_edge_at_a_time = false; /* while waves are recorded: edges in order of global time */
};

#endif
