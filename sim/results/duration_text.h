/* Durations for people: the unit fits the value. */
#ifndef TOESIM_SIM_DURATION_TEXT_H
#define TOESIM_SIM_DURATION_TEXT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for the longest text, with its end. */
enum { DURATION_TEXT_MAX = 32 };

/*
 * Writes `ns` nanoseconds into `text` (DURATION_TEXT_MAX bytes). Below 1 us the text has whole nanoseconds,
 * otherwise us, ms or s with three decimals. Further digits are cut off, not rounded, as in the latencies of
 * stats.json.
 */
void duration_text(char *text, uint64_t ns);

#ifdef __cplusplus
}
#endif

#endif
