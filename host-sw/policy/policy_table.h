/* The table of all policies. */
#ifndef TOESIM_HOST_POLICY_POLICY_TABLE_H
#define TOESIM_HOST_POLICY_POLICY_TABLE_H

#include "host-sw/policy/policy.h"

extern const struct policy_ops *const policy_table[];
extern const size_t policy_count;

/* Returns the policy whose name is the first `length` characters of name, or null if there is none. */
const struct policy_ops *policy_find(const char *name, size_t length);

/* Returns the names of all policies; the list ends with a null pointer. */
const char *const *policy_names(void);

#endif
