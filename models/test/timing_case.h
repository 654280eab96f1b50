/* One checked case of docs/timing.md, for the table that `make timing-table` prints: section, what the
 * page says, what the model does. Written to the file named by TOESIM_TIMING_CASES; else nothing. */
#ifndef TOESIM_TEST_TIMING_CASE_H
#define TOESIM_TEST_TIMING_CASE_H

#include <stdint.h>

void timing_case(const char *section, uint64_t expected, uint64_t got);

#endif
