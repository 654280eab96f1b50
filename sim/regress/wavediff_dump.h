/* Writes one FST file as sorted text, with fstReader of GTKWave. */
#ifndef TOESIM_SIM_WAVEDIFF_DUMP_H
#define TOESIM_SIM_WAVEDIFF_DUMP_H

#include "sim/regress/wavediff.h"

#ifdef __cplusplus
extern "C" {
#endif

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
