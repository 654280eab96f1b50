/* Writes checkpoints of connections to host memory (models/hwif/checkpoint.h), from which the host can rebuild a
 * connection when this NIC is dead. */
#ifndef TOESIM_TOE_RX_RX_CHECKPOINT_H
#define TOESIM_TOE_RX_RX_CHECKPOINT_H

#include <stdint.h>

struct conn_ctx;
struct toe_engine;

/* Writes the first checkpoint of the generation that was just activated. */
void toe_checkpoint_first(struct toe_engine *engine, const struct conn_ctx *ctx, uint32_t conn,
                          uint64_t now_ps);

/* Writes a checkpoint if one is due. The caller has just written a record about the connection, and the context goes on.
 * One is due for each nics.engine.checkpoint records, and when the TCP state has changed. */
void toe_checkpoint_on_record(struct toe_engine *engine, const struct conn_ctx *ctx, uint32_t conn,
                              uint64_t now_ps);

#endif
