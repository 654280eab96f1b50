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

/*
 * The file as text: `S path width` for each signal, sorted; `T exponent`; `C time path value` for
 * each change, sorted by time, then path. False when the file cannot be opened. On a damaged file
 * the library may crash or never end, so this runs in a child process.
 */
int wavediff_dump(const char *path, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
