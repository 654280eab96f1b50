/*
 * The resets of a conversation that may have ended it, in the order of the file, as long as nothing has contradicted them.
 * There may be more of them than fit into memory.
 */
#ifndef TOESIM_TRACE_RESET_QUEUE_H
#define TOESIM_TRACE_RESET_QUEUE_H

#include "models/trace/store/spill.h"

/* Resets that follow each other and differ in nothing: segments `first` to `last` of the view, some of which may be no
 * resets. */
struct reset_run {
    size_t first, last;
    int64_t sent[2]; /* by each endpoint until then */
    uint8_t dir;     /* the endpoint that sent the resets */
    bool exact;      /* their sequence number is RCV.NXT of the receiver (RFC 5961 3.2) */
};

/* A zeroed struct is an empty queue. */
struct reset_queue {
    struct spill *spill; /* the runs behind the first and before the last */
    uint64_t begin, end; /* numbers of these runs */
    struct reset_run first, last;
    unsigned ends; /* how many of `first` and `last` are valid: 0, 1 or 2 */
    uint64_t bytes_most;
};

void reset_queue_free(struct reset_queue *queue);

static inline bool reset_queue_is_empty(const struct reset_queue *queue)
{
    return queue->ends == 0;
}

/* Appends a reset. These functions return false if memory is short or the disk failed. */
bool reset_queue_add(struct reset_queue *queue, const struct reset_run *reset);
/* Removes the first run of a queue that is not empty. */
bool reset_queue_drop(struct reset_queue *queue);

#endif
