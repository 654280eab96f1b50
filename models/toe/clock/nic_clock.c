#include "models/toe/clock/nic_clock.h"

#include "models/base/planted.h"
#include "models/base/units.h"

#include <assert.h>

#define PPM INT64_C(1000000)
/* A context that is further ahead comes from a NIC whose clock was never set, and says nothing about the time. */
enum { AHEAD_MAX_US = 10000, DRIFT_MAX_PPM = 1000 };

void nic_clock_init(struct nic_clock *clock, bool is_free, int64_t offset_ps, int64_t drift_ppm)
{
    assert(is_free || (offset_ps == 0 && drift_ppm == 0));
    assert(drift_ppm >= -DRIFT_MAX_PPM && drift_ppm <= DRIFT_MAX_PPM);
    *clock = (struct nic_clock){
        .is_free = is_free, .offset_ps = offset_ps, .drift_ppm = drift_ppm, .floor_ps = INT64_MIN};
}

int64_t nic_clock_counter_ps(const struct nic_clock *clock, uint64_t now_ps)
{
    int64_t now = (int64_t)now_ps;
    int64_t gained = now / PPM * clock->drift_ppm + now % PPM * clock->drift_ppm / PPM;
    return now + gained + clock->offset_ps;
}

static int64_t unclamped_ps(const struct nic_clock *clock, uint64_t now_ps)
{
    return nic_clock_counter_ps(clock, now_ps) + clock->base_ps;
}

int64_t nic_clock_time_ps(const struct nic_clock *clock, uint64_t now_ps)
{
    int64_t time_ps = unclamped_ps(clock, now_ps);
    return time_ps > clock->floor_ps ? time_ps : clock->floor_ps;
}

/* Rounds down, also below zero. */
static int64_t ticks(int64_t time_ps, int64_t tick_ps)
{
    return time_ps / tick_ps - (time_ps % tick_ps < 0);
}

struct tcp_now nic_clock_ticks(const struct nic_clock *clock, uint64_t now_ps)
{
    int64_t time_ps = nic_clock_time_ps(clock, now_ps);
    if (PLANTED(ticks_of_counter))
        time_ps = nic_clock_counter_ps(clock, now_ps);
    return (struct tcp_now){.us = (uint32_t)ticks(time_ps, (int64_t)PS_PER_US),
                            .ms = (uint32_t)ticks(time_ps, (int64_t)PS_PER_MS)};
}

uint64_t nic_clock_when_ps(const struct nic_clock *clock, int64_t time_ps, uint64_t now_ps)
{
    if (nic_clock_time_ps(clock, now_ps) >= time_ps)
        return now_ps;
    /* left x 10^6 / (10^6 + drift), without an overflow */
    int64_t left = time_ps - unclamped_ps(clock, now_ps), rate = PPM + clock->drift_ppm;
    uint64_t at_ps = now_ps + (uint64_t)(left / rate * PPM + left % rate * PPM / rate);
    while (unclamped_ps(clock, at_ps) < time_ps)
        at_ps++;
    return at_ps;
}

uint64_t nic_clock_tick_end_ps(const struct nic_clock *clock, uint32_t left, uint64_t now_ps)
{
    int64_t tick = ticks(nic_clock_time_ps(clock, now_ps), (int64_t)PS_PER_US);
    return nic_clock_when_ps(clock, (tick + left) * (int64_t)PS_PER_US, now_ps);
}

void nic_clock_set_base(struct nic_clock *clock, int64_t base_ps, bool never_back, uint64_t now_ps)
{
    assert(clock->is_free);
    clock->floor_ps = never_back ? nic_clock_time_ps(clock, now_ps) : INT64_MIN;
    clock->base_ps = base_ps;
}

void nic_clock_not_before(struct nic_clock *clock, uint32_t us, uint64_t now_ps)
{
    if (!clock->is_free)
        return;
    int64_t tick = ticks(nic_clock_time_ps(clock, now_ps), (int64_t)PS_PER_US);
    int32_t ahead = (int32_t)(us - (uint32_t)tick);
    if (ahead > 0 && ahead <= AHEAD_MAX_US)
        clock->floor_ps = (tick + ahead) * (int64_t)PS_PER_US;
}
