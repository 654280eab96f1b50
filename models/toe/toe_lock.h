/* One lock per requester on one context of the cache. A lock is never held across a PCIe round trip. */
#ifndef TOESIM_TOE_TOE_LOCK_H
#define TOESIM_TOE_TOE_LOCK_H

#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_store.h"

#include <stdbool.h>

struct toe_engine;
struct toe_part;

extern const struct toe_part toe_lock_part;

bool toe_lock_is_free(const struct toe_engine *engine, enum ctx_who who);

/* Requests the lock. The requester's handler gets the result of READ_LOCK; after CTX_BAD the connection is
 * already being removed. */
void toe_lock_ask(struct toe_engine *engine, enum ctx_who who, uint32_t conn, uint16_t gen,
                  uint64_t now_ps);

/* Returns the working copy of the context that `who` has locked. */
struct conn_ctx *toe_lock_ctx(struct toe_engine *engine, enum ctx_who who);
uint32_t toe_lock_conn(const struct toe_engine *engine, enum ctx_who who);
uint16_t toe_lock_gen(const struct toe_engine *engine, enum ctx_who who);

/* Writes the changed lines back, releases the lock, and indexes the connection's work again. */
void toe_lock_write(struct toe_engine *engine, enum ctx_who who, uint64_t now_ps);

/* Ends the connection: closed in order, or terminated with a cause (enum nic_term_cause). The host is told
 * when the cache has removed the context and the last frame is built. */
void toe_lock_remove(struct toe_engine *engine, enum ctx_who who, bool closed, uint8_t cause,
                     uint64_t now_ps);

/* Updates the ready list and the timer of a connection from its context. */
void toe_lock_refresh(struct toe_engine *engine, const struct conn_ctx *ctx, uint32_t conn,
                      uint64_t now_ps);

/* Receives the responses of the cache (ctx_client). */
void toe_lock_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps);

#endif
