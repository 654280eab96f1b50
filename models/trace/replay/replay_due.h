/* When a replayed client has to do something next, and what. */
#ifndef TOESIM_TRACE_REPLAY_DUE_H
#define TOESIM_TRACE_REPLAY_DUE_H

#include "models/trace/replay/replay_conv.h"

/* Returns the captured segment to send next. */
const struct client_segment *replay_next(struct replay_conv *conv);

/* States whether the next captured segment may be sent, and if not, the reason. */
enum replay_block {
    REPLAY_FREE,          /* due at its time */
    REPLAY_NO_MORE,       /* every segment was sent */
    REPLAY_NOT_ARRIVED,   /* it acknowledges or SACKs bytes that have not arrived */
    REPLAY_NO_WINDOW,     /* the server's window is too small */
    REPLAY_NOT_DELIVERED, /* a reset waits for acknowledgments of the server */
};
enum replay_block replay_due_block(struct replay_conv *conv);
/* Return when the next captured segment, a probe of a closed window, or the conversation as a whole is due; TIME_NEVER
 * if nothing is. */
uint64_t replay_due_segment_ps(const struct replay_peer *peer, struct replay_conv *conv);
uint64_t replay_due_probe_ps(struct replay_conv *conv);
uint64_t replay_due_ps(const struct replay_peer *peer, struct replay_conv *conv);
/* Returns when the conversation will have stalled. Returns TIME_NEVER while a segment is due or a timer will send one. */
uint64_t replay_due_stall_ps(const struct replay_peer *peer, struct replay_conv *conv);

/* Return the position of a captured segment, and of its acknowledgment number. Both may be negative. */
int64_t replay_due_seq(const struct replay_conv *conv, const struct client_segment *seg);
int64_t replay_due_ack(const struct replay_conv *conv, uint32_t ack);

/* Sets the time at which a pure ACK is sent for what has arrived, unless a captured segment carries it soon. */
void replay_due_arm_ack(const struct replay_peer *peer, struct replay_conv *conv);

#endif
