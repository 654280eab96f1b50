// Drives all stages from one process: keeps when each is due, and waits for the earliest with one
// event. The kernel's own queue costs several times as much per stage, and its order of equal times
// depends on its heap; here stages due at the same time run in the order they were added.
#ifndef TOESIM_SIM_SHELLS_AGENDA_H
#define TOESIM_SIM_SHELLS_AGENDA_H

#include "models/base/units.h"

#include <systemc>

class stage_shell;

// Picoseconds to sc_time and back happen here and nowhere else.
static_assert(sizeof(sc_dt::uint64) == sizeof(uint64_t), "sc_time holds 64 bits");

inline sc_core::sc_time sc_time_from_ps(uint64_t ps)
{
    return sc_core::sc_time::from_value(ps); // the resolution is 1 ps, checked by the testbed
}

inline uint64_t sc_now_ps() { return sc_core::sc_time_stamp().value(); }

class agenda : public sc_core::sc_module
{
public:
    static constexpr unsigned shells_max = 32;

    explicit agenda(const sc_core::sc_module_name &name);
    unsigned add(stage_shell *shell);
    // An earlier time that is noted stays, a later one is replaced.
    void wake(unsigned index, uint64_t at_ps);
    // Called by a stage from its run: the last instant before anybody else does something.
    uint64_t quiet_until_ps() const;

private:
    SC_HAS_PROCESS(agenda);
    void on_due();
    uint64_t earliest_ps() const;
    void announce();

    stage_shell *shells_[shells_max] = {};
    uint64_t due_ps_[shells_max];
    unsigned count_ = 0;
    bool running_ = false;
    uint32_t now_due_ = 0; // stages yet to run in this pass
    sc_core::sc_event event_;
};

#endif
