/*
 * I-IDLE, both ways: a connection rests only when neither tap has seen a frame of it for the idle
 * time; and one that is silent for longer, with nothing to do, does rest.
 */
#ifndef TOESIM_CHECK_CHECK_IDLE_H
#define TOESIM_CHECK_CHECK_IDLE_H

#include <stdint.h>

struct check;
struct probe_event;

/* Per connection. */
struct check_idle {
    uint64_t heard_ps; /* last frame at either tap */
    uint64_t live_ps;  /* last activation */
    uint32_t begun;    /* activations since a frame came */
};

void check_idle_on_event(struct check *check, const struct probe_event *event);
/* Looks for connections that should rest and do not. */
void check_idle_look(struct check *check, uint64_t now_ps);

#endif
