/* The end of a frame's way through the receive pipeline: its record, and the next frame's turn. */
#ifndef TOESIM_TOE_RX_RX_VERDICT_H
#define TOESIM_TOE_RX_RX_VERDICT_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>

struct toe_engine;

/* What is the same in every record of the frame that is being applied. */
struct nic_record toe_rx_record(const struct toe_engine *engine);

/* The frame has its verdict and its record: the pipeline goes on. */
void toe_rx_finish(struct toe_engine *engine, uint64_t now_ps);

/* The frame is lost. with_record: it is of a connection of this NIC. The record of an injected frame is
 * always written, for the host waits for its buffer. */
void toe_rx_finish_dropped(struct toe_engine *engine, uint16_t reason, bool with_record,
                           uint64_t now_ps);

#endif
