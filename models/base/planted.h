/*
 * Bugs planted on purpose, to test which online checker finds them (docs/invariants.md). In the product,
 * PLANTED(name) is the constant false. In the build of `make mutate-team` it is true if the environment
 * variable TOESIM_PLANTED has that name. Each name has a row in sim/test/planted/planted.txt, and `make tidy`
 * checks that the table and the code agree.
 */
#ifndef TOESIM_BASE_PLANTED_H
#define TOESIM_BASE_PLANTED_H

#include <stdbool.h>

#ifdef TOESIM_PLANTED_BUGS
#ifdef __cplusplus
extern "C" {
#endif

/* Returns true if TOESIM_PLANTED names this bug. The variable is read once. */
bool planted_is(const char *name);

/* Returns true if the comma-separated list TOESIM_CHECK_OFF contains this invariant's key, such as I-MOVE. */
bool planted_check_is_off(const char *key);

#ifdef __cplusplus
}
#endif
#define PLANTED(name) planted_is(#name)
#else
#define PLANTED(name) 0
#define planted_check_is_off(key) 0
#endif

#endif
