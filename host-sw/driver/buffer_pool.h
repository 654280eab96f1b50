/* A pool of host buffers for frames, which both NICs share. References to buffers are counted and may be dropped in any
 * order. */
#ifndef TOESIM_HOST_DRIVER_BUFFER_POOL_H
#define TOESIM_HOST_DRIVER_BUFFER_POOL_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

/* A buffer is free, or it is posted to a NIC, held by the host, or read by commands. Each post, hold and command has
 * one reference to it. */
struct buffer_pool {
    struct nic_bus bus;
    uint64_t base;
    uint32_t count, free_count;
    uint32_t *free_list; /* stack of indices */
    uint8_t *refs;
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

#endif
