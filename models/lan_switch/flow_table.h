/* Frames seen per connection, for the port policies that count them. */
#ifndef TOESIM_LAN_SWITCH_FLOW_TABLE_H
#define TOESIM_LAN_SWITCH_FLOW_TABLE_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2^20 connections take 72 MiB at most. */
enum { FLOW_TABLE_MAX = 1 << 20 };

struct flow {
    struct flow_key key;
    uint64_t frames; /* so far */
    unsigned first;  /* member of the first frame */
    bool is_used;    /* this place of the table is taken */
};

struct flow_table {
    struct flow *places; /* open addressing, linear probing */
    size_t capacity;     /* power of two */
    size_t count;
};

/* False: out of memory. */
bool flow_table_init(struct flow_table *table);
void flow_table_free(struct flow_table *table);

/* The entry of key, made (with no frames) when it is new; null when the table holds FLOW_TABLE_MAX
 * others or memory is short. Valid until the next call. */
struct flow *flow_table_get(struct flow_table *table, const struct flow_key *key);

#endif
