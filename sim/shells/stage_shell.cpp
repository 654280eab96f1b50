#include "sim/shells/stage_shell.h"

#include <cassert>

namespace
{
// A stage that asks for the same instant again and again makes no progress: a bug, not a wait.
constexpr unsigned runs_per_instant_max = 100000;
} // namespace

stage_shell::stage_shell(agenda &driver)
    : driver_(driver), index_(driver.add(this)), stage_{}, waker_{&stage_shell::on_wake, this}
{
}

void stage_shell::bind(const struct stage &stage)
{
    assert(stage.run && stage.next_ps);
    stage_ = stage;
    driver_.wake(index_, stage_.next_ps(stage_.self));
}

void stage_shell::run(uint64_t now_ps)
{
    runs_++;
    runs_at_last_ps_ = now_ps == last_ps_ ? runs_at_last_ps_ + 1 : 0;
    last_ps_ = now_ps;
    assert(runs_at_last_ps_ < runs_per_instant_max);
    stage_.run(stage_.self, now_ps);
    driver_.wake(index_, stage_.next_ps(stage_.self));
}

void stage_shell::on_wake(void *self, uint64_t at_ps)
{
    auto *shell = static_cast<stage_shell *>(self);
    shell->driver_.wake(shell->index_, at_ps);
}
