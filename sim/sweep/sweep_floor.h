/* The floors of sim/floor as values that a study reports. */
#ifndef TOESIM_SIM_SWEEP_FLOOR_H
#define TOESIM_SIM_SWEEP_FLOOR_H

#include <jansson.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns true for floor.reload_ns, floor.blackout_ns, and floor.PHASE_ns of each phase that has a floor. */
bool sweep_floor_is_key(const char *key);

/* Adds the floors of the run in the folder to its document of stats.json, as an object `floor`: of each value the smaller one
 * of the two directions. It adds nothing if the folder or its mechanism has no floors. */
void sweep_floor_add(json_t *stats, const char *folder);

#ifdef __cplusplus
}
#endif

#endif
