/* Host buffers for whole frames, shared by both NICs; counted references, returned in any order. */
#ifndef TOESIM_HOST_DRIVER_BUFFER_POOL_H
#define TOESIM_HOST_DRIVER_BUFFER_POOL_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

/* A buffer is posted to a NIC, held by the host, read by one or more commands, or free. Each of the
 * first three is one reference. */
struct buffer_pool {
    struct nic_bus bus;
    uint64_t base;
    uint32_t count, free_count;
    uint32_t *free_list; /* stack of indices */
    uint8_t *refs;
};

/* False: no memory. */
bool buffer_pool_init(struct buffer_pool *pool, struct nic_bus bus, uint32_t count);
void buffer_pool_free(struct buffer_pool *pool);

/* Address of a buffer with one reference; 0: none is free. */
uint64_t buffer_pool_take(struct buffer_pool *pool);
void buffer_pool_ref(struct buffer_pool *pool, uint64_t address);
/* The last reference frees the buffer. */
void buffer_pool_unref(struct buffer_pool *pool, uint64_t address);

/* Number of a buffer, from 0. */
uint32_t buffer_pool_index(const struct buffer_pool *pool, uint64_t address);

/* True for the address of a buffer that is in use. */
bool buffer_pool_owns(const struct buffer_pool *pool, uint64_t address);

#endif
