/* The policies and mechanisms as owners of scenario keys, team.move.<name>.<key>: where in the parameters of
 * the server the values of each lie. */
#ifndef TOESIM_HOST_POLICY_MOVE_OWNER_H
#define TOESIM_HOST_POLICY_MOVE_OWNER_H

#include "models/base/scenario_key.h"

enum { MOVE_OWN_BYTES = 128 }; /* of the values of all owners */

struct move_owner {
    const char *name;
    const struct own_keys *own;
    size_t offset; /* of its values among those of all */
};

/* The owners in turn, from 0 on; null: no more. What it points to holds until the next call. */
const struct move_owner *move_owner_at(size_t index);

/* Fills values[MOVE_OWN_BYTES] with what counts where a scenario says nothing. */
void move_owner_preset(unsigned char *values);

/* Where the values of `own`, which is an owner's, lie in `values`; null if it has none. */
const void *move_owner_values(const struct own_keys *own, const unsigned char *values);

#endif
