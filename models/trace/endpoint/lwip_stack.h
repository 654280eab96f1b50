/*
 * Uses lwIP (https://savannah.nongnu.org/projects/lwip), the library of Debian's liblwip-dev, as the TCP of remote hosts.
 * The raw API of lwIP runs under simulated time. Only lwip_stack.c and lwip_conn.c include its headers.
 *
 * - One stack plays every client. Its one interface takes the address of the client that sends or receives.
 *   There is no ARP and no neighbour discovery: packets come and go below the IP header.
 * - lwIP counts ticks of 250 ms. They lie on a fixed grid and run only while a connection has something outstanding.
 *   Skipped ticks are added to the clock of lwIP, so that skipping them changes nothing.
 * - Memory comes from malloc (MEM_LIBC_MALLOC, MEMP_MEM_MALLOC), so no pool limits the connections.
 * - Initial sequence numbers follow from that clock, which starts at a seeded value.
 * - The library was built with an MSS of at most 1460, a window of 65535 with scale 1, neither SACK nor timestamps, an
 *   initial retransmission timeout of 3 s, and 12 retries (6 of the SYN).
 */
#ifndef TOESIM_TRACE_LWIP_STACK_H
#define TOESIM_TRACE_LWIP_STACK_H

#include "models/base/stage.h"
#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

struct lwip_stack; /* opaque; the library has global state, so a process can have only one */
struct lwip_conn;
struct tcp_pcb; /* lwIP's */

enum lwip_end {
    LWIP_CLOSED, /* orderly: both sides closed, all acknowledged */
    LWIP_RESET,  /* by the other side */
    LWIP_GAVE_UP /* retries exhausted */
};

/* Callbacks. They are called from inside lwip_*() functions and must not call these. */
struct lwip_hooks {
    void *self;
    /* Sends an IP packet. Returns false if there is no room; lwIP then tries again later. */
    bool (*output)(void *self, const uint8_t *packet, uint32_t len, uint64_t now_ps);
    void (*on_connected)(void *self, struct lwip_conn *conn);
    void (*on_bytes)(void *self, struct lwip_conn *conn, const uint8_t *bytes, uint32_t len);
    void (*on_acked)(void *self, struct lwip_conn *conn, uint32_t bytes);
    void (*on_fin)(void *self, struct lwip_conn *conn); /* the other side's, after all its bytes */
    void (*on_end)(void *self, struct lwip_conn *conn, enum lwip_end end); /* the last one */
};

/* A connection, which is embedded in its owner. `pcb` is null if the connection is not open or has ended. */
struct lwip_conn {
    struct lwip_stack *stack;
    struct tcp_pcb *pcb;
};

/* Creates the stack. Returns null if memory is short. */
struct lwip_stack *lwip_stack_create(const struct lwip_hooks *hooks, uint32_t mtu_bytes,
                                     uint64_t seed);
/* Frees the stack and drops every connection without sending anything. */
void lwip_stack_destroy(struct lwip_stack *stack);

/* Returns the time of the next tick, or TIME_NEVER while nothing is outstanding. */
uint64_t lwip_stack_next_ps(const struct lwip_stack *stack);
void lwip_stack_run(struct lwip_stack *stack, uint64_t now_ps);

/* Processes an IP packet from the network. `conn` is its connection, or null if it has none; the stack then answers with a
 * reset. */
void lwip_stack_input(struct lwip_stack *stack, struct lwip_conn *conn, const uint8_t *packet,
                      uint32_t len, uint64_t now_ps);

#endif
