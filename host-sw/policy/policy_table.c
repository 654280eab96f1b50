/* Every policy has one row here. */
#include "host-sw/policy/policy_table.h"

#include <string.h>

#define POLICIES(X)                                                                                \
    X(policy_first_packet)                                                                         \
    X(policy_k_of_m)                                                                               \
    X(policy_residency)                                                                            \
    X(policy_validate)                                                                             \
    X(policy_phase)                                                                                \
    X(policy_port_down)                                                                            \
    X(policy_batch)

#define X(ops) extern const struct policy_ops ops;
POLICIES(X)
#undef X

const struct policy_ops *const policy_table[] = {
#define X(ops) &ops,
    POLICIES(X)
#undef X
};

const size_t policy_count = sizeof policy_table / sizeof *policy_table;

const struct policy_ops *policy_find(const char *name, size_t length)
{
    for (size_t i = 0; i < policy_count; i++)
        if (strlen(policy_table[i]->name) == length &&
            memcmp(policy_table[i]->name, name, length) == 0)
            return policy_table[i];
    return NULL;
}

const char *const *policy_names(void)
{
    static const char *names[sizeof policy_table / sizeof *policy_table + 1];
    for (size_t i = 0; i < policy_count; i++)
        names[i] = policy_table[i]->name;
    return names;
}
