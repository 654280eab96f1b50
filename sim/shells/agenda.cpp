#include "sim/shells/agenda.h"

#include "sim/shells/stage_shell.h"

#include <cassert>

agenda::agenda(const sc_core::sc_module_name &name) : sc_module(name)
{
    SC_METHOD(on_due);
    sensitive << event_;
    dont_initialize();
}

unsigned agenda::add(stage_shell *shell)
{
    assert(count_ < shells_max);
    shells_[count_] = shell;
    due_ps_[count_] = TIME_NEVER;
    return count_++;
}

void agenda::wake(unsigned index, uint64_t at_ps)
{
    assert(index < count_);
    if (at_ps >= due_ps_[index])
        return;
    due_ps_[index] = at_ps;
    if (!running_)
        announce();
}

uint64_t agenda::earliest_ps() const
{
    uint64_t earliest = TIME_NEVER;
    for (unsigned i = 0; i < count_; i++)
        earliest = u64_min(earliest, due_ps_[i]);
    return earliest;
}

void agenda::announce()
{
    uint64_t at_ps = earliest_ps(), now = sc_now_ps();
    if (at_ps != TIME_NEVER)
        event_.notify(at_ps > now ? sc_time_from_ps(at_ps - now) : sc_core::SC_ZERO_TIME);
}

// What is woken for now by a stage that runs now waits for the next delta cycle, as any process would.
void agenda::on_due()
{
    uint64_t now = sc_now_ps();
    running_ = true;
    for (unsigned i = 0; i < count_; i++) {
        if (due_ps_[i] > now)
            continue;
        due_ps_[i] = TIME_NEVER;
        now_due_ |= 1u << i;
    }
    while (now_due_) {
        unsigned index = static_cast<unsigned>(__builtin_ctz(now_due_));
        now_due_ &= now_due_ - 1;
        shells_[index]->run(now);
    }
    running_ = false;
    announce();
}

uint64_t agenda::quiet_until_ps() const
{
    uint64_t now = sc_now_ps(), next = earliest_ps();
    if (now_due_)
        return now;
    if (sc_core::sc_pending_activity())
        next = u64_min(next, now + sc_core::sc_time_to_pending_activity().value());
    return next == TIME_NEVER || next <= now ? now : next - 1;
}
