/* Frames from the MAC, waiting for the receive pipeline. */
#ifndef TOESIM_TOE_RX_RX_QUEUE_H
#define TOESIM_TOE_RX_RX_QUEUE_H

#include <stdint.h>

struct frame;
struct toe_engine;

/* From the MAC (frame_sink). A frame that finds the queue full, or the engine stopped, is lost. */
void toe_rx_accept(void *self, struct frame *frame, uint64_t now_ps);

uint32_t toe_rx_queued(const struct toe_engine *engine);

/* The first frame; the queue must not be empty. */
struct frame *toe_rx_queue_take(struct toe_engine *engine);

#endif
