/* Finds kinds of actions by list and name. */
#ifndef TOESIM_SIM_ACTION_TABLE_H
#define TOESIM_SIM_ACTION_TABLE_H

#include "sim/action/action.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The names of all kinds of a list, null-terminated, in the order of the owners. */
const char *const *action_names(enum action_list list);

/* The kind with this name; null: the list has none. */
const struct action_kind *action_find(enum action_list list, const char *name);

/* The list that this kind belongs to. */
enum action_list action_list_of(const struct action_kind *kind);

/* The bit (enum action_key) of an item's key, such as "nic"; 0: no item has such a key. */
unsigned action_key_bit(const char *key);

/* The keys that describe this action, as bits: what has to be written to read the same action again. */
unsigned action_keys_of(const struct sim_action *action);

#ifdef __cplusplus
}
#endif

#endif
