/* A connection, as the directory has it, and the operations on one connection: change its state, issue commands about
 * it, tell observers, and request a check of its doorbells. */
#ifndef TOESIM_HOST_CONN_CONN_H
#define TOESIM_HOST_CONN_CONN_H

#include "host-sw/conn/conn_list.h"
#include "host-sw/conn/transfer_state.h"
#include "host-sw/types/application.h"
#include "host-sw/types/dir_view.h"
#include "models/base/probe.h"
#include "models/hwif/nic_desc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIR_NONE UINT32_MAX

struct host_sw;

/* What the connection's last record says that only a rebuild needs (models/tcp/rebuild/tcp_rebuild.h). */
struct conn_report {
    bool known; /* a record of state SYN_RCVD or later has come */
    uint8_t features, scales;
    uint16_t mss;
    uint32_t snd_una, snd_wnd, ts_recent;
};

struct dir_entry {
    uint32_t conn; /* the id, which is the index in the directory */
    struct flow_key key;
    uint32_t flow_hash;   /* of key; it says which core acts on the connection */
    uint8_t state;        /* enum dir_state */
    uint8_t owner, rx_if; /* owner: a NIC, or PLACE_HOST */
    uint8_t tcp_state;    /* as last reported */
    uint8_t host_reason;  /* enum host_reason: why the host has the connection, or last had it */
    uint16_t gen,
        first_gen; /* first_gen: the oldest generation of this incarnation that still matches */
    bool established, peer_fin, fin_wanted, abort_wanted, abort_sent, keepalive;
    bool
        applied; /* a frame was applied under gen, so the connection may move again (progress rule) */
    bool rung_fin;
    bool options_new;  /* the owner must still be told of `options` */
    bool given_up;     /* the host alone ended the connection, so a NIC may still have it */
    bool announced;    /* the application was told that the connection is established */
    bool on_nics;      /* the connection is counted among those that NICs have */
    bool active;       /* the server opens the connection (active open) */
    bool embryonic;    /* a peer opens the connection, which is not established yet */
    bool resolving;    /* the state is OPENING, and the peer's MAC address is not known yet */
    bool synchronised; /* irs, rcv_nxt and rx_consumed are known */
    uint8_t wanted_dest, wanted_reason;
    bool wanted_forwards; /* frames are forwarded during the wait, because they cannot be held */
    uint32_t cookie, moves;
    uint32_t
        reassembled;    /* segments reassembled from fragments since a NIC has had the connection */
    uint32_t ooo_drops; /* segments dropped since then because there were too many holes */
    uint32_t irs, iss;
    uint32_t rcv_nxt, rx_consumed; /* in-order end, application's read position */
    uint32_t snd_una, tx_prod;
    uint32_t rung_tx, rung_rx; /* tx_prod and rx_consumed as the owner was last told */
    uint64_t rx_bytes, tx_bytes;
    uint64_t rx_ring, tx_ring; /* host addresses */
    uint64_t opened_ps, last_rx_ps;
    uint64_t t0_ps;           /* when the latest trigger that moved the connection came */
    uint64_t extracted_ps;    /* when the image in memory was taken; valid in INACTIVE */
    uint64_t idle_refused_ps; /* when the connection was last found busy, or brought back */
    uint64_t idle_wait_ps;    /* how long a connection that was found busy is left alone */
    struct move_trigger wanted_trigger; /* valid while the connection is in the queue of moves */
    uint32_t pending;                   /* commands about the connection that have not completed */
    size_t row;
    uint32_t held_head, held_tail, held_count;
    struct conn_link dirty;     /* link in the list of connections whose doorbells are checked */
    struct conn_link wanted;    /* link in the queue of moves */
    struct conn_link waiting;   /* link in the queue for a free place on the NICs */
    struct conn_link calls_due; /* link in the list of calls to the application */
    uint8_t app_calls;          /* calls to be made (enum app_call); not 0 while in that list */
    struct conn_link under_way; /* link in the list of transfers under way */
    struct transfer transfer;
    struct app_accept offer;    /* valid if active */
    struct nic_options options; /* as the application has set them last */
    struct conn_report report;
};

/* Returns true if the members of the entry agree with each other. They do whenever no function is in the middle of
 * changing the entry, so assertions use this function. */
bool dir_entry_is_sane(const struct dir_entry *entry);

/* Returns the end of the in-order bytes, which is rcv_nxt without the peer's FIN. */
static inline uint32_t dir_entry_rx_end(const struct dir_entry *entry)
{
    return entry->peer_fin ? entry->rcv_nxt - 1 : entry->rcv_nxt;
}

/* Advances the entry to the next generation of the same incarnation. */
void conn_next_gen(struct dir_entry *entry);

/* Changes the state of the connection and tells observers. */
void conn_set_state(struct host_sw *sw, struct dir_entry *entry, enum dir_state state);

/* Tells observers of an event of the connection, after filling in its time, connection id and generation. entry is
 * null if the event concerns no connection. */
void conn_emit(struct host_sw *sw, const struct dir_entry *entry, unsigned nic,
               struct probe_event event);

/* Tells observers of a point in the time line of the connection's transfer. */
void conn_mark(struct host_sw *sw, const struct dir_entry *entry, enum move_mark mark,
               uint64_t at_ps);

/* Issues a command about the connection to a NIC and counts the command as pending until it completes. If the command
 * carries a frame, buffer is the buffer of that frame and the command takes a reference to it; otherwise buffer is
 * 0. */
void conn_command(struct host_sw *sw, struct dir_entry *entry, unsigned nic, struct nic_cmd cmd,
                  uint64_t buffer);

/* Like conn_command(), for FREEZE, INSTALL, RESERVE and RELEASE, which may leave in a list with those of other
 * connections. */
void conn_command_in_list(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                          struct nic_cmd cmd);

/* Puts the connection on the list of those whose doorbells are checked when the step ends. */
void conn_touch(struct host_sw *sw, struct dir_entry *entry);

#endif
