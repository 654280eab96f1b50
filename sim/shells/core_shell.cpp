#include "sim/shells/core_shell.h"

#include "sim/shells/stage_clock.h"

core_shell::core_shell(const sc_core::sc_module_name &name, void (*program)(void *), void *argument)
    : sc_module(name), program_(program), argument_(argument)
{
    SC_THREAD(run);
    set_stack_size(1 << 20);
}

struct host_blocker core_shell::blocker()
{
    return {&core_shell::block_until, &core_shell::unblock, this};
}

void core_shell::run()
{
    program_(argument_);
    finished_ = true;
}

uint64_t core_shell::block_until(void *self, uint64_t until_ps)
{
    auto *core = static_cast<core_shell *>(self);
    uint64_t now = sc_now_ps();
    if (until_ps == TIME_NEVER)
        core->wait(core->unblock_);
    else if (until_ps > now)
        core->wait(sc_time_from_ps(until_ps - now), core->unblock_);
    core->resumes_++;
    return sc_now_ps();
}

void core_shell::unblock(void *self, uint64_t at_ps)
{
    auto *core = static_cast<core_shell *>(self);
    uint64_t now = sc_now_ps();
    core->unblock_.notify(at_ps > now ? sc_time_from_ps(at_ps - now) : sc_core::SC_ZERO_TIME);
}
