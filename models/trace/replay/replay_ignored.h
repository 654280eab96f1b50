/* Segments of the capture that the captured server did not accept. */
#ifndef TOESIM_TRACE_REPLAY_IGNORED_H
#define TOESIM_TRACE_REPLAY_IGNORED_H

#include "models/trace/replay/replay_conv.h"

/* Handles the next captured segment, which the captured server did not accept. */
bool replay_ignored_send(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps);

#endif
