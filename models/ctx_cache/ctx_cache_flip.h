/* Soft errors of the golden cache: a bit of a way changes by itself. */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_FLIP_H
#define TOESIM_CTX_CACHE_CTX_CACHE_FLIP_H

#include "models/ctx_cache/ctx_cache_core.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Injects a soft error, in the order of effects (docs/ctx_cache.md, Parity). The line of the flip is below CTX_LINES, and
 * the bit of a line is below CTX_LINE_STORED_BITS. Returns false and does nothing if the context is not in the cache. */
bool ctx_core_flip(struct ctx_core *core, const struct ctx_flip *flip);

/* Returns true if one of the first `lines` lines of the way has bad parity. */
bool ctx_way_is_bad(const struct ctx_way *way, uint32_t lines);

/* Gives all lines of the way bad parity. */
void ctx_way_poison(struct ctx_way *way);

/* Empties a way whose tag is bad. */
void ctx_way_drop(struct ctx_core *core, struct ctx_way *way);

#ifdef __cplusplus
}
#endif

#endif
