#include "models/trace/replay/replay_side.h"

void replay_params_default(struct replay_params *params)
{
    *params = (struct replay_params){
        .stall_ps = 60 * PS_PER_S,
        .liveness_ps = PS_PER_MS,
        .rto_min_ps = 200 * PS_PER_MS,
        .uplink_ps_per_byte = 800,
    };
}
