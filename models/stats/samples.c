#include "models/stats/samples.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>

void samples_init(struct samples *samples) { *samples = (struct samples){0}; }

void samples_free(struct samples *samples)
{
    free(samples->values);
    samples_init(samples);
}

void samples_add(struct samples *samples, uint64_t value)
{
    if (samples->count == samples->capacity) {
        samples->capacity = samples->capacity ? samples->capacity * 2 : 256;
        samples->values = realloc(samples->values, samples->capacity * sizeof *samples->values);
        memory_check(samples->values);
    }
    samples->values[samples->count++] = value;
    samples->sorted = false;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sort(struct samples *samples)
{
    if (!samples->sorted)
        qsort(samples->values, samples->count, sizeof *samples->values, compare);
    samples->sorted = true;
}

uint64_t samples_percentile(struct samples *samples, unsigned permille)
{
    assert(samples->count > 0);
    assert(permille >= 1 && permille <= 1000);
    sort(samples);
    size_t rank = (samples->count * permille + 999) / 1000;
    return samples->values[rank - 1];
}

uint64_t samples_min(struct samples *samples)
{
    assert(samples->count > 0);
    sort(samples);
    return samples->values[0];
}

uint64_t samples_max(struct samples *samples) { return samples_percentile(samples, 1000); }
