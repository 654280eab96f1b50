/* Puts the payload of one direction of a conversation into order, and detects gaps, overlaps and conflicts. Offsets count
 * bytes of the stream; 0 is the first byte after the SYN. */
#ifndef TOESIM_TRACE_STREAM_H
#define TOESIM_TRACE_STREAM_H

#include "models/trace/conversation/conv_view.h"
#include "models/trace/conversation/stream/stream_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream {
    struct stream_map map; /* contiguous from offset 0 */
    uint64_t len;
    bool gap;          /* bytes were captured behind a hole */
    bool conflict;     /* the same sequence number carried different bytes */
    bool cut;          /* some bytes are the pattern */
    bool fin;          /* a FIN was captured where the contiguous bytes end */
    bool fin_seen;     /* a FIN was captured anywhere */
    int64_t fin_acked; /* the acknowledgment in the first segment with that FIN */
    uint64_t fin_ps;   /* when that segment was captured */
    uint64_t acked;    /* highest acknowledged offset; exceeds len for a FIN or missing bytes */
};

/* Assembles the stream of the endpoint `dir` in six passes over the view. FINs that are not the end of the stream, and
 * bytes behind its end, are ignored. If `timed` is false, all times are 0. Returns false if memory is short, the disk
 * failed, or the work was stopped. */
bool stream_assemble(const struct payload_store *store, struct conv_view *view, uint8_t dir,
                     bool timed, struct stream *out);

#endif
