/* The functions of replay_peer.c that the other files of a replay call. */
#ifndef TOESIM_TRACE_REPLAY_PEER_PVT_H
#define TOESIM_TRACE_REPLAY_PEER_PVT_H

#include "models/trace/replay/replay_conv.h"

/* Returns the state of a replayable conversation. It is brought back if it was put away. */
struct replay_conv *replay_peer_conv(struct replay_peer *peer, size_t index);

/* Updates the deadline of a conversation. It must be called after every change, as the last thing, because the state is
 * put away if the conversation has ended. */
void replay_peer_touch(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps);

#endif
