/*
 * Decides when waves are recorded with `waves: moves`: from the verdict on the first foreign frame of a move (T1), or
 * else from the move's begin, until a margin after the driver has seen the end of the move. This holds for the first
 * moves of a run, as many as the scenario says. As many more that are late or fail are recorded from that instant until
 * the same margin after their end. With `waves: all` everything is recorded. It is a probe listener and a stage.
 */
#ifndef TOESIM_SIM_WAVE_WINDOW_H
#define TOESIM_SIM_WAVE_WINDOW_H

#include "models/base/probe.h"
#include "models/base/stage.h"
#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How many moves of a run the waves show. A move is shown if waves were recorded at some time between its begin and its
 * end; those of a move that was late or failed, if they were recorded at that instant or later. */
struct wave_counts {
    uint64_t moves;
    uint64_t shown;
    uint64_t shown_whole; /* of these, from begin to end */
    uint64_t troubled;    /* late or failed */
    uint64_t troubled_shown;
};

struct wave_move; /* opaque */

/* A leaf the testbed embeds. */
struct wave_window {
    enum waves_mode mode;
    uint64_t margin_ps;
    uint32_t moves_max; /* 0: all */
    uint32_t conn_max;
    uint64_t begun;            /* moves so far */
    uint64_t kept_for_trouble; /* of these, shown only because they were late or failed */
    uint32_t keepers;          /* moves under way that keep the window open */
    uint64_t changes;          /* how often the window has opened or closed: odd while it is open */
    uint64_t close_ps;         /* TIME_NEVER while closed, or open without end */
    struct wave_move *moves;   /* by connection */
    struct wave_counts counts; /* of moves that are over */
    void (*set_on)(void *self, bool on, uint64_t now_ps);
    void *self;
    const struct waker *waker;
};

/* set_on and waker are kept. Returns false if there is no memory. */
bool wave_window_init(struct wave_window *window, const struct sim_config *config,
                      void (*set_on)(void *self, bool on, uint64_t now_ps), void *self,
                      const struct waker *waker);
void wave_window_free(struct wave_window *window);
struct probe_listener wave_window_listener(struct wave_window *window);
struct stage wave_window_stage(struct wave_window *window, const char *name);

/* Counts the moves so far, and those that are not over as if they ended now. All are 0 before wave_window_init(). */
struct wave_counts wave_window_counts(const struct wave_window *window);

#ifdef __cplusplus
}
#endif

#endif
