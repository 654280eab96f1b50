/* How long something was busy between two times, from the spans for which it was. */
#ifndef TOESIM_SIM_BUSY_TIME_H
#define TOESIM_SIM_BUSY_TIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct busy_span {
    uint64_t from_ps, to_ps;
    uint64_t before_ps; /* sum of the earlier spans, forgotten ones too */
};

struct busy_time {
    struct busy_span *spans; /* in the order of time, without overlaps */
    size_t count, capacity;
};

/* A zeroed struct has no spans. busy_time_free() in any case. */
void busy_time_free(struct busy_time *busy);

/* Adds a span that does not begin before the last one did. What lies within the last one counts once. */
void busy_time_add(struct busy_time *busy, uint64_t from_ps, uint64_t to_ps);

/* Forgets all but the last `kept` spans. */
void busy_time_forget(struct busy_time *busy, size_t kept);

/* Returns for how many ps it was busy from from_ps to to_ps, as far as the spans are not forgotten. */
uint64_t busy_time_between(const struct busy_time *busy, uint64_t from_ps, uint64_t to_ps);

#ifdef __cplusplus
}
#endif

#endif
