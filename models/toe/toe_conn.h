/*
 * What the engine derives for one connection id: never protocol state (that is in the context),
 * only indices to find work. Rebuilt at INSTALL, discarded at EXTRACT and when the connection ends.
 */
#ifndef TOESIM_TOE_TOE_CONN_H
#define TOESIM_TOE_TOE_CONN_H

#include "models/base/units.h"
#include "models/hwif/ctx_enums.h"

#include <stdbool.h>
#include <stdint.h>

#define TOE_NO_INDEX UINT32_MAX
enum {
    TOE_NONE = 0xff,
    TOE_PREFETCH_MAX = 64, /* descriptors fetched and not used */
};

enum toe_doorbell_bit { TOE_DB_TX = 1 << 0, TOE_DB_RX = 1 << 1, TOE_DB_FIN = 1 << 2 };

struct toe_conn {
    uint64_t timer_ps;   /* earliest deadline of the context; TIME_NEVER: none */
    uint64_t write_last; /* number of its last payload write; not reset (numbers only grow) */
    uint64_t tx_last;    /* id of the last frame given to the MAC; 0: none in this life */
    uint32_t heap_at;    /* index in the timer heap, TOE_NO_INDEX: not in it */
    uint32_t ready_next; /* ready list */
    uint32_t tx_queued;  /* its entries in the transmit FIFO */
    uint32_t snd_una;    /* as last written back: the host may reuse its ring up to here */
    uint32_t snd_max;
    uint32_t db_tx; /* doorbell values not yet applied */
    uint32_t db_rx;
    uint32_t end_slot; /* end event that waits for its last frame, TOE_NO_INDEX: none */
    uint16_t gen;
    uint8_t own_state; /* enum own_state */
    uint8_t db;        /* enum toe_doorbell_bit */
    uint8_t held_op;   /* command with held frames to apply first, TOE_NONE: none */
    bool busy;         /* a command works on it: later commands for it wait */
    bool ready;        /* in the ready list */
    bool mark_tx;      /* T12 is still to come */
    bool stale_told;   /* its STALE_DOORBELL event waits in the engine: one is enough */
};

/* Everything derived goes; what counts over lives (write_last) and list links stay. */
static inline void toe_conn_forget(struct toe_conn *conn)
{
    conn->db = 0;
    conn->mark_tx = false;
    conn->tx_last = 0;
}

/* May the engine apply frames, decide on segments, serve timers for this life of the connection? */
static inline bool toe_conn_is_active(const struct toe_conn *conn, uint16_t gen)
{
    return conn->own_state == OWN_ACTIVE && conn->gen == gen && conn->end_slot == TOE_NO_INDEX;
}

/* True unless the entry contradicts itself: for assertions. */
static inline bool toe_conn_is_sane(const struct toe_conn *conn)
{
    bool has_timer = conn->timer_ps != TIME_NEVER;
    bool is_here = conn->own_state == OWN_ACTIVE || conn->own_state == OWN_QUIESCE;
    return conn->own_state <= OWN_INACTIVE && has_timer == (conn->heap_at != TOE_NO_INDEX) &&
           (conn->end_slot == TOE_NO_INDEX || conn->tx_queued > 0) &&
           (conn->tx_queued == 0 || is_here);
}

struct conn_ctx;
struct flow_key;

/* The tuple of a context, as the cache looks it up. */
void toe_conn_flow_key(const struct conn_ctx *ctx, struct flow_key *key);

#endif
