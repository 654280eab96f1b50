/* One timeline of all segments: idle gaps clamped, backward stamps flattened. */
#ifndef TOESIM_TRACE_TIMELINE_H
#define TOESIM_TRACE_TIMELINE_H

#include "models/trace/capture/capture.h"

/* Zeroed: before the first segment, which is at 0. */
struct timeline {
    uint64_t now_ps, base_ns;
    bool begun;
};

/* Where the next segment of the file is on the timeline, in ps. Counts what is flattened and clamped. */
uint64_t timeline_add(struct timeline *timeline, uint64_t time_ns, uint64_t max_gap_ps,
                      struct capture_stats *stats);

#endif
