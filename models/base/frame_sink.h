/* The one interface between stages: where a frame goes next. Handed in at wiring; only sim/ knows the chain. */
#ifndef TOESIM_BASE_FRAME_SINK_H
#define TOESIM_BASE_FRAME_SINK_H

#include "models/base/frame.h"

/* accept() takes the frame over: the callee holds it afterwards, whatever it decides. */
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
