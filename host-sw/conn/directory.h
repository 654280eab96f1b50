/* The team's directory of all connections, with the owner and the state of each. It alone decides who owns a
 * connection. */
#ifndef TOESIM_HOST_CONN_DIRECTORY_H
#define TOESIM_HOST_CONN_DIRECTORY_H

#include "host-sw/conn/conn_list.h"
#include "host-sw/host_sw.h"
#include "host-sw/stack/flow_table.h"
#include "host-sw/transfer/transfer_state.h"
#include "models/base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIR_NONE UINT32_MAX

/* The time for which the id of an ended connection is not used again, so that no message of the old connection can
 * still be on a PCIe link. */
#define DIR_QUARANTINE_PS PS_PER_MS

/* A foreign frame in a host buffer. */
struct dir_frame {
    uint64_t buffer;
    uint64_t mac_time_ps;
    uint64_t frame_id;
    uint32_t bytes;
    uint8_t port;
};

struct dir_entry {
    struct flow_key key;
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
    struct conn_link telling;   /* link in the list of calls to the application */
    uint8_t app_calls;          /* calls to be made (enum app_call); not 0 while in that list */
    struct conn_link under_way; /* link in the list of transfers under way */
    struct transfer transfer;
    struct app_accept offer;    /* valid if active */
    struct nic_options options; /* valid if options_new */
};

/* Returns true if the members of the entry agree with each other. They do whenever no function is in the middle of
 * changing the entry, so assertions use this function. */
bool dir_entry_is_sane(const struct dir_entry *entry);

/* Returns the end of the in-order bytes, which is rcv_nxt without the peer's FIN. */
static inline uint32_t dir_entry_rx_end(const struct dir_entry *entry)
{
    return entry->peer_fin ? entry->rcv_nxt - 1 : entry->rcv_nxt;
}

/* One connection of the report. While the connection lives, conn names its entry; when it has ended, view holds its
 * last values. */
struct dir_row {
    uint32_t conn; /* DIR_NONE if the connection has ended */
    struct dir_view view;
};

struct directory {
    struct dir_entry *entries;
    uint32_t conn_max;
    struct flow_table by_key;
    /* A ring of conn_max ids. The free ids are in the order in which they were freed. */
    uint32_t *free_ids;
    uint64_t *freed_ps; /* when each id was freed; 0 if it was never used */
    uint32_t free_head, free_count;
    struct dir_row *rows;
    size_t row_count, row_capacity;
    uint32_t live; /* connections that have not ended */
    uint32_t established,
        established_max; /* those of them that are established, and the maximum of that number */
    /* One past the highest id ever used, where scans end. */
    uint32_t used_end;
};

bool directory_init(struct directory *dir, uint32_t conn_max);
void directory_free(struct directory *dir);

/* Makes a new entry for key in state OPENING, with an id whose quarantine is over and the next generation of that id.
 * Returns the id, or DIR_NONE if no id is available. */
uint32_t directory_open(struct directory *dir, const struct flow_key *key, uint64_t now_ps);
/* Notes that the handshake of the connection is done. Called at most once for each entry. */
void directory_establish(struct directory *dir, struct dir_entry *entry);
/* Notes that the connection has ended, with its last values. Its tuple may be used again, but its id may not yet. */
void directory_unlist(struct directory *dir, uint32_t conn, const struct dir_view *last);
/* Frees the id, which goes into quarantine. */
void directory_release(struct directory *dir, uint32_t conn, uint64_t now_ps);

/* Returns the id of the connection with this tuple, or DIR_NONE. */
uint32_t directory_find(const struct directory *dir, const struct flow_key *key);

/* Advances the entry to the next generation of the same incarnation. */
void directory_next_gen(struct dir_entry *entry);

/* Returns the live entry that a message of (conn, gen) may concern, or null if there is none. */
struct dir_entry *directory_match(struct directory *dir, uint32_t conn, uint16_t gen);

/* Returns true if a connection that has not ended has this id. */
bool directory_is_live(const struct directory *dir, uint32_t conn);

/* Copies what the report shows of the connection in this row. */
void directory_view(const struct directory *dir, size_t row, struct dir_view *view);

#endif
