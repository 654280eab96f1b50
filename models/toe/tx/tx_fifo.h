/* The transmit FIFO: frames decided on, whose payload is being fetched, in the order of decision. */
#ifndef TOESIM_TOE_TX_TX_FIFO_H
#define TOESIM_TOE_TX_TX_FIFO_H

#include "models/tcp/tcp.h"

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

/* Called when a frame of the host has been read. */
struct toe_tx_read {
    void (*fn)(struct toe_engine *engine, uint32_t cookie, uint64_t now_ps);
    uint32_t cookie;
};

bool toe_tx_has_room(const struct toe_engine *engine);

/* How long the line will be busy, in ps from now: with the frames of the MAC alone, and with those of the
 * FIFO as well. */
uint64_t toe_tx_line_ps(const struct toe_engine *engine, uint64_t now_ps);
uint64_t toe_tx_ahead_ps(const struct toe_engine *engine, uint64_t now_ps);

/* A new segment may be decided: the FIFO has room, and the line will soon be idle. What is decided
 * cannot be taken back, and a connection that moves has to wait until its last frame has left. */
bool toe_tx_may_decide(const struct toe_engine *engine, uint64_t now_ps);

/* There is room for what every requester may add at once when connections end under them. */
bool toe_tx_has_reserve(const struct toe_engine *engine);

/* Puts one decided segment into the FIFO and starts its payload reads. False: no frame is left in the
 * pool, and the segment counts as lost. */
bool toe_tx_emit(struct toe_engine *engine, const struct conn_ctx *ctx, const struct tcp_tx *seg,
                 uint64_t now_ps);

/* Reads a frame of the host, len bytes at address, to be sent as it is in its turn. The FIFO must have
 * room. False: no frame is left in the pool. */
bool toe_tx_host_frame(struct toe_engine *engine, uint64_t address, uint32_t len,
                       struct toe_tx_read done, uint64_t now_ps);

#endif
