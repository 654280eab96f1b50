/* Finds the connection of a frame at a MAC by its addresses and ports, as CONN_OPEN reported them. */
#ifndef TOESIM_CHECK_CHECK_FLOW_H
#define TOESIM_CHECK_CHECK_FLOW_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHECK_NO_CONN = UINT32_MAX };

struct check;
struct packet;

/* Per connection: its entry in the table. */
struct check_flow {
    struct flow_key key;
    uint32_t next; /* next connection of the same bucket */
    bool listed;
};

/* Creates a table for conn_max connections, filled with CHECK_NO_CONN. Returns null if memory is short. */
uint32_t *check_flow_create(uint32_t conn_max);
/* Gives the id `conn` this tuple from now on. */
void check_flow_open(struct check *check, uint32_t conn, const struct flow_key *key);
/* Returns the latest connection with the packet's tuple; CHECK_NO_CONN if there is none. */
uint32_t check_flow_find(const struct check *check, const struct packet *packet);
/* Like check_flow_find(), by the tuple, and by a frame that the server sends. */
uint32_t check_flow_of_key(const struct check *check, const struct flow_key *key);
uint32_t check_flow_of_sent(const struct check *check, const struct packet *packet);

#endif
