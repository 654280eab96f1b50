/* Finds the connection of a frame at a MAC by its addresses and ports, as CONN_OPEN reported them. */
#ifndef TOESIM_STATS_FLOW_INDEX_H
#define TOESIM_STATS_FLOW_INDEX_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

enum { FLOW_INDEX_NONE = UINT32_MAX };

struct packet;

/* The tuple of a connection, in a list of those with the same hash. */
struct flow_entry {
    struct flow_key key;
    uint32_t next;
    bool listed;
};

struct flow_index {
    uint32_t conn_max;
    uint32_t *heads; /* conn_max lists, by the hash of the tuple */
    struct flow_entry *entries;
};

/* Initializes an empty index of the connections below conn_max, at least 1. Returns false if memory is short. */
bool flow_index_init(struct flow_index *index, uint32_t conn_max);
void flow_index_free(struct flow_index *index);

/* Gives the connection (below conn_max) this tuple, as its receiver sees it, in place of an earlier one. */
void flow_index_open(struct flow_index *index, uint32_t conn, const struct flow_key *key);

/* Return the latest connection with the tuple of a TCP packet that the server receives or sends; FLOW_INDEX_NONE if
 * there is none. */
uint32_t flow_index_of_received(const struct flow_index *index, const struct packet *packet);
uint32_t flow_index_of_sent(const struct flow_index *index, const struct packet *packet);

#endif
