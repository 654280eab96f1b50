/* Makes a Verilated context cache of any shape. */
#ifndef TOESIM_SIM_GLUE_CTX_CACHE_LOAD_H
#define TOESIM_SIM_GLUE_CTX_CACHE_LOAD_H

#include "sim/glue/ctx_cache_face.h"

/* Creates a cache of this shape: that of the program, or one from the library that ctx_cache_rtl_prepare() has loaded. */
ctx_cache_face *ctx_cache_load(VerilatedContext *context, const char *name,
                               const cache_shape &shape, const ctx_port_params &params,
                               const ctx_client &client);

#endif
