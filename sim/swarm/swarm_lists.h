/* Draws the lists of a scenario: faults and rehashes. */
#ifndef TOESIM_SIM_SWARM_LISTS_H
#define TOESIM_SIM_SWARM_LISTS_H

#include "sim/swarm/swarm_pvt.h"

/* Draws up to three faults. */
void swarm_draw_faults(struct swarm_drawing *drawing);

/* Draws one rehash. */
void swarm_draw_rehash(struct swarm_drawing *drawing);

#endif
