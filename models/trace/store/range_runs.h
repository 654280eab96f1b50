/*
 * The ranges of a stream while it is put together: mostly in order, some late, and more of them than
 * memory holds. They are gathered in memory, in order, and go to a spill in sorted runs, which are
 * merged at the end.
 */
#ifndef TOESIM_TRACE_RANGE_RUNS_H
#define TOESIM_TRACE_RANGE_RUNS_H

#include "models/trace/conversation/stream_map.h"

struct range_runs; /* opaque */

/* Null: no memory. gather: ranges in memory; 0: the default. */
struct range_runs *range_runs_create(size_t gather);
void range_runs_destroy(struct range_runs *runs);

/* Adds a range that overlaps none of the others. It becomes one with the range before it where the one goes
 * on with the other. False: no memory, or the disk failed. */
bool range_runs_add(struct range_runs *runs, const struct stream_range *range);

/* The range that holds the byte at this offset. False: none does. */
bool range_runs_find(struct range_runs *runs, uint64_t offset, struct stream_range *out);

/* Calls back for each range, the last of the stream first. No range can be added any more. False: no
 * memory, the disk failed, or the callback said so. */
bool range_runs_backward(struct range_runs *runs,
                         bool (*on_range)(void *self, const struct stream_range *range),
                         void *self);

#endif
