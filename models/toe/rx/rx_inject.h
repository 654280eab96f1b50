/* Frames that the host injects. They are read by DMA and then taken in order, before frames from the MAC. */
#ifndef TOESIM_TOE_RX_RX_INJECT_H
#define TOESIM_TOE_RX_RX_INJECT_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>
#include <stdint.h>

struct frame;
struct rx_item;
struct toe_engine;

bool toe_rx_inject_has_space(const struct toe_engine *engine);

/* Reserves a place for the frame that `cmd` names, and takes ownership of `frame`. Returns the place. */
uint32_t toe_rx_inject_reserve(struct toe_engine *engine, const struct nic_cmd *cmd,
                               struct frame *frame);

/* Called when the frame of this place has been read. Returns the command that asked for it. */
const struct nic_cmd *toe_rx_inject_arrived(struct toe_engine *engine, uint32_t at,
                                            const uint8_t *data, uint32_t len);

/* Returns true if the next injected frame has been read and may be taken. */
bool toe_rx_inject_is_here(const struct toe_engine *engine);
void toe_rx_inject_take(struct toe_engine *engine, struct rx_item *item);

#endif
