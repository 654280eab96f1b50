// Thin shell around any model: translates simulated time and wake-ups; decides nothing.
#ifndef TOESIM_SIM_SHELLS_STAGE_SHELL_H
#define TOESIM_SIM_SHELLS_STAGE_SHELL_H

#include "models/base/stage.h"
#include "sim/shells/agenda.h"

class stage_shell
{
public:
    explicit stage_shell(agenda &driver);
    stage_shell(const stage_shell &) = delete;
    stage_shell &operator=(const stage_shell &) = delete;

    // The stage may be created after its shell, because it wants the waker.
    void bind(const struct stage &stage);
    const struct waker *waker() const { return &waker_; }
    uint64_t runs() const { return runs_; }
    void run(uint64_t now_ps); // by the agenda

private:
    static void on_wake(void *self, uint64_t at_ps);

    agenda &driver_;
    unsigned index_;
    struct stage stage_;
    struct waker waker_;
    uint64_t runs_ = 0;
    uint64_t last_ps_ = TIME_NEVER;
    unsigned runs_at_last_ps_ = 0;
};

#endif
