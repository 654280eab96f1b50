/* Finds the value of a key in the document of stats.json. */
#ifndef TOESIM_SIM_OUTPUT_VALUE_H
#define TOESIM_SIM_OUTPUT_VALUE_H

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the value at a path such as nics[1].mac.rx_frames, whose steps are shorter than 200 characters. Returns null if
 * there is none, or if `stats` is null. The value belongs to `stats`. */
const json_t *output_value(const json_t *stats, const char *path);

#ifdef __cplusplus
}
#endif

#endif
