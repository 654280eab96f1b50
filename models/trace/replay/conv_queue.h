/*
 * When each conversation of a replay is due next. A conversation that has not begun has a place in a list that is sorted
 * once, and one that is open has a place in a heap; those that have ended have none.
 */
#ifndef TOESIM_TRACE_CONV_QUEUE_H
#define TOESIM_TRACE_CONV_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conv_due {
    uint64_t due_ps;
    uint32_t conversation;
};

struct conv_open {
    struct conv_due due;
    size_t *at; /* the owner's copy of the place in the heap, plus 1; 0: not in the heap */
};

/* A zeroed struct is an empty queue. */
struct conv_queue {
    struct conv_due *begins;
    size_t begin_count, begin_capacity, begin_next;
    struct conv_open *heap;
    size_t open_count, open_capacity;
};

void conv_queue_free(struct conv_queue *queue);

/* Adds a conversation that has not begun. Returns false if memory is short. All must be added before the other functions
 * are called. */
bool conv_queue_add(struct conv_queue *queue, uint32_t conversation, uint64_t begin_ps);
/* Sorts the conversations that were added. */
void conv_queue_sort(struct conv_queue *queue);

/* Sets when an open conversation is due, perhaps TIME_NEVER. *at is 0 if it is not in the heap so far, and is changed
 * whenever the heap changes. The program ends if memory is short. */
void conv_queue_set(struct conv_queue *queue, uint32_t conversation, uint64_t due_ps, size_t *at);
/* Removes an open conversation. */
void conv_queue_remove(struct conv_queue *queue, size_t *at);

/* Returns the next time at which a conversation is due or begins, or TIME_NEVER. */
uint64_t conv_queue_next_ps(const struct conv_queue *queue);
/* Returns the conversation that is next; the queue must not be empty. If two are due at the same time, it is the one with
 * the lower number. *begins tells that it has not begun; it is then removed from the list. */
uint32_t conv_queue_first(struct conv_queue *queue, bool *begins);

/* Returns the bytes in memory for the conversations that have not begun or have ended. */
uint64_t conv_queue_bytes(const struct conv_queue *queue);

#endif
