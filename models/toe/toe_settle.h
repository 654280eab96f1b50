/* Acting on what the TCP core said about a locked context. */
#ifndef TOESIM_TOE_TOE_SETTLE_H
#define TOESIM_TOE_TOE_SETTLE_H

#include "models/hwif/ctx_store.h"
#include "models/tcp/tcp.h"

struct toe_engine;

/* Sends the resets and notices of the result. seg: the segment that caused it, null for none. True: the
 * connection ends and its context is being removed; false: the caller writes it back. */
bool toe_lock_settle(struct toe_engine *engine, enum ctx_who who, const struct tcp_result *result,
                     const struct tcp_segment *seg, uint64_t now_ps);

#endif
