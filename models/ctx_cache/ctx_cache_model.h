/*
 * The golden context cache as a stage with a simple latency, in place of the RTL in unit tests.
 *
 * Requests are served one at a time, in order of arrival, each latency_ps after it reached the head
 * of the queue, plus miss_ps when it goes to DRAM; LOOKUP beside them, lookup_ps after it was
 * asked. A request that waits for a lock stands aside and is tried again, in order, when a lock is
 * given back.
 */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_MODEL_H
#define TOESIM_CTX_CACHE_CTX_CACHE_MODEL_H

#include "models/base/stage.h"
#include "models/hwif/ctx_store.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ctx_cache_model_params {
    uint32_t sets, ways, lookup_entries, conn_ids; /* powers of two */
    uint64_t lookup_ps;
    uint64_t latency_ps;
    uint64_t miss_ps;
};

/* The RTL's default shape; 12 ns per LOOKUP, 40 ns per request, 60 ns more on a miss. */
void ctx_cache_model_params_default(struct ctx_cache_model_params *params);

struct ctx_cache_model; /* opaque */

/* Creates the model. It keeps `waker`, which may be null. Returns null if memory is short. */
struct ctx_cache_model *ctx_cache_model_create(const struct ctx_cache_model_params *params,
                                               struct ctx_client client, const struct waker *waker);
void ctx_cache_model_destroy(struct ctx_cache_model *model);

struct ctx_store ctx_cache_model_store(struct ctx_cache_model *model);
struct stage ctx_cache_model_stage(struct ctx_cache_model *model, const char *name);
const struct ctx_store_stats *ctx_cache_model_stats(const struct ctx_cache_model *model);

#ifdef __cplusplus
}
#endif

#endif
