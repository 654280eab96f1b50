/* The table of keys as Markdown. docs/scenario.md contains it, and `toesim check --keys` prints it with defaults. */
#ifndef TOESIM_SIM_SCENARIO_KEYS_H
#define TOESIM_SIM_SCENARIO_KEYS_H

#include "sim/scenario/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes all keys as a Markdown table. Returns false if writing failed. */
bool scenario_write_keys(FILE *file, bool with_defaults);

#ifdef __cplusplus
}
#endif

#endif
