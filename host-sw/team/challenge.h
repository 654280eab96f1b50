/* Challenge ACKs (RFC 5961 10): each NIC and the host have an equal part of the allowed rate. */
#ifndef TOESIM_HOST_TEAM_CHALLENGE_H
#define TOESIM_HOST_TEAM_CHALLENGE_H

#include <stdint.h>

struct host_sw;
struct host_sw_params;

/* Challenge ACKs per second of each place. */
uint32_t challenge_share(const struct host_sw_params *params);

/* The secret of a place's draw. */
uint32_t challenge_key(const struct host_sw *sw, uint32_t place);

#endif
