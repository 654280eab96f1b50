#include "host-sw/conn/hold.h"

#include "models/base/memory.h"
#include "models/base/planted.h"
#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>

uint32_t hold_frames_limit(uint64_t bytes_limit)
{
    return (uint32_t)u64_max(1, u64_min(bytes_limit / HOLD_FRAME_BYTES, UINT32_MAX));
}

void hold_init(struct hold_pool *pool, struct buffer_pool *buffers, uint32_t frames_per_conn_max,
               uint64_t bytes_limit)
{
    *pool = (struct hold_pool){.buffers = buffers,
                               .free_head = DIR_NONE,
                               .frames_per_conn_max = frames_per_conn_max,
                               .frames_limit = hold_frames_limit(bytes_limit),
                               .bytes_limit = bytes_limit};
}

void hold_free(struct hold_pool *pool)
{
    free(pool->nodes);
    *pool = (struct hold_pool){0};
}

static uint32_t node_alloc(struct hold_pool *pool)
{
    if (pool->free_head == DIR_NONE) {
        uint32_t capacity = pool->capacity ? 2 * pool->capacity : 64;
        pool->nodes = realloc(pool->nodes, capacity * sizeof *pool->nodes);
        memory_check(pool->nodes);
        for (uint32_t i = capacity; i > pool->capacity; i--) {
            pool->nodes[i - 1].next = pool->free_head;
            pool->free_head = i - 1;
        }
        pool->capacity = capacity;
    }
    uint32_t index = pool->free_head;
    pool->free_head = pool->nodes[index].next;
    return index;
}

/* Inserts node after all held frames that did not arrive later. */
static void insert(struct hold_pool *pool, struct dir_entry *entry, uint32_t node)
{
    assert(dir_entry_is_sane(entry));
    uint64_t at_ps = pool->nodes[node].frame.mac_time_ps;
    uint32_t before = DIR_NONE;
    if (PLANTED(held_out_of_order)) {
        before = DIR_NONE;
    } else if (entry->held_tail != DIR_NONE &&
               pool->nodes[entry->held_tail].frame.mac_time_ps <= at_ps) {
        before = entry->held_tail;
    } else {
        for (uint32_t i = entry->held_head;
             i != DIR_NONE && pool->nodes[i].frame.mac_time_ps <= at_ps; i = pool->nodes[i].next)
            before = i;
    }
    uint32_t after = before == DIR_NONE ? entry->held_head : pool->nodes[before].next;
    pool->nodes[node].next = after;
    if (before == DIR_NONE)
        entry->held_head = node;
    else
        pool->nodes[before].next = node;
    if (after == DIR_NONE)
        entry->held_tail = node;
}

static bool add(struct hold_pool *pool, struct dir_entry *entry, const struct dir_frame *frame)
{
    if (!PLANTED(hold_unlimited) &&
        (entry->held_count >= pool->frames_per_conn_max || pool->frames >= pool->frames_limit ||
         pool->bytes + frame->bytes > pool->bytes_limit))
        return false;
    uint32_t node = node_alloc(pool);
    pool->nodes[node].frame = *frame;
    buffer_pool_ref(pool->buffers, frame->buffer);
    insert(pool, entry, node);
    entry->held_count++;
    pool->frames++;
    pool->bytes += frame->bytes;
    pool->bytes_max = u64_max(pool->bytes_max, pool->bytes);
    return true;
}

bool hold_add(struct hold_pool *pool, struct dir_entry *entry, const struct dir_frame *frame)
{
    nic_bus_lock(pool->buffers->bus, HOST_LOCK_HOLD);
    bool is_held = add(pool, entry, frame);
    nic_bus_unlock(pool->buffers->bus, HOST_LOCK_HOLD);
    return is_held;
}

bool hold_take(struct hold_pool *pool, struct dir_entry *entry, struct dir_frame *frame)
{
    uint32_t node = entry->held_head;
    if (node == DIR_NONE)
        return false;
    assert(entry->held_count > 0);
    nic_bus_lock(pool->buffers->bus, HOST_LOCK_HOLD);
    *frame = pool->nodes[node].frame;
    entry->held_head = pool->nodes[node].next;
    if (entry->held_head == DIR_NONE)
        entry->held_tail = DIR_NONE;
    entry->held_count--;
    pool->frames--;
    pool->bytes -= PLANTED(hold_leaked) ? 0 : frame->bytes;
    pool->nodes[node].next = pool->free_head;
    pool->free_head = node;
    nic_bus_unlock(pool->buffers->bus, HOST_LOCK_HOLD);
    return true;
}

uint64_t hold_bytes(const struct hold_pool *pool, const struct dir_entry *entry)
{
    uint64_t bytes = 0;
    for (uint32_t i = entry->held_head; i != DIR_NONE; i = pool->nodes[i].next)
        bytes += pool->nodes[i].frame.bytes;
    return bytes;
}

void hold_drop_first(struct hold_pool *pool, struct dir_entry *entry, uint32_t count)
{
    struct dir_frame frame;
    for (uint32_t i = 0; i < count; i++) {
        bool taken = hold_take(pool, entry, &frame);
        assert(taken);
        (void)taken;
        if (!PLANTED(buffer_leaked))
            buffer_pool_unref(pool->buffers, frame.buffer);
    }
}
