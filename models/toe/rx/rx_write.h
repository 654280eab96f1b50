/* Payload writes into the receive rings of connections, and their progress. */
#ifndef TOESIM_TOE_RX_RX_WRITE_H
#define TOESIM_TOE_RX_RX_WRITE_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

bool toe_writes_create(struct toe_engine *engine);
void toe_writes_destroy(struct toe_engine *engine);

/* Returns true if there is room for the writes of one segment. */
bool toe_writes_have_space(const struct toe_engine *engine);

/* Writes `len` bytes for sequence number `seq` into the receive ring of `ctx`, in two pieces if the ring
 * wraps around. `len` is at most the size of the ring. */
void toe_writes_payload(struct toe_engine *engine, const struct conn_ctx *ctx, uint16_t gen,
                        uint32_t seq, const uint8_t *bytes, uint32_t len, uint64_t now_ps);

/* Returns true if all writes up to number `last` have been issued on a live link. */
bool toe_writes_are_issued(const struct toe_engine *engine, uint64_t last);

/* Returns true if a read after all writes up to number `last` has completed. */
bool toe_writes_are_flushed(const struct toe_engine *engine, uint64_t last);

/* Returns true if a read after the first `count` records has completed. */
bool toe_writes_are_recorded(const struct toe_engine *engine, uint64_t count);

/* Reads `address` after the writes and records so far, unless such a read is outstanding. */
void toe_writes_flush(struct toe_engine *engine, uint64_t address, uint64_t now_ps);

void toe_writes_discard(struct toe_engine *engine);
bool toe_writes_are_idle(const struct toe_engine *engine);

#endif
