/* The only interface between stages: the receiver of a frame. It is set when the system is wired; only sim/
 * knows the chain. */
#ifndef TOESIM_BASE_FRAME_SINK_H
#define TOESIM_BASE_FRAME_SINK_H

#include "models/base/frame.h"

/* accept() transfers the ownership of the frame to the callee, whatever the callee does with it. */
struct frame_sink {
    void (*accept)(void *self, struct frame *frame, uint64_t now_ps);
    void *self;
};

static inline void frame_sink_accept(const struct frame_sink *sink, struct frame *frame,
                                     uint64_t now_ps)
{
    sink->accept(sink->self, frame, now_ps);
}

#endif
