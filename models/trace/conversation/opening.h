/* Finds who opened a conversation and which SYN-ACK the client accepted. Later segments decide this, because a SYN or a
 * SYN-ACK may be forged, late, or superseded by another one. */
#ifndef TOESIM_TRACE_OPENING_H
#define TOESIM_TRACE_OPENING_H

#include "models/trace/conversation/conv_view.h"

/* The number of later segments of a tuple that a decision may use. The segments that decide, such as a handshake, a
 * challenge ACK or the sender's next segment, are near. */
enum { HINDSIGHT_SEGMENTS = 256 };

#define NOT_THERE SIZE_MAX

struct opening {
    size_t syn;     /* index in the view of the client's first SYN, or NOT_THERE */
    size_t syn_ack; /* index of the first copy of the accepted SYN-ACK, or NOT_THERE */
    uint8_t client; /* the endpoint that sent the SYN; 0 without a SYN */
};

/* Finds the opening of the conversation that begins with the view's first segment. Segments of the
 * other side that precede the SYN belong to an older connection. */
void opening_find(const struct conv_view *view, struct opening *out);

/* Returns the index of the SYN-ACK that answers the SYN at this index, or NOT_THERE. The SYN-ACK must come before the
 * next SYN of the same sender, and a later segment must continue from its sequence number. */
size_t opening_answer(const struct conv_view *view, size_t syn);

/* Return true for a SYN without ACK and RST, and for a SYN-ACK. */
bool segment_is_syn(const struct raw_segment *seg);
bool segment_is_syn_ack(const struct raw_segment *seg);

#endif
