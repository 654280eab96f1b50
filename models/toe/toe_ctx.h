/* The engine's side of the context cache: a queue per requester for what the cache could not take. */
#ifndef TOESIM_TOE_TOE_CTX_H
#define TOESIM_TOE_TOE_CTX_H

#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_store.h"

#include <stdbool.h>

struct toe_engine;

bool toe_ctx_create(struct toe_engine *engine);
void toe_ctx_destroy(struct toe_engine *engine);

/* The cache goes to power-on state, unless it still is, and forgets the waiting requests too. */
void toe_ctx_reset(struct toe_engine *engine, uint64_t now_ps);
bool toe_ctx_is_ready(const struct toe_engine *engine);

/* A word of the lookup table's secret; ignored when the cache is not ready, or was used since its
 * reset. */
void toe_ctx_lookup_key(struct toe_engine *engine, uint32_t word, uint64_t now_ps);

/* The requester's port is free for one of READ_LOCK .. SCAN. */
bool toe_ctx_is_free(const struct toe_engine *engine, enum ctx_who who);

/* Nothing of this requester waits or is outstanding. */
bool toe_ctx_is_idle(const struct toe_engine *engine, enum ctx_who who);

/* Hands req to the cache, or keeps it until the cache takes it; the image is copied then. */
void toe_ctx_send(struct toe_engine *engine, const struct ctx_req *req, uint64_t now_ps);

/* The cache has answered: the port is free, and what waits goes on. */
void toe_ctx_answered(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps);

#endif
