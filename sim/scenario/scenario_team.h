/* Checks the keys of the team that need each other, or need something of the NICs. */
#ifndef TOESIM_SIM_SCENARIO_TEAM_H
#define TOESIM_SIM_SCENARIO_TEAM_H

#include "sim/scenario/scenario_loader.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reports every such error, and returns the worst status. */
enum status scenario_check_team(struct scenario_loader *loader);

/* The same for the image slots of the NICs, once the values of each NIC are known. */
enum status scenario_check_slots(struct scenario_loader *loader);
/* And for their clocks, which it makes free if any NIC has one of its own. */
enum status scenario_check_clocks(struct scenario_loader *loader);

#ifdef __cplusplus
}
#endif

#endif
