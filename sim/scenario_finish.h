/* Checks over several keys, derived fields, and the path of the capture. */
#ifndef TOESIM_SIM_SCENARIO_FINISH_H
#define TOESIM_SIM_SCENARIO_FINISH_H

#include "sim/scenario_loader.h"

/* What one key cannot know: keys that need each other, derived fields, the capture's path. */
enum status scenario_finish(struct scenario_loader *loader, bool look_for_capture);

#endif
