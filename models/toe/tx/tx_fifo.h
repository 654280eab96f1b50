/* The transmit FIFO. It holds decided frames, whose payload is being fetched, in the order of decision. */
#ifndef TOESIM_TOE_TX_TX_FIFO_H
#define TOESIM_TOE_TX_TX_FIFO_H

#include "models/tcp/tcp.h"

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

/* A callback for the time when a frame of the host has been read. */
struct toe_tx_read {
    void (*fn)(struct toe_engine *engine, uint32_t cookie, uint64_t now_ps);
    uint32_t cookie;
};

/* Returns the number of frames in the FIFO. */
uint32_t toe_tx_queued(const struct toe_engine *engine);

bool toe_tx_has_space(const struct toe_engine *engine);

/* Return how long the line will be busy, in ps from now: with the frames of the MAC only, and with those of
 * the FIFO as well. */
uint64_t toe_tx_line_ps(const struct toe_engine *engine, uint64_t now_ps);
uint64_t toe_tx_ahead_ps(const struct toe_engine *engine, uint64_t now_ps);

/* Returns true if a new segment may be decided: the FIFO has room and the line will soon be idle. Segments
 * are decided late because a decision cannot be taken back, and a connection that moves must wait until its
 * last frame has left. */
bool toe_tx_may_decide(const struct toe_engine *engine, uint64_t now_ps);

/* Returns true if there is room for all segments that every requester may add at once when connections end. */
bool toe_tx_has_reserve(const struct toe_engine *engine);

/* Puts one decided segment into the FIFO and starts its payload reads. Returns false if the frame pool is
 * empty; then the segment counts as lost. */
bool toe_tx_emit(struct toe_engine *engine, const struct conn_ctx *ctx, const struct tcp_tx *seg,
                 uint64_t now_ps);

/* Reads a frame of the host, `len` bytes at `address`, and sends it unchanged in its turn. The FIFO must
 * have room. Returns false if the frame pool is empty. */
bool toe_tx_host_frame(struct toe_engine *engine, uint64_t address, uint32_t len,
                       struct toe_tx_read done, uint64_t now_ps);

#endif
