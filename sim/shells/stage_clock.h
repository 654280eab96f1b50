// Runs the stages of one system in SystemC's time: one process and two events for all of them. Which
// stage runs when is decided in sim/testbed/schedule.c.
#ifndef TOESIM_SIM_SHELLS_STAGE_CLOCK_H
#define TOESIM_SIM_SHELLS_STAGE_CLOCK_H

#include "sim/testbed/schedule.h"

#include <systemc>

// Picoseconds to sc_time and back happen here and nowhere else.
static_assert(sizeof(sc_dt::uint64) == sizeof(uint64_t), "sc_time holds 64 bits");

inline sc_core::sc_time sc_time_from_ps(uint64_t ps)
{
    return sc_core::sc_time::from_value(ps); // the resolution is 1 ps, checked by the testbed
}

inline uint64_t sc_now_ps() { return sc_core::sc_time_stamp().value(); }

class stage_clock : public sc_core::sc_module
{
public:
    explicit stage_clock(const sc_core::sc_module_name &name);

    struct schedule *schedule() { return &schedule_; }
    uint64_t runs() const { return schedule_runs(&schedule_); }

    // A place has become due earlier.
    void look();
    // The last instant before anything else in the system happens, from inside a stage's run(); now
    // when something is still to happen now.
    uint64_t quiet_until_ps() const;

private:
    SC_HAS_PROCESS(stage_clock);
    void on_due();
    void ask_kernel();

    struct schedule schedule_;
    sc_core::sc_event near_, far_;
    uint64_t near_ps_ = TIME_NEVER, far_ps_ = TIME_NEVER; // notified for then
    bool running_ = false;
};

#endif
