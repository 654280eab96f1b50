#include "host-sw/team/challenge.h"

#include "host-sw/server/server.h"

uint32_t challenge_share(const struct host_sw_params *params)
{
    return (uint32_t)ceil_div(params->challenge_rate, PLACE_COUNT);
}

uint32_t challenge_key(const struct host_sw *sw, uint32_t place)
{
    return (uint32_t)siphash24(&sw->openings.isn_key, &place, sizeof place);
}
