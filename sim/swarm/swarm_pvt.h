/* Shared by the files that draw a scenario. */
#ifndef TOESIM_SIM_SWARM_PVT_H
#define TOESIM_SIM_SWARM_PVT_H

#include "models/base/rng.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/swarm/swarm_draw.h"

struct swarm_drawing {
    struct rng rng;
    struct swarm_scenario *scenario;
};

#endif
