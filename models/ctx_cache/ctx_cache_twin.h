/*
 * A golden model beside a cycle-accurate context cache, in lock step with it. The cache reports the order in which its
 * effects happen, the twin carries them out in that order, and says whether the cache answers as it should. It has no time of
 * its own.
 */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_TWIN_H
#define TOESIM_CTX_CACHE_CTX_CACHE_TWIN_H

#include "models/hwif/ctx_store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the cache reports (docs/ctx_cache.md, Order). */
enum ctx_twin_effect {
    CTX_TWIN_COMMIT,   /* all effects of an operation or return of `who` happen */
    CTX_TWIN_FILL,     /* the context that an operation of `who` has missed comes in */
    CTX_TWIN_SCAN_ROW, /* the SCAN of `who` looks at its next row */
    CTX_TWIN_MOVE,     /* the lookup table moves an entry */
    CTX_TWIN_LOOKUP,   /* the oldest LOOKUP without an effect gets its answer */
    CTX_TWIN_INJECT,   /* the soft error that was submitted happens */
};

/* Called at each difference. `what` is static text; `mine` is the cache's value and `golden` the model's. */
struct ctx_twin_judge {
    void (*on_difference)(void *self, const char *what, uint64_t mine, uint64_t golden);
    void *self;
};

struct ctx_twin; /* opaque */

/* The shape is that of the cache (ctx_core_init()). Returns null if memory is short. */
struct ctx_twin *ctx_twin_create(uint32_t sets, uint32_t ways, uint32_t lookup_entries,
                                 uint32_t conn_ids, struct ctx_twin_judge judge);
void ctx_twin_destroy(struct ctx_twin *twin);

/* The cache has accepted these. Requests are copied. */
void ctx_twin_submit(struct ctx_twin *twin, const struct ctx_req *req);
void ctx_twin_flip(struct ctx_twin *twin, const struct ctx_flip *flip);
void ctx_twin_hash_word(struct ctx_twin *twin, uint32_t word);
void ctx_twin_reset(struct ctx_twin *twin);

void ctx_twin_on_effect(struct ctx_twin *twin, enum ctx_twin_effect effect, bool is_return,
                        uint8_t who);

/* Compares an answer of the cache with that of the model. */
void ctx_twin_response(struct ctx_twin *twin, const struct ctx_rsp *rsp);

/* Compares the counts, when no operation is under way. The cache may count fewer bad tags than the model, because it finds
 * one only when it reads the tag. */
void ctx_twin_finish(struct ctx_twin *twin, const struct ctx_store_stats *stats);

/* Returns how many answers were compared. */
uint64_t ctx_twin_answers(const struct ctx_twin *twin);

#ifdef __cplusplus
}
#endif

#endif
