#include "models/trace/replay/replay_side.h"

#include <assert.h>

enum {
    FRAME_MIN = 60,
    OVERHEAD_BYTES = 24, /* preamble, FCS and gap (timing 3.1) */
};

void replay_params_default(struct replay_params *params)
{
    *params = (struct replay_params){
        .stall_ps = 60 * PS_PER_S,
        .liveness_ps = PS_PER_MS,
        .rto_min_ps = 200 * PS_PER_MS,
        .uplink_bps = UINT64_C(10000000000),
    };
}

uint64_t replay_uplink_busy_ps(const struct replay_params *params, uint32_t frame_bytes)
{
    assert(params->uplink_bps > 0);
    uint64_t wire_bits = UINT64_C(8) * (u32_max(frame_bytes, FRAME_MIN) + OVERHEAD_BYTES);
    return wire_bits * PS_PER_S / params->uplink_bps;
}
