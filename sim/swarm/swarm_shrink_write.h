/* Writes settings as a scenario file. */
#ifndef TOESIM_SIM_SWARM_SHRINK_WRITE_H
#define TOESIM_SIM_SWARM_SHRINK_WRITE_H

#include "sim/swarm/swarm_draw.h"

/* Writes the settings as a scenario file that toesim run reads. The actions of a list have numbers without gaps. Returns
 * false if it cannot be written. */
bool swarm_shrink_write(const struct swarm_scenario *scenario, const char *path);

#endif
