/* The frames of a replay in endpoint mode: those of the team to the stack, and those of the stack to the uplink. */
#ifndef TOESIM_TRACE_ENDPOINT_FRAMES_H
#define TOESIM_TRACE_ENDPOINT_FRAMES_H

#include "models/trace/endpoint/endpoint_pvt.h"

bool endpoint_frames_output(void *self, const uint8_t *packet, uint32_t len, uint64_t now_ps);
void endpoint_frames_accept(void *self, struct frame *frame, uint64_t now_ps);
uint64_t endpoint_frames_next_ps(const struct endpoint_peer *peer);
void endpoint_frames_run(struct endpoint_peer *peer, uint64_t now_ps);
void endpoint_frames_drop(struct endpoint_peer *peer);

#endif
