/*
 * Libraries of context caches of other shapes. They are built when a run asks for one, once for each shape, in the folder
 * $XDG_CACHE_HOME/toesim, or ~/.cache/toesim. Building takes the sources of the project, verilator and g++.
 */
#ifndef TOESIM_SIM_SHAPE_LIBRARY_H
#define TOESIM_SIM_SHAPE_LIBRARY_H

#include "sim/shape/cache_shape.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SHAPE_PATH_MAX = 4096 };

/* Writes the path of the shape's library, and builds it first if it is not there yet. While it is built by another process,
 * this one waits. Prints a line on stderr before it builds. Returns STATUS_ENVIRONMENT if the folder cannot be written, if
 * a tool is missing, or if the sources are not there or have changed since the program was built. */
enum status shape_library_find(const struct cache_shape *shape, char path[SHAPE_PATH_MAX],
                               struct error *err);

#ifdef __cplusplus
}
#endif

#endif
