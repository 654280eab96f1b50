/* The team's directory: which connections exist, who owns them, in which state. The only place
 * where ownership changes. */
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

/* A connection id rests so long after its last use, so that no message of the old connection can
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
    uint8_t state;           /* enum dir_state */
    uint8_t owner, rx_if;    /* owner: a NIC, or PLACE_HOST */
    uint8_t tcp_state;       /* as last reported */
    uint8_t host_reason;     /* enum host_reason: why the host has, or had it last */
    uint16_t gen, first_gen; /* first_gen: the oldest of this incarnation that still matches */
    bool established, peer_fin, fin_wanted, abort_wanted, abort_sent, keepalive;
    bool applied; /* a frame was applied under gen: the next generation may come */
    bool rung_fin;
    bool options_new;  /* the owner is to be told of options */
    bool given_up;     /* ended by the host alone: its NIC may still have it */
    bool announced;    /* the application was told that it is established */
    bool on_nics;      /* counts as one of those that NICs have */
    bool active;       /* the server opens it */
    bool embryonic;    /* a peer opens it, and it is not established yet */
    bool resolving;    /* OPENING, and the peer's MAC address is not known yet */
    bool synchronised; /* irs, rcv_nxt and rx_consumed are known */
    uint8_t wanted_dest, wanted_reason;
    uint32_t cookie, moves;
    uint32_t reassembled; /* segments in fragments, since a NIC has it */
    uint32_t ooo_drops;   /* segments beyond too many holes, the same */
    uint32_t irs, iss;
    uint32_t rcv_nxt, rx_consumed; /* in-order end, application's read position */
    uint32_t snd_una, tx_prod;
    uint32_t rung_tx, rung_rx; /* what the owner was told */
    uint64_t rx_bytes, tx_bytes;
    uint64_t rx_ring, tx_ring; /* host addresses */
    uint64_t opened_ps, last_rx_ps;
    uint64_t t0_ps;                     /* of the trigger that brought it where it is */
    uint64_t extracted_ps;              /* INACTIVE: since when */
    uint64_t idle_refused_ps;           /* found busy, or brought back, at this time */
    uint64_t idle_wait_ps;              /* found busy: left alone for so long */
    struct move_trigger wanted_trigger; /* while in the queue of moves */
    uint32_t pending;                   /* commands of it not completed */
    size_t row;
    uint32_t held_head, held_tail, held_count;
    struct conn_link dirty;     /* in the list of doorbells to look at */
    struct conn_link wanted;    /* in the queue of moves */
    struct conn_link waiting;   /* in the queue for a free place on the NICs */
    struct conn_link telling;   /* in the list of calls to the application */
    uint8_t app_calls;          /* enum app_call: to be made; not 0 while in that list */
    struct conn_link under_way; /* in the list of transfers under way */
    struct transfer transfer;
    struct app_accept offer;    /* active */
    struct nic_options options; /* with options_new */
};

/* True when the parts of the entry agree with each other, as they do whenever no part is at work on it: for assertions. */
bool dir_entry_is_sane(const struct dir_entry *entry);

/* In-order bytes end here: rcv_nxt without the peer's FIN. */
static inline uint32_t dir_entry_rx_end(const struct dir_entry *entry)
{
    return entry->peer_fin ? entry->rcv_nxt - 1 : entry->rcv_nxt;
}

/* What remains to be reported of a connection. While it lives, conn names its entry. */
struct dir_row {
    uint32_t conn; /* DIR_NONE: ended */
    struct dir_view view;
};

struct directory {
    struct dir_entry *entries;
    uint32_t conn_max;
    struct flow_table by_key;
    /* Free ids in order of their end: a ring of conn_max. */
    uint32_t *free_ids;
    uint64_t *freed_ps; /* by id; 0: never used */
    uint32_t free_head, free_count;
    struct dir_row *rows;
    size_t row_count, row_capacity;
    uint32_t live; /* connections that have not ended */
    uint32_t established,
        established_max; /* those of them that are established; the most at a time */
    /* One past the highest id ever used: scans end there. */
    uint32_t used_end;
};

bool directory_init(struct directory *dir, uint32_t conn_max);
void directory_free(struct directory *dir);

/* A new entry for key in state OPENING with an id out of quarantine and the id's next generation;
 * DIR_NONE: none is left. */
uint32_t directory_open(struct directory *dir, const struct flow_key *key, uint64_t now_ps);
/* The connection's handshake is done; once for each entry. */
void directory_establish(struct directory *dir, struct dir_entry *entry);
/* The connection ended: its tuple is free, its id is not yet. */
void directory_unlist(struct directory *dir, uint32_t conn, const struct dir_view *last);
/* The id goes into quarantine. */
void directory_release(struct directory *dir, uint32_t conn, uint64_t now_ps);

/* DIR_NONE: unknown. */
uint32_t directory_find(const struct directory *dir, const struct flow_key *key);

/* The next generation of the same incarnation. */
void directory_next_gen(struct dir_entry *entry);

/* The entry of a live incarnation that a message of (conn, gen) may concern; null: none. */
struct dir_entry *directory_match(struct directory *dir, uint32_t conn, uint16_t gen);

/* Some incarnation of conn is in the directory. */
bool directory_is_live(const struct directory *dir, uint32_t conn);

void directory_view(const struct directory *dir, size_t row, struct dir_view *view);

#endif
