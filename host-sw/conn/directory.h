/* The team's directory of all connections, with the owner and the state of each. It alone decides who owns a
 * connection. */
#ifndef TOESIM_HOST_CONN_DIRECTORY_H
#define TOESIM_HOST_CONN_DIRECTORY_H

#include "host-sw/conn/conn.h"
#include "host-sw/stack/flow_table.h"
#include "host-sw/types/dir_view.h"
#include "models/base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct host_sw;
struct nic_record;

/* Decides what to do with a frame that no NIC has taken. The caller keeps its reference to the buffer. record is null
 * for a frame that was held. */
typedef void frame_examiner(struct host_sw *sw, const struct dir_frame *frame,
                            const struct nic_record *record);

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

/* Returns the live entry that a message of (conn, gen) may concern, or null if there is none. */
struct dir_entry *directory_match(struct directory *dir, uint32_t conn, uint16_t gen);

/* Returns true if a connection that has not ended has this id. */
bool directory_is_live(const struct directory *dir, uint32_t conn);

/* Returns the hash of the tuple of the connection that has this id or had it last; 0 if there was none. */
uint32_t directory_flow_hash(const struct directory *dir, uint32_t conn);

/* Copies what the report shows of the connection in this row. */
void directory_view(const struct directory *dir, size_t row, struct dir_view *view);

#endif
