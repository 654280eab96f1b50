/*
 * The clock of one NIC. Its counter runs on an oscillator of the NIC, so it starts anywhere and runs a little too fast or
 * too slow. The driver sets a base, and counter plus base is the NIC's time: the NIC stamps frames with it, and the
 * timers and timestamps of its connections count it. Values are in ps and have a sign.
 */
#ifndef TOESIM_TOE_CLOCK_NIC_CLOCK_H
#define TOESIM_TOE_CLOCK_NIC_CLOCK_H

#include "models/tcp/tcp_types.h"

#include <stdbool.h>
#include <stdint.h>

struct nic_clock {
    /* False: the NIC gets the time of the host (Precision Time Measurement, PCI Express Base 6.22), and has no base. */
    bool is_free;
    int64_t offset_ps, drift_ppm;
    int64_t base_ps;
    int64_t floor_ps;   /* the time is never before this one */
    int64_t latched_ps; /* the counter when its lower half was read last */
    uint32_t base_low;  /* lower half of the next base, which waits for the upper one */
};

/* As after power-on: without a base. */
void nic_clock_init(struct nic_clock *clock, bool is_free, int64_t offset_ps, int64_t drift_ppm);

int64_t nic_clock_counter_ps(const struct nic_clock *clock, uint64_t now_ps);
int64_t nic_clock_time_ps(const struct nic_clock *clock, uint64_t now_ps);

/* The NIC's time in the ticks of the contexts. */
struct tcp_now nic_clock_ticks(const struct nic_clock *clock, uint64_t now_ps);

/* Returns when `left` microsecond ticks from the current one are over; not before now_ps. */
uint64_t nic_clock_tick_end_ps(const struct nic_clock *clock, uint32_t left, uint64_t now_ps);

/* Returns when the NIC's time reaches time_ps; not before now_ps. */
uint64_t nic_clock_when_ps(const struct nic_clock *clock, int64_t time_ps, uint64_t now_ps);

/* Sets the base. If `never_back`, the time stands still until it is where it was. */
void nic_clock_set_base(struct nic_clock *clock, int64_t base_ps, bool never_back, uint64_t now_ps);

/* A context comes from a clock that had reached the tick `us`. The clock is put ahead to that tick if it is behind, so
 * that the connection's time does not go back. */
void nic_clock_not_before(struct nic_clock *clock, uint32_t us, uint64_t now_ps);

#endif
