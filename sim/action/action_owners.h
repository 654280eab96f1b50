/* The owners of actions. Only action_table.c includes this. */
#ifndef TOESIM_SIM_ACTION_OWNERS_H
#define TOESIM_SIM_ACTION_OWNERS_H

#include "sim/action/action.h"

extern const struct action_owner action_switch; /* swap, assign, the hash policies */
extern const struct action_owner action_cable;  /* carrier of a NIC's link */
extern const struct action_owner action_team;   /* requests to the host software */
extern const struct action_owner action_cache;  /* soft errors of the context cache */
extern const struct action_owner action_line;   /* frames that a line damages, loses or delays */
extern const struct action_owner action_pcie;   /* PCIe link and transactions */

#endif
