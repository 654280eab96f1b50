#include "sim/shells/stage_shell.h"

stage_shell::stage_shell(stage_clock &clock)
    : clock_(clock), place_(schedule_add(clock.schedule())), waker_{&stage_shell::on_wake, this}
{
}

void stage_shell::bind(const struct stage &stage)
{
    schedule_bind(clock_.schedule(), place_, stage);
    clock_.look();
}

void stage_shell::on_wake(void *self, uint64_t at_ps)
{
    auto *shell = static_cast<stage_shell *>(self);
    schedule_wake(shell->clock_.schedule(), shell->place_, at_ps);
    shell->clock_.look();
}
