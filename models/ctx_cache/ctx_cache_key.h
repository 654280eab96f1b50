/* Flow keys in the constant line of a context. */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_KEY_H
#define TOESIM_CTX_CACHE_CTX_CACHE_KEY_H

#include "models/hwif/ctx_store.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the flow key from the constant line of an image of CTX_BYTES. */
void ctx_core_key_of_image(const uint8_t *image, struct flow_key *key);

/* Writes the constant line that carries this key. All its other bytes are zero. */
void ctx_core_key_to_line(const struct flow_key *key, uint8_t line[CTX_LINE_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
