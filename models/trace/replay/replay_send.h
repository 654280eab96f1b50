/* Sends the segments of a replayed client. */
#ifndef TOESIM_TRACE_REPLAY_SEND_H
#define TOESIM_TRACE_REPLAY_SEND_H

#include "models/trace/replay/replay_conv.h"

/* All of these functions return false and change nothing if no frame is free. */
bool replay_send_captured(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps);
/* Sends a segment that does not change the state of the client. `clip` limits its ACK number to the received bytes. */
bool replay_send_unchanged(struct replay_peer *peer, struct replay_conv *conv,
                           const struct client_segment *seg, bool clip, uint64_t now_ps);
bool replay_send_again(struct replay_peer *peer, struct replay_conv *conv, size_t segment,
                       uint64_t now_ps);
bool replay_send_ack(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps);
bool replay_send_reset(struct replay_peer *peer, struct replay_conv *conv, uint32_t seq,
                       uint64_t now_ps);

#endif
