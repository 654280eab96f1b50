/* The engine's port to the context cache, with a queue per requester for requests that must wait. */
#ifndef TOESIM_TOE_TOE_CTX_H
#define TOESIM_TOE_TOE_CTX_H

#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_store.h"

#include <stdbool.h>

struct toe_engine;

bool toe_ctx_create(struct toe_engine *engine);
void toe_ctx_destroy(struct toe_engine *engine);

/* Resets the cache to power-on state, unless it was not used since the last reset, and drops the waiting requests. */
void toe_ctx_reset(struct toe_engine *engine, uint64_t now_ps);
bool toe_ctx_is_ready(const struct toe_engine *engine);

/* Sets one word of the lookup table's secret. The call has no effect if the cache is not ready or was used
 * since its reset. */
void toe_ctx_lookup_key(struct toe_engine *engine, uint32_t word, uint64_t now_ps);

/* Returns true if the requester may send a request of the kinds READ_LOCK to SCAN now. */
bool toe_ctx_is_free(const struct toe_engine *engine, enum ctx_who who);

/* Returns true if no request of this requester waits or is outstanding. */
bool toe_ctx_is_idle(const struct toe_engine *engine, enum ctx_who who);

/* Sends `req` to the cache, or queues it with a copy of its image until the cache can take it. */
void toe_ctx_send(struct toe_engine *engine, const struct ctx_req *req, uint64_t now_ps);

/* Handles a response of the cache: the port becomes free, and a waiting request is sent. */
void toe_ctx_answered(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps);

#endif
