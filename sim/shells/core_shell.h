// One simulated core: the coroutine that host-sw runs in. Blocks and unblocks it; decides nothing.
#ifndef TOESIM_SIM_SHELLS_CORE_SHELL_H
#define TOESIM_SIM_SHELLS_CORE_SHELL_H

#include "models/host/host_cpu.h"

#include <systemc>

class core_shell : public sc_core::sc_module
{
public:
    core_shell(const sc_core::sc_module_name &name, void (*program)(void *), void *argument);

    struct host_blocker blocker();
    bool is_finished() const { return finished_; }
    uint64_t resumes() const { return resumes_; }

private:
    SC_HAS_PROCESS(core_shell);
    void run();
    static uint64_t block_until(void *self, uint64_t until_ps);
    static void unblock(void *self, uint64_t at_ps);

    void (*program_)(void *);
    void *argument_;
    sc_core::sc_event unblock_;
    bool finished_ = false;
    uint64_t resumes_ = 0;
};

#endif
