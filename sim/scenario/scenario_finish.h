/* Checks that involve several keys, fields that follow from others, and the path of the capture. */
#ifndef TOESIM_SIM_SCENARIO_FINISH_H
#define TOESIM_SIM_SCENARIO_FINISH_H

#include "sim/scenario/scenario_loader.h"

/* Checks keys that depend on each other, sets derived fields, and resolves the path of the capture. */
enum status scenario_finish(struct scenario_loader *loader, bool look_for_capture);

#endif
