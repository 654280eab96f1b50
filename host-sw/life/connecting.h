/* Connections that the server opens. */
#ifndef TOESIM_HOST_LIFE_CONNECTING_H
#define TOESIM_HOST_LIFE_CONNECTING_H

#include <stdint.h>

struct host_sw;
struct neighbour_key;

void connecting_init(struct host_sw *sw);
/* A neighbour told its address: whoever waits for it may begin. */
void connecting_on_neighbour(struct host_sw *sw, const struct neighbour_key *key,
                             const uint8_t mac[6]);
/* Requests that were not answered. */
void connecting_on_time(struct host_sw *sw, uint64_t now_ps);

#endif
