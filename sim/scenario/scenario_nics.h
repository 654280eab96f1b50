/* The keys nics.nic0.* and nics.nic1.*, which override nics.* for one NIC. They have no rows of their own: each row of
 * nics.* describes them too, unless both NICs share its value. */
#ifndef TOESIM_SIM_SCENARIO_NICS_H
#define TOESIM_SIM_SCENARIO_NICS_H

#include "sim/scenario/scenario_lookup.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SCENARIO_NIC_PATH_MAX = 72 };

/* If `path` is nics.nic0 or nics.nic1, or begins with one of them and a '.', returns true, sets *nic, and writes the
 * path that holds for both NICs: "nics.nic1.pcie.lanes" gives 1 and "nics.pcie.lanes". Also returns false if the path
 * is too long for a key. */
bool scenario_nic_split(const char *path, unsigned *nic, char shared[SCENARIO_NIC_PATH_MAX]);

/* Returns true if one NIC may have a value of its own. */
bool scenario_key_is_of_nic(const struct scenario_key *key);

/* Returns the key whose value is that of one NIC: its path, which is written to `path`, has the NIC's number, and its
 * offset is in struct sim_config. scenario_key_is_of_nic(key) holds. */
struct scenario_key scenario_nic_key(const struct scenario_key *key, unsigned nic,
                                     char path[SCENARIO_NIC_PATH_MAX]);

/* Returns how the value of the NIC was given. SIM_ORIGIN_DEFAULT means that the NIC has the value of nics.*. */
enum sim_origin scenario_nic_origin(const struct sim_config *config, const struct scenario_key *key,
                                    unsigned nic);

/* Copies all values of nics.* to both NICs, except those that a NIC was given for itself. */
void scenario_nics_fill(struct sim_config *config);

#ifdef __cplusplus
}
#endif

#endif
