/* The first difference of two JSON documents, without recursion. */
#ifndef TOESIM_SIM_REGRESS_DIFF_H
#define TOESIM_SIM_REGRESS_DIFF_H

#include "sim/regress.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first key, in sorted order, in which the two documents differ, with both values. False: they
 * are equal. */
bool regress_first_difference(const json_t *golden, const json_t *now, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
