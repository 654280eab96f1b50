#include "host-sw/stack/flow_table.h"

#include "host-sw/stack/isn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Returns the first slot to search for key. The hash uses a fixed secret, so that each run of a scenario takes the same
 * steps; the order of the slots is not visible in any output. */
static uint32_t home_of(const struct flow_table *table, const struct flow_key *key)
{
    static const struct isn_key hash_key = {UINT64_C(0x0706050403020100),
                                            UINT64_C(0x0f0e0d0c0b0a0908)};
    return (uint32_t)(siphash24(&hash_key, key, sizeof *key) >> (64 - table->log2_slots));
}

static uint32_t mask_of(const struct flow_table *table) { return (1u << table->log2_slots) - 1; }

bool flow_table_init(struct flow_table *table, uint32_t log2_slots)
{
    assert(log2_slots >= 2 && log2_slots <= 30);
    *table = (struct flow_table){.log2_slots = log2_slots};
    table->slots = malloc(sizeof *table->slots << log2_slots);
    if (!table->slots)
        return false;
    for (uint32_t i = 0; i <= mask_of(table); i++)
        table->slots[i].value = FLOW_TABLE_NONE;
    return true;
}

void flow_table_free(struct flow_table *table)
{
    free(table->slots);
    *table = (struct flow_table){0};
}

/* Returns the slot of key, or the empty slot where key would be inserted. */
static uint32_t probe_for(const struct flow_table *table, const struct flow_key *key)
{
    uint32_t at = home_of(table, key);
    while (table->slots[at].value != FLOW_TABLE_NONE &&
           memcmp(&table->slots[at].key, key, sizeof *key) != 0)
        at = (at + 1) & mask_of(table);
    return at;
}

static void grow(struct flow_table *table)
{
    struct flow_table bigger;
    bool ok = flow_table_init(&bigger, table->log2_slots + 1);
    assert(ok);
    (void)ok;
    for (uint32_t i = 0; i <= mask_of(table); i++)
        if (table->slots[i].value != FLOW_TABLE_NONE)
            bigger.slots[probe_for(&bigger, &table->slots[i].key)] = table->slots[i];
    bigger.count = table->count;
    free(table->slots);
    *table = bigger;
}

void flow_table_insert(struct flow_table *table, const struct flow_key *key, uint32_t value)
{
    assert(value != FLOW_TABLE_NONE);
    if (table->count >= mask_of(table) / 4 * 3)
        grow(table);
    uint32_t at = probe_for(table, key);
    assert(table->slots[at].value == FLOW_TABLE_NONE);
    table->slots[at] = (struct flow_slot){*key, value};
    table->count++;
}

bool flow_table_remove(struct flow_table *table, const struct flow_key *key)
{
    uint32_t hole = probe_for(table, key);
    if (table->slots[hole].value == FLOW_TABLE_NONE)
        return false;
    /* Move later members of the probe sequence back, so that no search stops too early at the hole. */
    for (uint32_t at = (hole + 1) & mask_of(table); table->slots[at].value != FLOW_TABLE_NONE;
         at = (at + 1) & mask_of(table)) {
        uint32_t home = home_of(table, &table->slots[at].key);
        uint32_t distance_home = (at - home) & mask_of(table);
        uint32_t distance_hole = (at - hole) & mask_of(table);
        if (distance_home >= distance_hole) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole].value = FLOW_TABLE_NONE;
    table->count--;
    return true;
}

uint32_t flow_table_find(const struct flow_table *table, const struct flow_key *key)
{
    return table->slots[probe_for(table, key)].value;
}
