/* Puts the payload of one direction of a conversation into order: sequence space with gaps,
 * overlaps and conflicts. Offsets count bytes of the stream: 0 is the first byte after the SYN. */
#ifndef TOESIM_TRACE_STREAM_H
#define TOESIM_TRACE_STREAM_H

#include "models/trace/conversation/conv_view.h"
#include "models/trace/conversation/stream_map.h"
#include "models/trace/store/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream {
    struct stream_map map; /* contiguous from offset 0 */
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

/* False: out of memory, a failing disk, or stopped. Ignores FINs that are not the stream's end, and
 * what lies behind that. Makes six passes over the view. */
bool stream_assemble(struct arena *arena, const struct payload_store *store, struct conv_view *view,
                     uint8_t dir, struct stream *out);

#endif
