/* Sequence number arithmetic modulo 2^32 (RFC 9293 3.4). */
#ifndef TOESIM_HOST_STACK_SEQ_H
#define TOESIM_HOST_STACK_SEQ_H

#include <stdbool.h>
#include <stdint.h>

static inline bool host_seq_lt(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

static inline uint32_t host_seq_max(uint32_t a, uint32_t b) { return host_seq_lt(a, b) ? b : a; }

/* Compares 16-bit generations in the same way. */
static inline bool host_gen_lt(uint16_t a, uint16_t b) { return (int16_t)(uint16_t)(a - b) < 0; }

#endif
