/* The state of a loaded capture. This header is internal to capture*.c. */
#ifndef TOESIM_TRACE_CAPTURE_PVT_H
#define TOESIM_TRACE_CAPTURE_PVT_H

#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_ports.h"
#include "models/trace/conversation/conv_list.h"
#include "models/trace/store/payload.h"

enum { CAPTURE_NEAR = 4096 };

struct capture {
    struct capture_stats stats;
    struct payload_store store;
    struct conv_list *conversations;
    size_t *near; /* CAPTURE_NEAR hints: the range of a stream that was read last */
    struct capture_ports ports;
    bool captured_ports;
};

#endif
