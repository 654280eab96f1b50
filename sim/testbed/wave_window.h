/*
 * Decides when waves are recorded with `waves: moves`: from the verdict on the first foreign frame of a move (T1)
 * until a margin after the driver has seen the end of the move. It is a probe listener and a stage.
 */
#ifndef TOESIM_SIM_WAVE_WINDOW_H
#define TOESIM_SIM_WAVE_WINDOW_H

#include "models/base/probe.h"
#include "models/base/stage.h"
#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A leaf the testbed embeds. */
struct wave_window {
    enum waves_mode mode;
    uint64_t margin_ps;
    uint32_t moves_max; /* 0: all */
    uint32_t moves;     /* begun so far */
    uint32_t running;
    uint64_t close_ps; /* TIME_NEVER while closed, or open without end */
    bool open;
    void (*set_on)(void *self, bool on, uint64_t now_ps);
    void *self;
    const struct waker *waker;
};

/* set_on and waker are kept. */
void wave_window_init(struct wave_window *window, const struct sim_config *config,
                      void (*set_on)(void *self, bool on, uint64_t now_ps), void *self,
                      const struct waker *waker);
struct probe_listener wave_window_listener(struct wave_window *window);
struct stage wave_window_stage(struct wave_window *window, const char *name);

#ifdef __cplusplus
}
#endif

#endif
