/* Acts on the result of the TCP core for a locked context. */
#ifndef TOESIM_TOE_TOE_SETTLE_H
#define TOESIM_TOE_TOE_SETTLE_H

#include "models/hwif/ctx_store.h"
#include "models/tcp/tcp.h"

struct toe_engine;

/* Sends the resets and notices of the result. `seg` is the segment that caused it, or null. Returns true if
 * the connection ends and its context is being removed; otherwise the caller writes the context back. */
bool toe_lock_settle(struct toe_engine *engine, enum ctx_who who, const struct tcp_result *result,
                     const struct tcp_segment *seg, uint64_t now_ps);

#endif
