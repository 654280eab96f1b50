/* The state of a loaded capture. This header is internal to capture*.c. */
#ifndef TOESIM_TRACE_CAPTURE_PVT_H
#define TOESIM_TRACE_CAPTURE_PVT_H

#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_ports.h"
#include "models/trace/store/arena.h"
#include "models/trace/store/payload.h"

struct capture {
    struct capture_stats stats;
    struct payload_store store;
    struct arena arena;
    struct conversation *conversations;
    size_t conversation_count;
    struct capture_ports ports;
    bool captured_ports;
};

#endif
