#include "host-sw/life/farewell_table.h"

#include "models/base/memory.h"

#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>

void farewell_init(struct farewell_table *table, uint32_t capacity)
{
    assert(capacity > 0);
    *table = (struct farewell_table){.capacity = capacity, .next_ps = TIME_NEVER};
}

void farewell_free(struct farewell_table *table)
{
    if (table->slots) {
        flow_table_free(&table->by_key);
        timer_heap_destroy(table->timers);
    }
    free(table->slots);
    *table = (struct farewell_table){0};
}

static void take_memory(struct farewell_table *table)
{
    enum { LOG2_SLOTS = 6 };
    table->slots = calloc(table->capacity, sizeof *table->slots);
    table->timers = timer_heap_create(table->capacity);
    memory_check(table->slots);
    memory_check(table->timers);
    bool ok = flow_table_init(&table->by_key, LOG2_SLOTS);
    assert(ok);
    (void)ok;
}

static void set_timer(struct farewell_table *table, uint32_t slot, uint64_t at_ps)
{
    timer_heap_set(table->timers, slot, at_ps);
    table->next_ps = timer_heap_next_ps(table->timers);
}

struct farewell *farewell_find(struct farewell_table *table, const struct flow_key *key)
{
    if (table->count == 0)
        return NULL;
    uint32_t slot = flow_table_find(&table->by_key, key);
    return slot == FLOW_TABLE_NONE ? NULL : &table->slots[slot];
}

struct farewell *farewell_new(struct farewell_table *table, const struct flow_key *key,
                              uint64_t at_ps)
{
    assert(!farewell_find(table, key));
    if (table->count == table->capacity)
        return NULL;
    if (!table->slots)
        take_memory(table);
    while (table->slots[table->free_hint].used)
        table->free_hint++;
    uint32_t slot = table->free_hint;
    table->slots[slot] = (struct farewell){.key = *key, .used = true};
    table->count++;
    flow_table_insert(&table->by_key, key, slot);
    set_timer(table, slot, at_ps);
    return &table->slots[slot];
}

void farewell_remove(struct farewell_table *table, struct farewell *farewell)
{
    uint32_t slot = (uint32_t)(farewell - table->slots);
    assert(farewell->used && table->count > 0);
    bool was_there = flow_table_remove(&table->by_key, &farewell->key);
    assert(was_there);
    (void)was_there;
    set_timer(table, slot, TIME_NEVER);
    farewell->used = false;
    table->count--;
    table->free_hint = u32_min(table->free_hint, slot);
}

void farewell_at(struct farewell_table *table, const struct farewell *farewell, uint64_t at_ps)
{
    set_timer(table, (uint32_t)(farewell - table->slots), at_ps);
}
