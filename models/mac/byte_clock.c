#include "models/mac/byte_clock.h"

#include "models/base/units.h"

#include <assert.h>

void byte_clock_init(struct byte_clock *clock, uint64_t rate_bps)
{
    assert(rate_bps > 0);
    uint64_t a = 8 * PS_PER_S, b = rate_bps;
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    clock->num = 8 * PS_PER_S / a;
    clock->den = rate_bps / a;
    /* Both products below stay under 2^64 because num * den does. */
    assert(clock->num < UINT32_MAX && clock->den < UINT32_MAX);
}

uint64_t byte_clock_ps(const struct byte_clock *clock, uint64_t bytes)
{
    if (clock->den == 1) /* every standard rate takes this path, which needs no divisions */
        return bytes * clock->num;
    return bytes / clock->den * clock->num + bytes % clock->den * clock->num / clock->den;
}

uint64_t byte_clock_bytes(const struct byte_clock *clock, uint64_t ps)
{
    if (clock->den == 1)
        return ceil_div(ps, clock->num);
    uint64_t whole = ps / clock->num;
    uint64_t rest = ps % clock->num;
    return whole * clock->den + ceil_div(rest * clock->den, clock->num);
}
