/*
 * What the engine derives for one connection id. Protocol state is in the context only; these fields help
 * to find work. They are rebuilt at INSTALL and discarded at EXTRACT and when the connection ends.
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
    TOE_PREFETCH_MAX = 64, /* descriptors fetched and not yet used */
};

enum toe_doorbell_bit { TOE_DB_TX = 1 << 0, TOE_DB_RX = 1 << 1, TOE_DB_FIN = 1 << 2 };

struct toe_conn {
    uint64_t timer_ps; /* earliest deadline of the context; TIME_NEVER if no timer runs */
    /* Number of its last payload write; never reset, because the numbers only grow. */
    uint64_t write_last;
    /* Number of its last record; also never reset. */
    uint64_t record_last;
    /* Id of the last frame given to the MAC; 0 if none was sent since INSTALL. */
    uint64_t tx_last;
    /* Around an activation (rx_park.h): when the first frame arrived that was given to the host, and how long the frames
     * that come back from the host are waited for. */
    uint64_t given_ps, await_until_ps;
    uint32_t heap_at;    /* index in the timer heap; TOE_NO_INDEX if it has no timer */
    uint32_t ready_next; /* next connection in the ready list */
    uint32_t tx_queued;  /* number of its entries in the transmit FIFO */
    /* Value last written back; the host may reuse its transmit ring up to here. */
    uint32_t snd_una;
    uint32_t snd_max;
    uint32_t db_tx; /* doorbell values that are not yet applied */
    uint32_t db_rx;
    /* Slot of the end event that waits for the last frame; TOE_NO_INDEX if none waits. */
    uint32_t end_slot;
    uint32_t given;   /* frames given to the host while the connection is reserved */
    uint32_t awaited; /* frames that are to come back from the host before later ones are applied */
    uint32_t unsaved; /* records since the last checkpoint */
    uint16_t checkpoints; /* number of the last checkpoint of this generation; 0: none */
    uint16_t gen;
    uint8_t saved_state; /* TCP state in the last checkpoint */
    uint8_t own_state;   /* enum own_state */
    uint8_t db;          /* enum toe_doorbell_bit */
    uint8_t held_op; /* command whose held frames are applied first; TOE_NONE if there is none */
    bool busy;       /* a command works on the connection, so later commands for it wait */
    bool ready;      /* the connection is in the ready list */
    bool mark_tx;    /* MARK_FIRST_BUILT (T12) of the move is still to come */
    bool stale_reported; /* a STALE_DOORBELL event waits in the engine, and one is enough */
};

/* Discards all derived state. `write_last` and `record_last`, which count across connections, and the list links stay. */
static inline void toe_conn_forget(struct toe_conn *conn)
{
    conn->db = 0;
    conn->mark_tx = false;
    conn->tx_last = 0;
}

/* Returns true if the engine may apply frames, decide segments and serve timers for this generation. */
static inline bool toe_conn_is_active(const struct toe_conn *conn, uint16_t gen)
{
    return conn->own_state == OWN_ACTIVE && conn->gen == gen && conn->end_slot == TOE_NO_INDEX;
}

/* Returns false if the entry contradicts itself. It is used in assertions. */
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

/* Fills in the flow key under which the cache looks up the tuple of this context. */
void toe_conn_flow_key(const struct conn_ctx *ctx, struct flow_key *key);

#endif
