/* Finds the first difference of two JSON documents, without recursion. */
#ifndef TOESIM_SIM_REGRESS_DIFF_H
#define TOESIM_SIM_REGRESS_DIFF_H

#include "sim/regress/regress.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Finds the first key, in sorted order, in which the two documents differ, and writes it with both values into
 * `text`. Returns false if the documents are equal. */
bool regress_first_difference(const json_t *golden, const json_t *now, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
