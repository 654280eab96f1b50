/* The functions of replay_peer.c that the other files of a replay call. */
#ifndef TOESIM_TRACE_REPLAY_PEER_PVT_H
#define TOESIM_TRACE_REPLAY_PEER_PVT_H

#include "models/trace/replay/replay_conv.h"

/* Updates the deadline of a conversation. It must be called after every change. */
void replay_peer_touch(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps);

#endif
