/* Port numbers in a scenario: `80 8000-8099`. */
#ifndef TOESIM_SIM_SCENARIO_PORTS_H
#define TOESIM_SIM_SCENARIO_PORTS_H

#include "host-sw/types/server_params.h"
#include "sim/scenario/value/scenario_value.h"

/* Commas separate as well as spaces; the word none, or nothing, gives no port. */
bool scenario_ports_parse(const char *text, struct port_ranges *ports, char why[SCENARIO_WHY_MAX]);
void scenario_ports_format(const struct port_ranges *ports, char text[SCENARIO_VALUE_MAX]);

#endif
