/* Puts the payload of one direction of a conversation into order: sequence space with gaps,
 * overlaps and conflicts. Offsets count bytes of the stream: 0 is the first byte after the SYN. */
#ifndef TOESIM_TRACE_STREAM_H
#define TOESIM_TRACE_STREAM_H

#include "models/trace/arena.h"
#include "models/trace/stream_map.h"
#include "models/trace/tracker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_NOWHERE INT64_MIN /* a sequence number too far away to belong to the stream */

/* A reset that may have ended a conversation, and how much each endpoint had sent until then. */
struct view_reset {
    size_t index;
    int64_t sent[2];
    bool exact; /* its number is the one its receiver expects (RFC 5961 3.2) */
};

/* Segments of one tuple in the order of the file; buffers are reused. acceptance.c fills at and
 * acked. */
struct conv_view {
    struct raw_segment **segments;
    struct raw_segment *loaded; /* what they point to */
    int64_t *at;    /* offset of the first payload byte in the sender's stream, or STREAM_NOWHERE */
    int64_t *acked; /* offset acknowledged in the other's stream (its FIN counts 1); -1: no claim */
    size_t count, room;
    struct view_reset *resets; /* scratch of acceptance.c */
    size_t reset_room;
};

struct stream {
    struct stream_map map; /* contiguous from offset 0, in order; its ranges are malloc()ed */
    uint64_t len;
    bool gap;          /* something was captured behind a hole */
    bool conflict;     /* the same sequence number carried different bytes */
    bool cut;          /* some bytes are the pattern */
    bool fin;          /* a FIN was captured where the contiguous bytes end */
    bool fin_seen;     /* a FIN was captured anywhere */
    int64_t fin_acked; /* what the first segment with that FIN acknowledged */
    uint64_t fin_ps;   /* and when it was captured */
    uint64_t acked;    /* highest acknowledgement of it; may exceed len (FIN, or bytes missing) */
};

/* False: out of memory, or a failing disk. Ignores FINs that are not the stream's end, and what lies behind that. */
bool stream_assemble(struct arena *arena, const struct payload_store *store, struct conv_view *view,
                     uint8_t dir, struct stream *out);

#endif
