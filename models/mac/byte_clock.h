/* The time of a line, counted in bytes since time 0. The count is exact at any rate; only the result is
 * rounded to picoseconds. */
#ifndef TOESIM_MAC_BYTE_CLOCK_H
#define TOESIM_MAC_BYTE_CLOCK_H

#include <stdint.h>

/* One byte takes num / den picoseconds, in lowest terms. */
struct byte_clock {
    uint64_t num;
    uint64_t den;
};

void byte_clock_init(struct byte_clock *clock, uint64_t rate_bps);

/* Start of byte number `bytes`, rounded down. */
uint64_t byte_clock_ps(const struct byte_clock *clock, uint64_t bytes);

/* The first byte that starts at or after `ps`. */
uint64_t byte_clock_bytes(const struct byte_clock *clock, uint64_t ps);

#endif
