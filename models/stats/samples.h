/* Keeps all samples of one quantity, so that nearest-rank percentiles are exact without floating point. */
#ifndef TOESIM_STATS_SAMPLES_H
#define TOESIM_STATS_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct samples {
    uint64_t *values;
    size_t count;
    size_t capacity;
    bool sorted;
};

void samples_init(struct samples *samples);
void samples_free(struct samples *samples);
void samples_add(struct samples *samples, uint64_t value);

/* Smallest value that at least permille/1000 of all values do not exceed (nearest rank); permille
 * 1 to 1000. At least one sample. */
uint64_t samples_percentile(struct samples *samples, unsigned permille);
uint64_t samples_min(struct samples *samples);
uint64_t samples_max(struct samples *samples);

#ifdef __cplusplus
}
#endif

#endif
