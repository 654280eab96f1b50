/* Who opened a conversation, and which SYN-ACK the client took: found with hindsight, because a SYN
 * or a SYN-ACK may be forged, late, or superseded by another. */
#ifndef TOESIM_TRACE_OPENING_H
#define TOESIM_TRACE_OPENING_H

#include "models/trace/conversation/conv_view.h"

/* How many further segments of a tuple a question about the future looks at. The answers are near:
 * a handshake, a challenge ACK, the sender's next segment. */
enum { HINDSIGHT_SEGMENTS = 256 };

#define NOT_THERE SIZE_MAX

struct opening {
    size_t syn;     /* index in the view of the client's first SYN; NOT_THERE */
    size_t syn_ack; /* of the first copy of the SYN-ACK the client took; NOT_THERE */
    uint8_t client; /* who sent the SYN; 0 without one */
};

/* Finds the opening of the conversation that begins with the view's first segment. Segments of the
 * other side may precede the SYN: they are left over from an older connection. */
void opening_find(const struct conv_view *view, struct opening *out);

/* Index of the SYN-ACK that answers the SYN at this index before its sender sends another SYN, and
 * with whose number somebody goes on; NOT_THERE. */
size_t opening_answer(const struct conv_view *view, size_t syn);

/* A SYN without ACK and RST, and a SYN-ACK. */
bool segment_is_syn(const struct raw_segment *seg);
bool segment_is_syn_ack(const struct raw_segment *seg);

#endif
