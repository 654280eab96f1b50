/* The peers that are still to be told that their connection has ended, by tuple and by the time of the next step. */
#ifndef TOESIM_HOST_LIFE_FAREWELL_TABLE_H
#define TOESIM_HOST_LIFE_FAREWELL_TABLE_H

#include "host-sw/stack/flow_table.h"
#include "models/base/timer_heap.h"

#include <stdbool.h>
#include <stdint.h>

struct farewell {
    struct flow_key key;
    uint8_t mac[6];         /* the peer's */
    uint8_t port;           /* that the last frame of the connection came in by */
    uint8_t probes;         /* sent */
    bool used, told, exact; /* told: the reset was sent; exact: at the number the peer expects */
    bool has_ack;           /* the peer's numbers are known */
    uint32_t ack;           /* next number expected from the peer */
    uint32_t ts_offset;     /* ms; of the connection's timestamps (RFC 7323) */
    uint32_t seq, limit;    /* what the peer expects next is from seq to limit; told: seq */
    uint64_t told_ps, until_ps;
};

struct farewell_table {
    struct farewell *slots;
    uint32_t capacity, count;
    uint32_t free_hint; /* no slot below is free */
    struct flow_table by_key;
    struct timer_heap *timers;
};

/* For so many connections at most; takes memory with the first one. */
void farewell_init(struct farewell_table *table, uint32_t capacity);
void farewell_free(struct farewell_table *table);

/* Null: not there. */
struct farewell *farewell_find(struct farewell_table *table, const struct flow_key *key);
/* An empty one for a key that is not there, due at at_ps. Null: as many are there as may be. */
struct farewell *farewell_new(struct farewell_table *table, const struct flow_key *key,
                              uint64_t at_ps);
void farewell_remove(struct farewell_table *table, struct farewell *farewell);
/* The next look at it. */
void farewell_at(struct farewell_table *table, const struct farewell *farewell, uint64_t at_ps);
/* TIME_NEVER: none is there. */
uint64_t farewell_next_ps(const struct farewell_table *table);

#endif
