#include "sim/shells/stage_clock.h"

namespace
{
constexpr uint64_t near_span_ps = 20 * PS_PER_US;
} // namespace

stage_clock::stage_clock(const sc_core::sc_module_name &name) : sc_module(name)
{
    schedule_init(&schedule_);
    SC_METHOD(on_due);
    sensitive << near_ << far_;
    dont_initialize();
}

void stage_clock::on_due()
{
    uint64_t now = sc_now_ps();
    near_ps_ = near_ps_ <= now ? TIME_NEVER : near_ps_;
    far_ps_ = far_ps_ <= now ? TIME_NEVER : far_ps_;
    running_ = true;
    schedule_run(&schedule_, now);
    running_ = false;
    ask_kernel();
}

void stage_clock::look()
{
    if (!running_)
        ask_kernel();
}

// The kernel keeps an earlier pending notification and replaces a later one. Therefore the kernel
// is called only if the call would change something. A replaced notification stays in the kernel's
// queue until its time. So distant times, which are those of timers, have an event of their own,
// which nearer times do not replace. That event may run the schedule when nothing is due.
void stage_clock::ask_kernel()
{
    uint64_t at_ps = schedule_next_ps(&schedule_);
    if (at_ps >= near_ps_ || at_ps >= far_ps_)
        return;
    uint64_t now = sc_now_ps();
    bool is_far = at_ps > now + near_span_ps;
    (is_far ? far_ps_ : near_ps_) = at_ps;
    (is_far ? far_ : near_)
        .notify(at_ps > now ? sc_time_from_ps(at_ps - now) : sc_core::SC_ZERO_TIME);
}

uint64_t stage_clock::quiet_until_ps() const
{
    uint64_t now = sc_now_ps(), next = schedule_next_ps(&schedule_);
    if (sc_core::sc_pending_activity())
        next = u64_min(next, now + sc_core::sc_time_to_pending_activity().value());
    return next > now && next != TIME_NEVER ? next - 1 : now;
}
