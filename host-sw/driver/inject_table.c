#include "host-sw/driver/inject_table.h"

#include <assert.h>
#include <stdlib.h>

static uint32_t mask_of(const struct inject_table *table) { return (1u << table->log2_slots) - 1; }

/* Frame ids are consecutive, and the odd multiplier spreads them over the slots (Knuth 6.4). */
static uint32_t home_of(const struct inject_table *table, uint64_t frame_id)
{
    return (uint32_t)(frame_id * UINT64_C(0x9e3779b97f4a7c15) >> (64 - table->log2_slots));
}

static bool init_log2(struct inject_table *table, uint32_t log2_slots)
{
    *table = (struct inject_table){.log2_slots = log2_slots};
    table->slots = calloc((size_t)1 << log2_slots, sizeof *table->slots);
    return table->slots != NULL;
}

bool inject_table_init(struct inject_table *table) { return init_log2(table, 8); }

void inject_table_free(struct inject_table *table)
{
    free(table->slots);
    *table = (struct inject_table){0};
}

static uint32_t probe_for(const struct inject_table *table, uint64_t frame_id)
{
    uint32_t at = home_of(table, frame_id);
    while (table->slots[at].frame_id != 0 && table->slots[at].frame_id != frame_id)
        at = (at + 1) & mask_of(table);
    return at;
}

void inject_table_add(struct inject_table *table, uint64_t frame_id, uint64_t buffer, unsigned nic)
{
    assert(frame_id != 0 && buffer != 0);
    if (table->count >= mask_of(table) / 4 * 3) {
        struct inject_table bigger;
        bool ok = init_log2(&bigger, table->log2_slots + 1);
        assert(ok);
        (void)ok;
        for (uint32_t i = 0; i <= mask_of(table); i++)
            if (table->slots[i].frame_id != 0)
                bigger.slots[probe_for(&bigger, table->slots[i].frame_id)] = table->slots[i];
        bigger.count = table->count;
        free(table->slots);
        *table = bigger;
    }
    uint32_t at = probe_for(table, frame_id);
    assert(table->slots[at].frame_id == 0);
    table->slots[at] = (struct inject_slot){frame_id, buffer, nic};
    table->count++;
}

uint64_t inject_table_remove(struct inject_table *table, uint64_t frame_id)
{
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

bool inject_table_remove_of_nic(struct inject_table *table, unsigned nic, uint64_t *frame_id,
                                uint64_t *buffer)
{
    for (uint32_t i = 0; i <= mask_of(table); i++) {
        if (table->slots[i].frame_id == 0 || table->slots[i].nic != nic)
            continue;
        *frame_id = table->slots[i].frame_id;
        *buffer = inject_table_remove(table, *frame_id);
        return true;
    }
    return false;
}
