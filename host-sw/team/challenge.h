/* Limits challenge ACKs (RFC 5961 10). Each NIC and the host get an equal share of the allowed rate. */
#ifndef TOESIM_HOST_TEAM_CHALLENGE_H
#define TOESIM_HOST_TEAM_CHALLENGE_H

#include <stdint.h>

struct host_sw;
struct host_sw_params;

/* Returns the number of challenge ACKs per second that each place may send. */
uint32_t challenge_share(const struct host_sw_params *params);

/* Returns the secret from which a place draws its random limit. */
uint32_t challenge_key(const struct host_sw *sw, uint32_t place);

#endif
