/* Frames held for connections that are being moved: lists per connection in one bounded pool. */
#ifndef TOESIM_HOST_CONN_HOLD_H
#define TOESIM_HOST_CONN_HOLD_H

#include "host-sw/conn/directory.h"
#include "host-sw/driver/buffer_pool.h"

#include <stdbool.h>
#include <stdint.h>

struct hold_node {
    struct dir_frame frame;
    uint32_t next;
};

struct hold_pool {
    struct buffer_pool *buffers;
    struct hold_node *nodes;
    uint32_t capacity, free_head;
    uint32_t frames_per_conn_max;
    uint64_t bytes, bytes_limit, bytes_max;
};

void hold_init(struct hold_pool *pool, struct buffer_pool *buffers, uint32_t frames_per_conn_max,
               uint64_t bytes_limit);
void hold_free(struct hold_pool *pool);

/* Keeps frame (one more reference to its buffer) in order of MAC time, which keeps the order of
 * each port. False: a limit is reached and this, the newest, is to be dropped. */
bool hold_add(struct hold_pool *pool, struct dir_entry *entry, const struct dir_frame *frame);

/* Takes the oldest out; its reference passes to the caller. False: none. */
bool hold_take(struct hold_pool *pool, struct dir_entry *entry, struct dir_frame *frame);

/* Forgets the oldest `count`: their NIC has read them. */
void hold_drop_first(struct hold_pool *pool, struct dir_entry *entry, uint32_t count);

#endif
