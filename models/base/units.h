/* Units. Time is picoseconds in uint64_t everywhere; conversions to and from it are only here. */
#ifndef TOESIM_BASE_UNITS_H
#define TOESIM_BASE_UNITS_H

#include <stdint.h>

#define PS_PER_NS UINT64_C(1000)
#define PS_PER_US UINT64_C(1000000)
#define PS_PER_MS UINT64_C(1000000000)
#define PS_PER_S UINT64_C(1000000000000)

/* "No event": later than any simulated time (a run is bounded to 106 days = 2^63 ps). */
#define TIME_NEVER UINT64_MAX

static inline uint64_t u64_min(uint64_t a, uint64_t b) { return a < b ? a : b; }

static inline uint64_t u64_max(uint64_t a, uint64_t b) { return a > b ? a : b; }

static inline uint32_t u32_min(uint32_t a, uint32_t b) { return a < b ? a : b; }

static inline uint32_t u32_max(uint32_t a, uint32_t b) { return a > b ? a : b; }

static inline uint64_t ceil_div(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

/* The 1 us ticks of the connection context: low 32 bits, compared modulo 2^32. */
static inline uint32_t us_ticks(uint64_t now_ps) { return (uint32_t)(now_ps / PS_PER_US); }

/* The 1 ms ticks of the context's slow fields (keepalive, TS.Recent age). */
static inline uint32_t ms_ticks(uint64_t now_ps) { return (uint32_t)(now_ps / PS_PER_MS); }

#endif
