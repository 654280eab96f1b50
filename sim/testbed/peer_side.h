/* The remote side of the switch as the testbed sees it: a replay, generators, or the caller. */
#ifndef TOESIM_SIM_PEER_SIDE_H
#define TOESIM_SIM_PEER_SIDE_H

#include "host-sw/server/host_sw.h"
#include "models/base/frame_sink.h"
#include "models/base/stage.h"

#ifdef __cplusplus
extern "C" {
#endif

struct peer_side {
    void *self;
    struct stage stage;
    struct frame_sink rx; /* takes the frames the team sends */
    bool (*is_done)(const void *self);
    uint32_t (*progress_permille)(const void *self);
    void (*finish)(void *self, uint64_t now_ps); /* outcomes of what has not ended; may be null */
};

/* Traffic of the caller (TRAFFIC_EXTERNAL): frames go to `on_frame`, the server runs `app`, and
 * frames come by testbed::put_frame(). */
struct external_traffic {
    void *self;
    /* A frame the team sent; the bytes are valid during the call. */
    void (*on_frame)(void *self, const uint8_t *bytes, uint32_t len, uint64_t now_ps);
    const struct app_ops *app;
    void *app_self;
    void (*attach)(void *self,
                   struct host_sw *host); /* once, before the application's first call */
};

#ifdef __cplusplus
}
#endif

#endif
