/* Numbers of frames in a scenario: `3 7 10-12`. */
#ifndef TOESIM_SIM_SCENARIO_FRAMES_H
#define TOESIM_SIM_SCENARIO_FRAMES_H

#include "models/mac/fault/line_fault.h"
#include "sim/scenario/value/scenario_value.h"

/* Sets `ranges` and `range_count`. Numbers may be separated by commas or spaces. */
bool scenario_frames_parse(const char *text, struct line_fault_rule *rule,
                           char why[SCENARIO_WHY_MAX]);
void scenario_frames_format(const struct line_fault_rule *rule, char text[SCENARIO_VALUE_MAX]);

#endif
