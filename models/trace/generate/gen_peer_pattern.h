/* The bytes that generators and the server send each other. */
#ifndef TOESIM_TRACE_GEN_PEER_PATTERN_H
#define TOESIM_TRACE_GEN_PEER_PATTERN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the byte at position `offset` of the stream of connection `index`, which is the same for client and server. */
uint8_t gen_pattern(uint32_t index, uint64_t offset);
/* Writes `len` bytes of this pattern. */
void gen_pattern_fill(uint32_t index, uint64_t offset, uint8_t *bytes, uint32_t len);

#ifdef __cplusplus
}
#endif

#endif
