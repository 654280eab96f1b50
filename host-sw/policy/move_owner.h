/* The policies and mechanisms are the owners of the scenario keys team.move.<name>.<key>. This part knows where the
 * values of each owner lie in the parameters of the server. */
#ifndef TOESIM_HOST_POLICY_MOVE_OWNER_H
#define TOESIM_HOST_POLICY_MOVE_OWNER_H

#include "models/base/scenario_key.h"

enum { MOVE_OWN_BYTES = 128 }; /* size of the values of all owners */

struct move_owner {
    const char *name;
    const struct own_keys *own;
    size_t offset; /* offset of the owner's values among those of all owners, in bytes */
};

/* Returns the owner with this index, which counts from 0, or null if there is none. The result is valid until the next
 * call. */
const struct move_owner *move_owner_at(size_t index);

/* Fills values[MOVE_OWN_BYTES] with the default values of all keys. */
void move_owner_preset(unsigned char *values);

/* Returns the position in `values` of the values of `own`, which belongs to an owner; null if it has none. */
const void *move_owner_values(const struct own_keys *own, const unsigned char *values);

#endif
