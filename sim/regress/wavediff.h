/* Compares two FST wave files by signal path and value changes. */
#ifndef TOESIM_SIM_WAVEDIFF_H
#define TOESIM_SIM_WAVEDIFF_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* STATUS_OK: the same signals and changes; identical tells whether the bytes are the same as well. When
 * they are not, another program wrote one file or a byte of it is damaged, which nobody can tell apart.
 * STATUS_FAILED: err names the first differing time and signal. STATUS_BAD_INPUT: a file is missing, is
 * no FST file, or is cut. */
enum status wavediff_compare(const char *a, const char *b, bool *identical, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
