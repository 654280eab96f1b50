#include "host-sw/driver/buffer_pool.h"

#include "models/base/memory.h"
#include "models/hwif/nic_desc.h"

#include <assert.h>
#include <stdlib.h>

enum { LENT_LOG2 = 8 }; /* slots of the table of lent frames at the start */

/* --- the table of frames that NICs have been lent --- */

static uint32_t mask_of(const struct lent_table *table) { return (1u << table->log2_slots) - 1; }

/* Frame ids are consecutive, and the odd multiplier spreads them over the slots (Knuth 6.4). */
static uint32_t home_of(const struct lent_table *table, uint64_t frame_id)
{
    return (uint32_t)(frame_id * UINT64_C(0x9e3779b97f4a7c15) >> (64 - table->log2_slots));
}

static void init_log2(struct lent_table *table, uint32_t log2_slots)
{
    *table = (struct lent_table){.log2_slots = log2_slots};
    table->slots = calloc((size_t)1 << log2_slots, sizeof *table->slots);
    memory_check(table->slots);
}

static uint32_t probe_for(const struct lent_table *table, uint64_t frame_id)
{
    uint32_t at = home_of(table, frame_id);
    while (table->slots[at].frame_id != 0 && table->slots[at].frame_id != frame_id)
        at = (at + 1) & mask_of(table);
    return at;
}

/* --- the pool --- */

bool buffer_pool_init(struct buffer_pool *pool, struct nic_bus bus, uint32_t count)
{
    *pool = (struct buffer_pool){.bus = bus, .count = count, .free_count = count};
    pool->base = bus.ops->mem_alloc(bus.self, (uint64_t)count * NIC_BUFFER_BYTES);
    pool->free_list = malloc(count * sizeof *pool->free_list);
    pool->refs = calloc(count, sizeof *pool->refs);
    memory_check(pool->free_list);
    memory_check(pool->refs);
    init_log2(&pool->lent, LENT_LOG2);
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
    free(pool->lent.slots);
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
    nic_bus_lock(pool->bus, HOST_LOCK_BUFFERS);
    bool any = pool->free_count > 0;
    uint32_t index = any ? pool->free_list[--pool->free_count] : 0;
    nic_bus_unlock(pool->bus, HOST_LOCK_BUFFERS);
    if (!any)
        return 0;
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

/* --- lending --- */

void buffer_pool_lend(struct buffer_pool *pool, uint64_t frame_id, uint64_t address, unsigned nic)
{
    struct lent_table *table = &pool->lent;
    assert(frame_id != 0);
    buffer_pool_ref(pool, address);
    if (table->count >= mask_of(table) / 4 * 3) {
        struct lent_table bigger;
        init_log2(&bigger, table->log2_slots + 1);
        for (uint32_t i = 0; i <= mask_of(table); i++)
            if (table->slots[i].frame_id != 0)
                bigger.slots[probe_for(&bigger, table->slots[i].frame_id)] = table->slots[i];
        bigger.count = table->count;
        free(table->slots);
        *table = bigger;
    }
    uint32_t at = probe_for(table, frame_id);
    assert(table->slots[at].frame_id == 0);
    table->slots[at] = (struct lent_slot){frame_id, address, nic};
    table->count++;
}

uint64_t buffer_pool_return(struct buffer_pool *pool, uint64_t frame_id)
{
    struct lent_table *table = &pool->lent;
    if (frame_id == 0)
        return 0;
    uint32_t hole = probe_for(table, frame_id);
    if (table->slots[hole].frame_id == 0)
        return 0;
    uint64_t buffer = table->slots[hole].buffer;
    for (uint32_t at = (hole + 1) & mask_of(table); table->slots[at].frame_id != 0;
         at = (at + 1) & mask_of(table)) {
        uint32_t home = home_of(table, table->slots[at].frame_id);
        if (((at - home) & mask_of(table)) >= ((at - hole) & mask_of(table))) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole].frame_id = 0;
    table->count--;
    return buffer;
}

bool buffer_pool_return_of_nic(struct buffer_pool *pool, unsigned nic, uint64_t *frame_id,
                               uint64_t *address)
{
    const struct lent_table *table = &pool->lent;
    for (uint32_t i = 0; i <= mask_of(table); i++) {
        if (table->slots[i].frame_id == 0 || table->slots[i].nic != nic)
            continue;
        *frame_id = table->slots[i].frame_id;
        *address = buffer_pool_return(pool, *frame_id);
        return true;
    }
    return false;
}
