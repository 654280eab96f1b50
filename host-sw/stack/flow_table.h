/* A hash table from connection tuple to a 32-bit number. It uses open addressing with linear probing and needs no
 * tombstones. */
#ifndef TOESIM_HOST_STACK_FLOW_TABLE_H
#define TOESIM_HOST_STACK_FLOW_TABLE_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

#define FLOW_TABLE_NONE UINT32_MAX

struct flow_slot {
    struct flow_key key;
    uint32_t value; /* FLOW_TABLE_NONE if the slot is empty */
};

struct flow_table {
    struct flow_slot *slots;
    uint32_t log2_slots;
    uint32_t count;
};

/* Makes an empty table, which doubles when it is three quarters full. Returns false if no memory is left. */
bool flow_table_init(struct flow_table *table, uint32_t log2_slots);
void flow_table_free(struct flow_table *table);

/* Inserts key, which must not be in the table. */
void flow_table_insert(struct flow_table *table, const struct flow_key *key, uint32_t value);
/* Removes key. Returns false if it was not in the table. */
bool flow_table_remove(struct flow_table *table, const struct flow_key *key);
/* Returns the value of key, or FLOW_TABLE_NONE if key is not in the table. */
uint32_t flow_table_find(const struct flow_table *table, const struct flow_key *key);

#endif
