/* The complete table of keys: the rows of scenario_table.c and the keys of registered parts. */
#ifndef TOESIM_SIM_SCENARIO_LOOKUP_H
#define TOESIM_SIM_SCENARIO_LOOKUP_H

#include "models/base/scenario_key.h"
#include "sim/scenario/config.h"

/* Returns every key, in the order of effective.yaml. Team modes, mechanisms, policies and actions, which are
 * registered by name, have added their names and their own keys. */
const struct scenario_key *scenario_keys(void);
size_t scenario_key_count(void);

/* Returns the key with this path, in which list indices are written as "[]", or null if there is none. */
const struct scenario_key *scenario_table_find(const char *path);

/* Returns true if `path` is a section: the beginning of a key, up to a '.' or a '['. */
bool scenario_table_is_section(const char *path);

/* Returns true for a key of a list of actions. Its offset is one in struct sim_action. */
bool scenario_key_is_action(const struct scenario_key *key);

#endif
