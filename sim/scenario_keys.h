/* The table of keys as Markdown: what docs/scenario.md holds, and `toesim check --keys` with
 * defaults. */
#ifndef TOESIM_SIM_SCENARIO_KEYS_H
#define TOESIM_SIM_SCENARIO_KEYS_H

#include "sim/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All keys as a Markdown table. False when writing failed. */
bool scenario_write_keys(FILE *file, bool with_defaults);

#ifdef __cplusplus
}
#endif

#endif
