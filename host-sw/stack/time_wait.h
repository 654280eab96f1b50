/* The state of connections in TIME_WAIT, which the host keeps for both ports until 2 MSL are over. */
#ifndef TOESIM_HOST_STACK_TIME_WAIT_H
#define TOESIM_HOST_STACK_TIME_WAIT_H

#include "host-sw/stack/flow_table.h"
#include "models/wire/tcp_hdr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct time_wait {
    struct flow_key key;
    uint32_t snd_nxt, rcv_nxt;
    uint32_t ts_recent, ts_offset;
    uint8_t features; /* enum ctx_feature */
    uint64_t row;     /* the caller's row of the report */
    uint64_t expires_ps;
    uint32_t prev, next; /* in order of expiry */
};

/* Every entry waits for `duration_ps`, so a list in the order of insertion is also in the order of expiry. */
struct time_wait_table {
    struct flow_table by_key;
    struct time_wait *entries;
    uint32_t capacity, free_head, head, tail;
    uint64_t duration_ps;
    uint64_t next_ps; /* when the next entry expires, or TIME_NEVER */
};

/* The action that a segment for a tuple in TIME_WAIT requires. */
enum time_wait_verdict {
    TIME_WAIT_IGNORE, /* ignore the segment */
    TIME_WAIT_ACK,    /* answer with an ACK */
    TIME_WAIT_REOPEN, /* remove the entry and open a new connection */
};

bool time_wait_init(struct time_wait_table *table, uint64_t duration_ps);
void time_wait_free(struct time_wait_table *table);

void time_wait_add(struct time_wait_table *table, const struct time_wait *entry, uint64_t now_ps);
/* Returns the entry of a tuple, or null. The pointer is valid until an entry is added or removed. */
struct time_wait *time_wait_find(struct time_wait_table *table, const struct flow_key *key);
void time_wait_remove(struct time_wait_table *table, struct time_wait *entry);

/* Decides on a segment by RFC 9293 3.10.7.4 with RFC 1337 (resets are ignored) and RFC 6191 (reuse by timestamp or
 * sequence number). A retransmitted FIN restarts the wait of 2 MSL. */
enum time_wait_verdict time_wait_input(struct time_wait_table *table, struct time_wait *entry,
                                       const struct tcp_segment *seg, uint64_t now_ps);

/* Removes one entry that has expired by now_ps and copies it to *expired. Returns false if there is none. */
bool time_wait_expire(struct time_wait_table *table, uint64_t now_ps, struct time_wait *expired);
/* Returns the number of entries. */
uint64_t time_wait_count(const struct time_wait_table *table);

#endif
