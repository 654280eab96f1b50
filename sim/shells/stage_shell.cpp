#include "sim/shells/stage_shell.h"

#include <cassert>

namespace
{
// A stage that asks for the same instant again and again makes no progress: a bug, not a wait.
constexpr unsigned runs_per_instant_max = 100000;
constexpr uint64_t near_span_ps = 20 * PS_PER_US;
} // namespace

stage_shell::stage_shell(const sc_core::sc_module_name &name)
    : sc_module(name), stage_{}, waker_{&stage_shell::on_wake, this}
{
    SC_METHOD(on_due);
    sensitive << near_ << far_;
    dont_initialize();
}

void stage_shell::bind(const struct stage &stage)
{
    assert(stage.run && stage.next_ps);
    stage_ = stage;
    wake_at(stage_.next_ps(stage_.self));
}

void stage_shell::on_due()
{
    uint64_t now = sc_now_ps();
    near_ps_ = near_ps_ <= now ? TIME_NEVER : near_ps_;
    far_ps_ = far_ps_ <= now ? TIME_NEVER : far_ps_;
    runs_++;
    runs_at_last_ps_ = now == last_ps_ ? runs_at_last_ps_ + 1 : 0;
    last_ps_ = now;
    assert(runs_at_last_ps_ < runs_per_instant_max);
    stage_.run(stage_.self, now);
    wake_at(stage_.next_ps(stage_.self));
}

// An earlier pending notification stays, a later one is replaced: the kernel's own rule, which is
// asked only when it would change something. A replaced notification stays in the kernel's queue until
// its time, so distant ones (timers) have an event of their own that nearer ones do not replace; it
// may wake the stage for nothing.
void stage_shell::wake_at(uint64_t at_ps)
{
    if (at_ps >= near_ps_ || at_ps >= far_ps_)
        return;
    uint64_t now = sc_now_ps();
    bool is_far = at_ps > now + near_span_ps;
    (is_far ? far_ps_ : near_ps_) = at_ps;
    (is_far ? far_ : near_)
        .notify(at_ps > now ? sc_time_from_ps(at_ps - now) : sc_core::SC_ZERO_TIME);
}

void stage_shell::on_wake(void *self, uint64_t at_ps)
{
    static_cast<stage_shell *>(self)->wake_at(at_ps);
}
