/* The state of the minimal program. */
#ifndef TOESIM_HOST_MINIMAL_STATE_H
#define TOESIM_HOST_MINIMAL_STATE_H

#include "host-sw/minimal/minimal.h"
#include "host-sw/minimal/minimal_nic.h"
#include "host-sw/stack/isn.h"
#include "models/base/move_event.h"
#include "models/base/units.h"
#include "models/tcp/tcp.h"
#include "models/wire/packet.h"

#define MINIMAL_NONE UINT32_MAX
enum {
    MINIMAL_ENTRY_BYTES = 64
}; /* of a connection in the table whose byte 0 names the receiving NIC */

/* A frame that a NIC has given to the host, in one of the buffers of the NIC that received it. */
struct minimal_frame {
    uint64_t buffer, mac_time_ps, id;
    uint32_t bytes;
    uint8_t port;
};

struct minimal_conn {
    struct dir_view view;  /* what reports show: tuple, state, owner, generation, and so on */
    uint32_t next_of_hash; /* the next connection with the same hash, or MINIMAL_NONE */
    uint32_t iss, irs;
    uint32_t rcv_nxt, rx_consumed,
        rung_rx;                        /* received, read by the application, and told to the NIC */
    uint32_t snd_una, tx_prod, rung_tx; /* acknowledged, written, and told to the NIC */
    uint64_t rx_ring, tx_ring;
    uint32_t pending; /* commands about the connection that have not completed */
    uint8_t tcp_state;
    bool established, peer_fin, fin_wanted, rung_fin, abort_wanted, abort_sent, dirty, ended,
        given_up;
    bool applied; /* the owner has applied a segment since it has the connection */

    /* The move that is under way, or the first INSTALL. */
    bool moving, reserved, refused, tombstone;
    uint8_t source, dest;
    uint16_t source_gen;
    uint64_t t0_ps; /* MAC time of the frame that caused the last move */
    uint32_t held_moved, forwarded;
    uint64_t held_bytes;
    struct move_trigger trigger;
    struct minimal_frame *held; /* hold_frames_per_conn of them, or null */
    uint32_t held_count;
};

struct minimal {
    struct program program;
    struct host_sw_params params;
    struct nic_bus bus;
    const struct probe *probe;
    const struct app_ops *app;
    void *app_self;
    struct host_sw_stats stats;
    struct minimal_nic nics[NIC_COUNT];
    bool is_up, stop, app_called;
    uint64_t app_next_ps;
    struct isn_key isn_key;

    uint64_t entries, images,
        held_lists; /* tables in host memory, with a row for each connection */
    struct minimal_conn *conns;
    uint32_t conn_max, conn_count, live_count, established_count, moves_open;
    uint32_t *hash; /* first connection of each hash, or MINIMAL_NONE */
    uint32_t *dirty;
    uint32_t dirty_count;
    struct minimal_frame *lent; /* frames that a NIC has until its record of them comes */
    uint32_t lent_count, lent_capacity;
    uint32_t installs[64]; /* connections whose INSTALL was issued in this step */
    uint32_t install_count;
};

/* Returns true if the members of the connection agree with each other, for assertions. */
static inline bool minimal_conn_is_sane(const struct minimal_conn *c)
{
    return c->view.state < DIR_STATE_COUNT && c->view.owner < NIC_COUNT && c->dest < NIC_COUNT &&
           c->view.rx_if < NIC_COUNT && (c->held_count == 0 || c->held) &&
           !(c->ended && c->moving) && c->tx_prod - c->snd_una <= INT32_MAX &&
           c->rcv_nxt - c->rx_consumed <= INT32_MAX;
}

#endif
