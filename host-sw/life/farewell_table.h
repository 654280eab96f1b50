/* The peers that do not know yet that their connection has ended, by tuple and by the time of the next step. */
#ifndef TOESIM_HOST_LIFE_FAREWELL_TABLE_H
#define TOESIM_HOST_LIFE_FAREWELL_TABLE_H

#include "host-sw/stack/flow_table.h"
#include "models/base/timer_heap.h"

#include <stdbool.h>
#include <stdint.h>

struct farewell {
    struct flow_key key;
    uint8_t mac[6]; /* the MAC address of the peer */
    uint8_t port;   /* the port on which the last frame of the connection arrived */
    uint8_t probes; /* the number of probes that were sent */
    bool used, reset_sent;
    bool exact;         /* no more resets or probes are due */
    bool has_ack;       /* the peer's numbers are known */
    uint32_t ack;       /* next number expected from the peer */
    uint32_t ts_offset; /* the offset of the connection's timestamps (RFC 7323), in ms */
    uint32_t seq,
        limit; /* the peer expects a number from seq to limit; the reset was sent at seq */
    uint64_t reset_ps, until_ps;
};

struct farewell_table {
    struct farewell *slots;
    uint32_t capacity, count;
    uint32_t free_hint; /* no slot below this index is free */
    struct flow_table by_key;
    struct timer_heap *timers;
    uint64_t next_ps; /* the time of the earliest timer, or TIME_NEVER if the table is empty */
};

/* Makes an empty table for at most `capacity` peers. The memory is allocated when the first peer is added. */
void farewell_init(struct farewell_table *table, uint32_t capacity);
void farewell_free(struct farewell_table *table);

/* Returns the entry with this tuple, or null. */
struct farewell *farewell_find(struct farewell_table *table, const struct flow_key *key);
/* Adds an empty entry whose timer is due at at_ps. The key must not be in the table. Returns null if the table is full.
 */
struct farewell *farewell_new(struct farewell_table *table, const struct flow_key *key,
                              uint64_t at_ps);
void farewell_remove(struct farewell_table *table, struct farewell *farewell);
/* Sets the timer of the entry. */
void farewell_at(struct farewell_table *table, const struct farewell *farewell, uint64_t at_ps);

#endif
