/* Lets a generated client act out of turn at a time of the scenario (section `race`). */
#ifndef TOESIM_SIM_RACE_FRAME_H
#define TOESIM_SIM_RACE_FRAME_H

#include "models/base/stage.h"
#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A leaf that its owner embeds. */
struct race_frame {
    struct gen_peer *peer;
    const struct waker *waker;
    struct sim_race race; /* time_ps 0: the client does not act, or has acted */
};

/* peer and waker are kept. Returns false if memory is short. */
bool race_frame_init(struct race_frame *frame, const struct sim_race *race, struct gen_peer *peer,
                     const struct waker *waker);

struct stage race_frame_stage(struct race_frame *frame, const char *name);

/* Sets the time at which the client acts, which must not have passed. */
void race_frame_set_time(struct race_frame *frame, uint64_t time_ps);

#ifdef __cplusplus
}
#endif

#endif
