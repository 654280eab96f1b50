/*
 * What the connections under transfer cost both ends: frames that were sent again, acknowledgments in vain, timeouts,
 * lost frames, the congestion window and the gap in service. The columns of moves.csv are defined in docs/moves.md.
 *
 * The counts of a transfer begin at its T0 and end at the T0 of the connection's next transfer, of whatever kind, or at
 * the end of the run. So each event after a connection's first T0 counts for exactly one transfer. The window of a
 * transfer never reaches back behind the T0 of an earlier one.
 */
#ifndef TOESIM_STATS_MOVE_COST_H
#define TOESIM_STATS_MOVE_COST_H

#include "models/base/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tcp_segment;

/* What is counted, each time it happens. */
enum move_cost_kind {
    COST_DUP_ACK, /* the server sent a duplicate ACK (RFC 5681 2) */
    COST_REXMIT_PEER, /* the peer sent a segment with a byte that a MAC of the server had received before */
    COST_REXMIT_OWN, /* the server sent a segment with a byte that had left a MAC of the server before */
    COST_RTO,        /* the server's retransmission timer expired (RFC 6298) */
    COST_DROPPED, /* a NIC or the host dropped a received frame for want of space, or as the NIC was fenced */
    COST_KIND_COUNT,
};

struct move_cost {
    uint64_t count[COST_KIND_COUNT];
    uint64_t from_ps; /* begin of the window */
    uint64_t
        gap_ps; /* from the last frame before T12 to T12; TIME_NEVER: no such frame, or no T12 */
    bool has_image;       /* the context was handed over, so cwnd_before and sent_end are valid */
    bool has_first;       /* the new place has built its first frame */
    bool has_after;       /* cwnd_after is valid */
    uint32_t cwnd_before; /* bytes, in the image */
    uint32_t cwnd_after;  /* bytes, when everything before sent_end was acknowledged */
    uint32_t
        sent_end;  /* number behind the last byte that was sent until T5, or in the frame of T12 */
    uint16_t gen;  /* generation moved away from */
    size_t before; /* the connection's transfer before; SIZE_MAX: none */
};

struct move_costs; /* opaque */

/* Makes the counters for connections below conn_max, at least 1. Returns null if memory is short. */
struct move_costs *move_costs_create(uint32_t conn_max);
void move_costs_destroy(struct move_costs *costs);

/* Begins the next transfer, of connection `conn` below conn_max. Transfers are numbered from 0 in the order of their
 * begin. */
void move_costs_begin(struct move_costs *costs, uint32_t conn, uint16_t gen, uint64_t t0_ps);
/* The new place of transfer `number`, the newest of connection `conn` in its series, has built its first frame. */
void move_costs_first_built(struct move_costs *costs, uint32_t conn, size_t number,
                            uint64_t t12_ps);

/* A MAC of the server has received a segment of the connection, or its first bit leaves one. */
void move_costs_received(struct move_costs *costs, uint32_t conn, const struct tcp_segment *seg,
                         uint64_t at_ps);
void move_costs_sent(struct move_costs *costs, uint32_t conn, const struct tcp_segment *seg,
                     uint64_t at_ps);

/* The kinds of events of move_costs_on_event(), as bits of (1 << kind); other kinds are ignored. `conn` is the
 * connection of the event, which is the frame's if the event does not know it. */
uint64_t move_costs_kinds(void);
void move_costs_on_event(struct move_costs *costs, const struct probe_event *event, uint32_t conn);

/* Returns what transfer `number` has cost so far. The pointer is valid until the next transfer begins. */
const struct move_cost *move_costs_of(const struct move_costs *costs, size_t number);

#endif
