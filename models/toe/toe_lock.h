/* One lock per requester on one context of the cache; never held across a PCIe round trip. */
#ifndef TOESIM_TOE_TOE_LOCK_H
#define TOESIM_TOE_TOE_LOCK_H

#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_store.h"

#include <stdbool.h>

struct toe_engine;
struct toe_part;

extern const struct toe_part toe_lock_part;

bool toe_lock_is_free(const struct toe_engine *engine, enum ctx_who who);

/* Asks for the lock. The handler of `who` hears the result of READ_LOCK; with CTX_BAD the connection
 * is being removed already. */
void toe_lock_ask(struct toe_engine *engine, enum ctx_who who, uint32_t conn, uint16_t gen,
                  uint64_t now_ps);

/* The context that who has locked, to work on. */
struct conn_ctx *toe_lock_ctx(struct toe_engine *engine, enum ctx_who who);
uint32_t toe_lock_conn(const struct toe_engine *engine, enum ctx_who who);
uint16_t toe_lock_gen(const struct toe_engine *engine, enum ctx_who who);

/* Writes back what changed, gives the lock back, and indexes the connection's work anew. */
void toe_lock_write(struct toe_engine *engine, enum ctx_who who, uint64_t now_ps);

/* The connection ends: closed in order, or terminated for cause (enum nic_term_cause). The host is
 * told when the cache has forgotten the context and the last frame is built. */
void toe_lock_remove(struct toe_engine *engine, enum ctx_who who, bool closed, uint8_t cause,
                     uint64_t now_ps);

/* Indexes the work of a connection anew from its context: ready list and timer. */
void toe_lock_refresh(struct toe_engine *engine, const struct conn_ctx *ctx, uint32_t conn,
                      uint64_t now_ps);

/* From the cache (ctx_client). */
void toe_lock_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps);

#endif
