/* Frames that are held for connections under transfer, or waiting for their turn. Each connection has a list, and all
 * lists share one bounded pool. */
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
    uint32_t frames, frames_limit; /* over all connections */
    uint64_t bytes, bytes_limit, bytes_max;
};

enum { HOLD_FRAME_BYTES = 1024 }; /* the limit in bytes allows one frame for each of these units */

/* Returns how many frames may be held over all connections at a time: one for each HOLD_FRAME_BYTES of bytes_limit, but
 * at least one. As many buffers must be there beyond those that the NICs have. */
uint32_t hold_frames_limit(uint64_t bytes_limit);

void hold_init(struct hold_pool *pool, struct buffer_pool *buffers, uint32_t frames_per_conn_max,
               uint64_t bytes_limit);
void hold_free(struct hold_pool *pool);

/* Adds frame to the connection's list and takes a reference to its buffer. The list is in order of MAC time, which
 * keeps the order of each port. Returns false if a limit is reached; the caller then drops this frame, which is the
 * newest, or forwards it behind those that are held. */
bool hold_add(struct hold_pool *pool, struct dir_entry *entry, const struct dir_frame *frame);

/* Removes the oldest frame and passes its buffer reference to the caller. Returns false if no frame is held. */
bool hold_take(struct hold_pool *pool, struct dir_entry *entry, struct dir_frame *frame);

/* Returns the bytes of the frames that are held for the connection, without FCS and padding. */
uint64_t hold_bytes(const struct hold_pool *pool, const struct dir_entry *entry);

/* Removes the oldest `count` frames and drops their buffer references, because the NIC has read these frames. */
void hold_drop_first(struct hold_pool *pool, struct dir_entry *entry, uint32_t count);

#endif
