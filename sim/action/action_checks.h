/* Checks that several owners of actions use: struct action_ops.check. */
#ifndef TOESIM_SIM_ACTION_CHECKS_H
#define TOESIM_SIM_ACTION_CHECKS_H

#include "sim/action/action.h"

/* For a fault that is none of a line or of a context: complains about keys that only those have, else null. */
const char *action_check_plain(unsigned given);

/* For a fault that hits one NIC: `nic` must be given, and no `connection`. */
const char *action_check_nic(const struct sim_action *action, unsigned given);

#endif
