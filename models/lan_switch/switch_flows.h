/* Frames seen per connection, for the port policies that count them. */
#ifndef TOESIM_LAN_SWITCH_SWITCH_FLOWS_H
#define TOESIM_LAN_SWITCH_SWITCH_FLOWS_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2^20 connections take 72 MiB at most. */
enum { SWITCH_FLOWS_MAX = 1 << 20 };

struct flow {
    struct flow_key key;
    uint64_t frames; /* number of frames so far */
    unsigned first;  /* member of the first frame */
    uint32_t number; /* number from 0, in the order of creation */
    bool is_used;    /* this place of the table is taken */
};

struct switch_flows {
    struct flow *places; /* open addressing, linear probing */
    size_t capacity;     /* power of two */
    size_t count;
};

/* Returns false if memory runs out. */
bool switch_flows_init(struct switch_flows *table);
void switch_flows_free(struct switch_flows *table);

/* Returns the entry of the key, which is created (with no frames) if it is new. Returns null if the table
 * holds SWITCH_FLOWS_MAX others or memory is short. The pointer is valid until the next call. */
struct flow *switch_flows_get(struct switch_flows *table, const struct flow_key *key);

#endif
