/*
 * The ranges of a stream while it is assembled. They arrive mostly in order, and there may be more of them than fit into
 * memory. They are gathered in memory, written to a spill as sorted runs, and merged at the end.
 */
#ifndef TOESIM_TRACE_RANGE_RUNS_H
#define TOESIM_TRACE_RANGE_RUNS_H

#include "models/trace/conversation/stream/stream_map.h"

struct range_runs; /* opaque */

/* Creates an empty set that gathers `gather` ranges in memory, or the default number if it is 0. Returns null if memory is
 * short. */
struct range_runs *range_runs_create(size_t gather);
void range_runs_destroy(struct range_runs *runs);

/* Returns the spill of the runs, which knows the error if the disk failed, or null if all ranges are in memory. */
const struct spill *range_runs_spill(const struct range_runs *runs);

/* Adds a range that overlaps no other range. It is joined with the range before it if it continues that range. Returns
 * false if memory is short or the disk failed. */
bool range_runs_add(struct range_runs *runs, const struct stream_range *range);

/* Finds the range that holds the byte at this offset. Returns false if there is none. */
bool range_runs_find(struct range_runs *runs, uint64_t offset, struct stream_range *out);

/* Calls on_range for each range, from the last of the stream to the first. Afterwards no range can be added. Returns
 * false if memory is short, the disk failed, or the callback returned false. */
bool range_runs_backward(struct range_runs *runs,
                         bool (*on_range)(void *self, const struct stream_range *range),
                         void *self);

#endif
