/* A length of time as a person reads it: the unit fits the value. */
#ifndef TOESIM_SIM_DURATION_TEXT_H
#define TOESIM_SIM_DURATION_TEXT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for the longest text, with its end. */
enum { DURATION_TEXT_MAX = 32 };

/*
 * Writes `ns` nanoseconds into `text` (DURATION_TEXT_MAX bytes): whole nanoseconds below 1 us, else
 * us, ms or s with three decimals. Digits behind them are cut off, as the latencies of stats.json are.
 */
void duration_text(char *text, uint64_t ns);

#ifdef __cplusplus
}
#endif

#endif
