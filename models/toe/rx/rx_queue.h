/* Frames from the MAC that wait for the receive pipeline. */
#ifndef TOESIM_TOE_RX_RX_QUEUE_H
#define TOESIM_TOE_RX_RX_QUEUE_H

#include <stdint.h>

struct frame;
struct toe_engine;

/* Called by the MAC (frame_sink). The frame is lost if the queue is full or the engine is stopped. */
void toe_rx_accept(void *self, struct frame *frame, uint64_t now_ps);

uint32_t toe_rx_queued(const struct toe_engine *engine);

/* Takes the first frame. The queue must not be empty. */
struct frame *toe_rx_queue_take(struct toe_engine *engine);

#endif
