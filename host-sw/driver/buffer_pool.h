/*
 * A pool of host buffers for frames, which both NICs share. References to buffers are counted and may be dropped in any
 * order. The host can lend a frame in a buffer to a NIC, which processes the frame as if it had received it; the pool
 * knows by the number of the frame which buffer comes back with the NIC's record.
 */
#ifndef TOESIM_HOST_DRIVER_BUFFER_POOL_H
#define TOESIM_HOST_DRIVER_BUFFER_POOL_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

/* A frame that a NIC has been lent. */
struct lent_slot {
    uint64_t frame_id; /* 0 if the slot is empty */
    uint64_t buffer;
    unsigned nic;
};

/* The lent frames. The table uses open addressing with the frame id as the key. At most one NIC has a frame at a time.
 */
struct lent_table {
    struct lent_slot *slots;
    uint32_t log2_slots;
    uint32_t count;
};

/* A buffer is free, or it is posted to a NIC, held by the host, read by commands, or lent to a NIC. Each post, hold,
 * command and loan has one reference to it. */
struct buffer_pool {
    struct nic_bus bus;
    uint64_t base;
    uint32_t count, free_count;
    uint32_t *free_list; /* stack of indices */
    uint8_t *refs;
    struct lent_table lent;
};

/* Allocates `count` buffers in host memory. Returns false if there is no memory. */
bool buffer_pool_init(struct buffer_pool *pool, struct nic_bus bus, uint32_t count);
void buffer_pool_free(struct buffer_pool *pool);

/* Returns the address of a free buffer, with one reference, or 0 if no buffer is free. */
uint64_t buffer_pool_take(struct buffer_pool *pool);
void buffer_pool_ref(struct buffer_pool *pool, uint64_t address);
/* Drops a reference. The buffer becomes free with its last reference. */
void buffer_pool_unref(struct buffer_pool *pool, uint64_t address);

/* Returns the index of a buffer, which counts from 0. */
uint32_t buffer_pool_index(const struct buffer_pool *pool, uint64_t address);

/* Returns true if address is that of a buffer in use. */
bool buffer_pool_owns(const struct buffer_pool *pool, uint64_t address);

/* Lends the frame in this buffer to a NIC and takes a reference. frame_id must not be 0, and the frame must not be
 * lent. */
void buffer_pool_lend(struct buffer_pool *pool, uint64_t frame_id, uint64_t address, unsigned nic);
/* Ends the loan of a frame. Returns its buffer, whose reference passes to the caller, or 0 if the frame was not lent.
 */
uint64_t buffer_pool_return(struct buffer_pool *pool, uint64_t frame_id);
/* Ends the loan of one frame that a dead NIC had; the reference passes to the caller. Returns false if none is left. */
bool buffer_pool_return_of_nic(struct buffer_pool *pool, unsigned nic, uint64_t *frame_id,
                               uint64_t *address);

#endif
