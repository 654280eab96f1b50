/* Compares what the conversations of a scenario received in its runs, and how they ended. */
#ifndef TOESIM_SIM_EQUAL_COMPARE_H
#define TOESIM_SIM_EQUAL_COMPARE_H

#include "sim/equal/stream_file.h"

#include <stdio.h>

enum { EQUAL_RUNS = 3 };

/* What was compared, in conversations. Each of them is counted once. */
struct equal_counts {
    uint64_t equal;     /* same bytes, same ends */
    uint64_t different; /* in their bytes, or in their ends */
    uint64_t
        cut; /* a run ended first, so only the bytes until then were compared; they are equal */
    uint64_t hardware; /* a NIC or a context failed in a run; the bytes until then are equal */
};

/*
 * Compares the runs with the first of them, and prints a line for each difference (at most `lines_max`) to `out`.
 * `names` has the names of the runs, for the lines. If may_fail is true, the scenario has faults that can end a
 * connection on a NIC, and such an end is no difference.
 */
void equal_compare(const struct stream_file files[EQUAL_RUNS], const char *const names[EQUAL_RUNS],
                   bool may_fail, uint64_t lines_max, FILE *out, struct equal_counts *counts);

#endif
