/* Payload written into the receive rings of connections, and how far these writes have come. */
#ifndef TOESIM_TOE_RX_RX_WRITE_H
#define TOESIM_TOE_RX_RX_WRITE_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

bool toe_writes_create(struct toe_engine *engine);
void toe_writes_destroy(struct toe_engine *engine);

/* There is room for the writes of one segment. */
bool toe_writes_have_room(const struct toe_engine *engine);

/* Writes len bytes for sequence number seq into the receive ring of ctx, in two pieces if the ring
 * wraps. len is at most the size of the ring. */
void toe_writes_payload(struct toe_engine *engine, const struct conn_ctx *ctx, uint16_t gen,
                        uint32_t seq, const uint8_t *bytes, uint32_t len, uint64_t now_ps);

/* All writes up to number `last` have been issued on a live link. */
bool toe_writes_are_issued(const struct toe_engine *engine, uint64_t last);

/* A read behind all writes up to number `last` has come back. */
bool toe_writes_are_flushed(const struct toe_engine *engine, uint64_t last);

/* Reads `address` behind the writes so far, unless such a read is out. */
void toe_writes_flush(struct toe_engine *engine, uint64_t address, uint64_t now_ps);

void toe_writes_discard(struct toe_engine *engine);
bool toe_writes_are_idle(const struct toe_engine *engine);

#endif
