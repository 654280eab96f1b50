/* Connections that the server opens. */
#ifndef TOESIM_HOST_LIFE_CONNECTING_H
#define TOESIM_HOST_LIFE_CONNECTING_H

#include "host-sw/types/application.h"

#include <stdint.h>

struct host_sw;
struct neighbour_key;

/* Empties the neighbour table and sets up the choice of local ports. */
void connecting_init(struct host_sw *sw);
/* Learns the MAC address of a neighbour and opens the connections that wait for it. */
void connecting_on_neighbour(struct host_sw *sw, const struct neighbour_key *key,
                             const uint8_t mac[6]);
/* Repeats address requests that were not answered in time, or gives up the connections that wait for them. */
void connecting_on_time(struct host_sw *sw, uint64_t now_ps);

/* Opens a connection, as host_conn_connect() (dispatch/conn_api.h) says. */
int connecting_open(struct host_sw *sw, const struct host_connect *request, uint32_t *conn);

#endif
