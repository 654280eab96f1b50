#include "models/lan_switch/switch_flows.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES_MIN = 256 };

static size_t key_hash(const struct flow_key *key)
{
    uint64_t words[sizeof *key / 8], hash = 0;
    memcpy(words, key, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

bool switch_flows_init(struct switch_flows *table)
{
    table->count = 0;
    table->capacity = PLACES_MIN;
    table->places = calloc(table->capacity, sizeof *table->places);
    return table->places != NULL;
}

void switch_flows_free(struct switch_flows *table)
{
    free(table->places);
    table->places = NULL;
}

/* Returns the place of the key, or the free place where it belongs. One exists, because the table is never full. */
static struct flow *find(const struct switch_flows *table, const struct flow_key *key)
{
    assert(table->count < table->capacity);
    size_t i = key_hash(key);
    for (;; i++) {
        struct flow *flow = &table->places[i & (table->capacity - 1)];
        if (!flow->is_used || memcmp(&flow->key, key, sizeof *key) == 0)
            return flow;
    }
}

static bool grow(struct switch_flows *table)
{
    struct switch_flows bigger = {.capacity = table->capacity * 2, .count = table->count};
    bigger.places = calloc(bigger.capacity, sizeof *bigger.places);
    if (!bigger.places)
        return false;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->places[i].is_used)
            *find(&bigger, &table->places[i].key) = table->places[i];
    free(table->places);
    *table = bigger;
    return true;
}

struct flow *switch_flows_get(struct switch_flows *table, const struct flow_key *key)
{
    struct flow *flow = find(table, key);
    if (flow->is_used)
        return flow;
    if (table->count == SWITCH_FLOWS_MAX)
        return NULL;
    /* Keeping at most three quarters of the places in use keeps the probes short. */
    if (table->count + 1 > table->capacity / 4 * 3) {
        if (!grow(table))
            return NULL;
        flow = find(table, key);
    }
    *flow = (struct flow){.key = *key, .number = (uint32_t)table->count, .is_used = true};
    table->count++;
    return flow;
}
