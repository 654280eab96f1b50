// The library of a context cache of another shape. mk/shape/build.sh compiles it with the Verilated model of that shape and
// with its parameters.
#include "sim/glue/ctx_cache_face.h"

#include "Vctx_cache_shape.h"

extern "C" __attribute__((visibility("default"))) const ctx_cache_library ctx_cache_library_entry;
const ctx_cache_library ctx_cache_library_entry = {
    {SHAPE_SETS, SHAPE_WAYS, SHAPE_LOOKUP_ENTRIES, SHAPE_MISS_SLOTS, SHAPE_CONN_IDS},
    [](VerilatedContext *context, const char *name, const ctx_port_params *params,
       const ctx_client *client) -> ctx_cache_face * {
        return new ctx_cache_face_of<Vctx_cache_shape>(context, name, *params, *client);
    }};
