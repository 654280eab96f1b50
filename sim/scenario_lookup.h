/* The table of keys as its readers see it: the rows of scenario_table.c, with what registered parts add. */
#ifndef TOESIM_SIM_SCENARIO_LOOKUP_H
#define TOESIM_SIM_SCENARIO_LOOKUP_H

#include "models/base/scenario_key.h"
#include "sim/config.h"

/* Every key, in the order of effective.yaml. Parts that are registered by name (team modes, mechanisms, policies
 * and actions) have put in their names and their own keys. */
const struct scenario_key *scenario_keys(void);
size_t scenario_key_count(void);

/* The key with this path, list indices written as "[]"; null: none. */
const struct scenario_key *scenario_table_find(const char *path);

/* True when path is a section: the beginning of a key, up to a '.' or a '['. */
bool scenario_table_is_section(const char *path);

/* True for keys of a list of actions (offsets in struct sim_action). */
bool scenario_key_is_action(const struct scenario_key *key);

#endif
