// One model's place in the clock: hands its wake-ups on; decides nothing.
#ifndef TOESIM_SIM_SHELLS_STAGE_SHELL_H
#define TOESIM_SIM_SHELLS_STAGE_SHELL_H

#include "sim/shells/stage_clock.h"

class stage_shell
{
public:
    // Shells run in the order of their creation when they are due at the same time.
    explicit stage_shell(stage_clock &clock);
    stage_shell(const stage_shell &) = delete;
    stage_shell &operator=(const stage_shell &) = delete;

    // The stage may be created after its shell, because it wants the waker.
    void bind(const struct stage &stage);
    const struct waker *waker() const { return &waker_; }

private:
    static void on_wake(void *self, uint64_t at_ps);

    stage_clock &clock_;
    size_t place_;
    struct waker waker_;
};

#endif
