/* The functions of endpoint_peer.c that the other files of endpoint mode call. */
#ifndef TOESIM_TRACE_ENDPOINT_PEER_PVT_H
#define TOESIM_TRACE_ENDPOINT_PEER_PVT_H

#include "models/trace/endpoint/endpoint_pvt.h"

/* Returns the state of a replayable conversation. It is brought back if it was put away. */
struct endpoint_conv *endpoint_peer_conv(struct endpoint_peer *peer, size_t index);

/* Handles the conversations that the stack has touched. It must be called after every call into the stack. */
void endpoint_peer_settle(struct endpoint_peer *peer, uint64_t now_ps);

#endif
