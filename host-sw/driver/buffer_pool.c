#include "host-sw/driver/buffer_pool.h"

#include "models/base/memory.h"
#include "models/hwif/nic_desc.h"

#include <assert.h>
#include <stdlib.h>

bool buffer_pool_init(struct buffer_pool *pool, struct nic_bus bus, uint32_t count)
{
    *pool = (struct buffer_pool){.bus = bus, .count = count, .free_count = count};
    pool->base = bus.ops->mem_alloc(bus.self, (uint64_t)count * NIC_BUFFER_BYTES);
    pool->free_list = malloc(count * sizeof *pool->free_list);
    pool->refs = calloc(count, sizeof *pool->refs);
    memory_check(pool->free_list);
    memory_check(pool->refs);
    if (!pool->base) {
        buffer_pool_free(pool);
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        pool->free_list[i] = count - 1 - i; /* the lowest address is taken first */
    return true;
}

void buffer_pool_free(struct buffer_pool *pool)
{
    if (pool->base)
        pool->bus.ops->mem_free(pool->bus.self, pool->base,
                                (uint64_t)pool->count * NIC_BUFFER_BYTES);
    free(pool->free_list);
    free(pool->refs);
    *pool = (struct buffer_pool){0};
}

uint32_t buffer_pool_index(const struct buffer_pool *pool, uint64_t address)
{
    uint64_t offset = address - pool->base;
    assert(address >= pool->base && offset % NIC_BUFFER_BYTES == 0);
    assert(offset / NIC_BUFFER_BYTES < pool->count);
    return (uint32_t)(offset / NIC_BUFFER_BYTES);
}

uint64_t buffer_pool_take(struct buffer_pool *pool)
{
    if (pool->free_count == 0)
        return 0;
    uint32_t index = pool->free_list[--pool->free_count];
    assert(pool->refs[index] == 0);
    pool->refs[index] = 1;
    return pool->base + (uint64_t)index * NIC_BUFFER_BYTES;
}

void buffer_pool_ref(struct buffer_pool *pool, uint64_t address)
{
    uint32_t index = buffer_pool_index(pool, address);
    assert(pool->refs[index] > 0 && pool->refs[index] < UINT8_MAX);
    pool->refs[index]++;
}

void buffer_pool_unref(struct buffer_pool *pool, uint64_t address)
{
    uint32_t index = buffer_pool_index(pool, address);
    assert(pool->refs[index] > 0);
    if (--pool->refs[index] == 0)
        pool->free_list[pool->free_count++] = index;
}

bool buffer_pool_owns(const struct buffer_pool *pool, uint64_t address)
{
    uint64_t offset = address - pool->base;
    return address >= pool->base && offset % NIC_BUFFER_BYTES == 0 &&
           offset / NIC_BUFFER_BYTES < pool->count && pool->refs[offset / NIC_BUFFER_BYTES] > 0;
}
