/* Segments of the server that arrive at a replayed client. */
#ifndef TOESIM_TRACE_REPLAY_RX_H
#define TOESIM_TRACE_REPLAY_RX_H

#include "models/trace/replay/replay_conv.h"

/* Processes a segment of the server. */
void replay_rx_segment(struct replay_peer *peer, struct replay_conv *conv,
                       const struct tcp_segment *seg, uint64_t now_ps);

#endif
