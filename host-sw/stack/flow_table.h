/* A hash table from connection tuple to a 32-bit number: open addressing, linear probing, no
 * tombstones. */
#ifndef TOESIM_HOST_STACK_FLOW_TABLE_H
#define TOESIM_HOST_STACK_FLOW_TABLE_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

#define FLOW_TABLE_NONE UINT32_MAX

struct flow_slot {
    struct flow_key key;
    uint32_t value; /* FLOW_TABLE_NONE: empty */
};

struct flow_table {
    struct flow_slot *slots;
    uint32_t log2_slots;
    uint32_t count;
};

/* False: no memory. Grows by itself, at three quarters. */
bool flow_table_init(struct flow_table *table, uint32_t log2_slots);
void flow_table_free(struct flow_table *table);

/* key must not be in the table. */
void flow_table_insert(struct flow_table *table, const struct flow_key *key, uint32_t value);
/* False: it was not there. */
bool flow_table_remove(struct flow_table *table, const struct flow_key *key);
/* Its value; FLOW_TABLE_NONE: not there. */
uint32_t flow_table_find(const struct flow_table *table, const struct flow_key *key);

#endif
