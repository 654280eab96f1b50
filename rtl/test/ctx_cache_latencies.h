/* Counts the cycles from request to answer for each kind of operation. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_LATENCIES_H
#define TOESIM_RTL_TEST_CTX_CACHE_LATENCIES_H

#include "models/hwif/ctx_store.h"

enum { LATENCIES_OPS = CTX_OP_CODES, LATENCY_MAX = 4095 };

/* Must be all zero at the start. */
struct latencies {
    uint64_t max; /* the longest of all */
    uint64_t answers[LATENCIES_OPS];
    uint32_t counts[LATENCIES_OPS]
                   [LATENCY_MAX + 1]; /* answers per latency; the last: this or more */
};

void latencies_note(struct latencies *latencies, uint8_t op, uint64_t cycles);
/* Prints a line with min, p50, p99 and max of each kind. */
void latencies_print(const struct latencies *latencies);

#endif
