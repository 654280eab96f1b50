// Thin shell around any model: translates simulated time and wake-ups; decides nothing.
#ifndef TOESIM_SIM_SHELLS_STAGE_SHELL_H
#define TOESIM_SIM_SHELLS_STAGE_SHELL_H

#include "models/base/stage.h"

#include <systemc>

// Picoseconds to sc_time and back happen here and nowhere else.
static_assert(sizeof(sc_dt::uint64) == sizeof(uint64_t), "sc_time holds 64 bits");

inline sc_core::sc_time sc_time_from_ps(uint64_t ps)
{
    return sc_core::sc_time::from_value(ps); // the resolution is 1 ps, checked by the testbed
}

inline uint64_t sc_now_ps() { return sc_core::sc_time_stamp().value(); }

class stage_shell : public sc_core::sc_module
{
public:
    explicit stage_shell(const sc_core::sc_module_name &name);

    // The stage may be created after its shell, because it wants the waker.
    void bind(const struct stage &stage);
    const struct waker *waker() const { return &waker_; }
    uint64_t runs() const { return runs_; }

private:
    SC_HAS_PROCESS(stage_shell);
    void on_due();
    void wake_at(uint64_t at_ps);
    static void on_wake(void *self, uint64_t at_ps);

    struct stage stage_;
    struct waker waker_;
    sc_core::sc_event near_, far_;
    uint64_t runs_ = 0;
    uint64_t near_ps_ = TIME_NEVER, far_ps_ = TIME_NEVER; // notified for then
    uint64_t last_ps_ = TIME_NEVER;
    unsigned runs_at_last_ps_ = 0;
};

#endif
