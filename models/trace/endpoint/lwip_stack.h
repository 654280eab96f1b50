/*
 * lwIP (https://savannah.nongnu.org/projects/lwip), the library of Debian's liblwip-dev, as the TCP
 * of remote hosts: its raw API under simulated time. Only lwip_stack.c and lwip_conn.c know its
 * headers.
 *
 * - One stack plays every client: its one interface takes the address of whoever is concerned.
 *   There is no ARP and no neighbour discovery: packets come and go below the IP header.
 * - Time: lwIP counts ticks of 250 ms. They lie on a fixed grid and run only while some connection
 *   has something outstanding; ticks left out are made up for in its clock, so that skipping them
 *   changes nothing.
 * - Memory comes from malloc (MEM_LIBC_MALLOC, MEMP_MEM_MALLOC), so no pool limits the connections.
 * - Initial sequence numbers follow from that clock, which starts at a seeded value.
 * - What the library was built with: MSS at most 1460, window 65535 with scale 1, neither SACK nor
 *   timestamps, retransmission timeout 3 s at first, 12 retries (6 of the SYN).
 */
#ifndef TOESIM_TRACE_LWIP_STACK_H
#define TOESIM_TRACE_LWIP_STACK_H

#include "models/base/stage.h"
#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

struct lwip_stack; /* opaque; its state is the library's: one at a time in a process */
struct lwip_conn;
struct tcp_pcb; /* lwIP's */

enum lwip_end {
    LWIP_CLOSED, /* orderly: both sides closed, all acknowledged */
    LWIP_RESET,  /* by the other side */
    LWIP_GAVE_UP /* retries exhausted */
};

/* Called from inside lwip_*() functions; must not call them. */
struct lwip_hooks {
    void *self;
    /* An IP packet to send. False: no room; lwIP tries again later. */
    bool (*output)(void *self, const uint8_t *packet, uint32_t len, uint64_t now_ps);
    void (*on_connected)(void *self, struct lwip_conn *conn);
    void (*on_bytes)(void *self, struct lwip_conn *conn, const uint8_t *bytes, uint32_t len);
    void (*on_acked)(void *self, struct lwip_conn *conn, uint32_t bytes);
    void (*on_fin)(void *self, struct lwip_conn *conn); /* the other side's, after all its bytes */
    void (*on_end)(void *self, struct lwip_conn *conn, enum lwip_end end); /* the last one */
};

/* A connection, part of its owner. pcb null: not open, or ended. */
struct lwip_conn {
    struct lwip_stack *stack;
    struct tcp_pcb *pcb;
};

/* Null: no memory. */
struct lwip_stack *lwip_stack_create(const struct lwip_hooks *hooks, uint32_t mtu_bytes,
                                     uint64_t seed);
/* Drops every connection without a word. */
void lwip_stack_destroy(struct lwip_stack *stack);

/* Next tick, TIME_NEVER while nothing is outstanding. */
uint64_t lwip_stack_next_ps(const struct lwip_stack *stack);
void lwip_stack_run(struct lwip_stack *stack, uint64_t now_ps);

/* An IP packet from the network; conn: whose it is, null when of none (answered with a reset). */
void lwip_stack_input(struct lwip_stack *stack, struct lwip_conn *conn, const uint8_t *packet,
                      uint32_t len, uint64_t now_ps);

/* Active open from key->raddr, rport to key->laddr, lport (the key is the server's view). Null, or
 * why lwIP refuses. */
const char *lwip_conn_open(struct lwip_stack *stack, struct lwip_conn *conn,
                           const struct flow_key *key, uint64_t now_ps);
/* Bytes that the send buffer has room for; 0 when the connection is not open. */
uint32_t lwip_conn_room(const struct lwip_conn *conn);
/* Bytes taken, as many as the send buffer holds. more: others follow them soon. */
uint32_t lwip_conn_write(struct lwip_conn *conn, const uint8_t *bytes, uint32_t len, bool more,
                         uint64_t now_ps);
/* FIN behind what was written; receives on. */
void lwip_conn_shutdown(struct lwip_conn *conn, uint64_t now_ps);
/* Reset; no on_end() follows. */
void lwip_conn_abort(struct lwip_conn *conn, uint64_t now_ps);

/* Something is unsent, unacknowledged or owed: its timers run. */
bool lwip_conn_is_outstanding(const struct lwip_conn *conn);

#endif
