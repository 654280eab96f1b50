/* One timeline of all accepted segments: idle gaps clamped, backward stamps flattened. */
#ifndef TOESIM_TRACE_TIMELINE_H
#define TOESIM_TRACE_TIMELINE_H

#include "models/trace/capture.h"
#include "models/trace/tracker.h"

/* Sets time_ps of every accepted segment, in the order of the file, from 0. False: out of memory, or the disk
 * failed. */
bool timeline_make(struct tracker *tracker, uint64_t max_gap_ps, struct capture_stats *stats);

#endif
