/* Which connection a frame at a MAC belongs to: by its addresses and ports, as CONN_OPEN told them. */
#ifndef TOESIM_CHECK_CHECK_FLOW_H
#define TOESIM_CHECK_CHECK_FLOW_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHECK_NO_CONN = UINT32_MAX };

struct check;
struct packet;

/* Per connection: its place in the table. */
struct check_flow {
    struct flow_key key;
    uint32_t next; /* in the chain */
    bool listed;
};

/* A table for conn_max connections, CHECK_NO_CONN each; null when memory is short. */
uint32_t *check_flow_create(uint32_t conn_max);
/* The id conn has this tuple from now on. */
void check_flow_open(struct check *check, uint32_t conn, const struct flow_key *key);
/* The latest connection of the packet's tuple; CHECK_NO_CONN: none. */
uint32_t check_flow_find(const struct check *check, const struct packet *packet);
/* The same by the tuple, and by a frame that the server sends. */
uint32_t check_flow_of_key(const struct check *check, const struct flow_key *key);
uint32_t check_flow_of_sent(const struct check *check, const struct packet *packet);

#endif
