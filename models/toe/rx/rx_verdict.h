/* The end of a frame's way through the receive pipeline: its record, and the start of the next frame. */
#ifndef TOESIM_TOE_RX_RX_VERDICT_H
#define TOESIM_TOE_RX_RX_VERDICT_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>

struct toe_engine;

/* Returns a record with the fields that are the same for every verdict on the frame being applied. */
struct nic_record toe_rx_record(const struct toe_engine *engine);

/* Ends the frame that is being applied, when it has its verdict and its record; the pipeline continues. */
void toe_rx_finish(struct toe_engine *engine, uint64_t now_ps);

/* Drops the frame that is being applied. `with_record` is true if it belongs to a connection of this NIC.
 * The record of an injected frame is always written, because the host waits to reuse its buffer. */
void toe_rx_finish_dropped(struct toe_engine *engine, uint16_t reason, bool with_record,
                           uint64_t now_ps);

#endif
