#include "models/trace/conversation/timeline.h"

#include "models/base/units.h"

/* Returns the time between two segments. After a small step back, as when frames of two adapters are swapped in the
 * file, the time stands still until the stamps catch up. After a large step back the clock was set back, so the stamp
 * becomes the new base. */
static uint64_t step_ps(uint64_t time_ns, uint64_t *base_ns, uint64_t max_gap_ps,
                        struct capture_stats *stats)
{
    uint64_t max_gap_ns = max_gap_ps / PS_PER_NS;
    if (time_ns < *base_ns) {
        stats->backward_stamps++;
        if (*base_ns - time_ns > max_gap_ns)
            *base_ns = time_ns;
        return 0;
    }
    uint64_t gap_ns = time_ns - *base_ns;
    *base_ns = time_ns;
    if (gap_ns <= max_gap_ns)
        return gap_ns * PS_PER_NS;
    stats->clamped_gaps++;
    return max_gap_ps;
}

uint64_t timeline_add(struct timeline *timeline, uint64_t time_ns, uint64_t max_gap_ps,
                      struct capture_stats *stats)
{
    if (timeline->begun)
        timeline->now_ps += step_ps(time_ns, &timeline->base_ns, max_gap_ps, stats);
    else
        timeline->base_ns = time_ns;
    timeline->begun = true;
    return timeline->now_ps;
}
