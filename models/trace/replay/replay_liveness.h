/* The retransmission timer of a replayed client (RFC 6298). */
#ifndef TOESIM_TRACE_REPLAY_LIVENESS_H
#define TOESIM_TRACE_REPLAY_LIVENESS_H

#include "models/trace/replay/replay_conv.h"

void replay_rto_init(struct replay_rto *rto);
/* Called when the client has sent sequence space up to `end`. `again` is true for a retransmission. */
void replay_liveness_on_sent(struct replay_peer *peer, struct replay_conv *conv, uint64_t end,
                             bool again, uint64_t now_ps);
/* Called when the server has acknowledged more than before. */
void replay_liveness_on_acked(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps);
/* Called when the timer has expired. Returns false if no frame is free. */
bool replay_liveness_on_timeout(struct replay_peer *peer, struct replay_conv *conv,
                                uint64_t now_ps);

#endif
