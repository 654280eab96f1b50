/*
 * I-IDLE, in both directions: a connection rests only if neither tap has seen a frame of it for the idle
 * time, and a connection that is silent for longer and has nothing to do does rest.
 */
#ifndef TOESIM_CHECK_CHECK_IDLE_H
#define TOESIM_CHECK_CHECK_IDLE_H

#include <stdint.h>

struct check;
struct probe_event;

/* Per connection. */
struct check_idle {
    uint64_t heard_ps; /* time of the last frame at either tap */
    uint64_t live_ps;  /* time of the last activation */
    uint32_t begun;    /* activations since the last frame */
};

void check_idle_on_event(struct check *check, const struct probe_event *event);
/* Finds connections that should rest but do not. */
void check_idle_look(struct check *check, uint64_t now_ps);

#endif
