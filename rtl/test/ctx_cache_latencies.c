#include "rtl/test/ctx_cache_latencies.h"

#include <stdio.h>

void latencies_note(struct latencies *latencies, uint8_t op, uint64_t cycles)
{
    if (cycles > latencies->max)
        latencies->max = cycles;
    latencies->answers[op]++;
    latencies->counts[op][cycles < LATENCY_MAX ? cycles : LATENCY_MAX]++;
}

/* Returns the latency that this percentage of the answers did not exceed (nearest rank). */
static uint32_t latency_at(const struct latencies *latencies, uint8_t op, uint32_t percent)
{
    uint64_t rank = (latencies->answers[op] * percent + 99) / 100, seen = 0;
    for (uint32_t cycles = 0; cycles < LATENCY_MAX; cycles++) {
        seen += latencies->counts[op][cycles];
        if (seen >= rank && seen > 0)
            return cycles;
    }
    return LATENCY_MAX;
}

void latencies_print(const struct latencies *latencies)
{
    static const char *const names[LATENCIES_OPS] = {
        "LOOKUP", "READ_LOCK", "WRITE_UNLOCK", "UNLOCK", "RESERVE", "INSTALL",
        "FREEZE", "EXTRACT",   "RELEASE",      "REMOVE", "SCAN"};
    enum { NAMED = CTX_OP_SCAN + 1 };
    for (uint8_t op = 0; op < LATENCIES_OPS; op++)
        if (latencies->answers[op] > 0)
            printf("  %-14s %8llu answers %5u min %5u p50 %5u p99 %5u max\n",
                   op < NAMED ? names[op] : "(none)", (unsigned long long)latencies->answers[op],
                   latency_at(latencies, op, 0), latency_at(latencies, op, 50),
                   latency_at(latencies, op, 99), latency_at(latencies, op, 100));
}
