// One line on a terminal, rewritten: simulated time, its ratio to wall time, frames per second.
#ifndef TOESIM_SIM_PROGRESS_LINE_H
#define TOESIM_SIM_PROGRESS_LINE_H

#include "sim/testbed/testbed.h"

#include <chrono>

class progress_line
{
public:
    explicit progress_line(bool on); // nothing is shown when standard error is no terminal
    ~progress_line();                // wipes the line
    progress_line(const progress_line &) = delete;
    progress_line &operator=(const progress_line &) = delete;

    void show_reading(uint64_t done, uint64_t total); // bytes of a capture; total 0: not known
    void show_deciding(uint64_t done,
                       uint64_t total); // about its conversations; steps of unknown length
    void show(const testbed &bed);      // how much of the traffic is done
    void show_lag(const testbed &bed, uint64_t lag_ps); // how far simulated time is behind

private:
    using clock = std::chrono::steady_clock;
    bool is_due();
    void print(const testbed &bed);

    bool on_;
    bool shown_ = false;
    clock::time_point start_, last_{};
};

#endif
