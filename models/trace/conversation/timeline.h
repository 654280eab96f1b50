/* Computes one timeline for all segments. Long idle gaps are clamped and backward time stamps are flattened. */
#ifndef TOESIM_TRACE_TIMELINE_H
#define TOESIM_TRACE_TIMELINE_H

#include "models/trace/capture/capture.h"

/* A zeroed struct is the state before the first segment, whose time is 0. */
struct timeline {
    uint64_t now_ps, base_ns;
    bool begun;
};

/* Returns the time of the next segment of the file on the timeline, in ps. Counts flattened stamps and clamped gaps. */
uint64_t timeline_add(struct timeline *timeline, uint64_t time_ns, uint64_t max_gap_ps,
                      struct capture_stats *stats);

#endif
