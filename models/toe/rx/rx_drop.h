/* Frames that are lost in the engine, each with a reason. */
#ifndef TOESIM_TOE_RX_RX_DROP_H
#define TOESIM_TOE_RX_RX_DROP_H

#include <stdint.h>

struct frame;
struct toe_engine;

/* Reports that the frame is lost, which is its final verdict. The caller still owns the frame. */
void toe_rx_drop(struct toe_engine *engine, const struct frame *frame, uint16_t reason,
                 uint32_t conn, uint16_t gen, uint64_t now_ps);

/* Like toe_rx_drop(), for a frame of no known connection. It also frees the frame. */
void toe_rx_discard(struct toe_engine *engine, struct frame *frame, uint16_t reason,
                    uint64_t now_ps);

#endif
