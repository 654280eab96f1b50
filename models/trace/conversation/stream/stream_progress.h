/* Tracks how far a stream was captured without a hole, segment by segment. */
#ifndef TOESIM_TRACE_STREAM_PROGRESS_H
#define TOESIM_TRACE_STREAM_PROGRESS_H

#include "models/trace/store/range_set.h"

/* A zeroed struct means that nothing was captured yet. */
struct stream_progress {
    uint64_t contiguous;
    struct range_set behind;
};

/* Adds a segment at offset `at`, or at STREAM_NOWHERE. Returns true if the segment begins behind a hole. */
bool stream_progress_add(struct stream_progress *progress, int64_t at, uint32_t len);

#endif
