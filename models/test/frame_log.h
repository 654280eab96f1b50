/* A sink for tests: notes what it gets and gives the frame back to its pool. */
#ifndef TOESIM_TEST_FRAME_LOG_H
#define TOESIM_TEST_FRAME_LOG_H

#include "models/base/frame_sink.h"

enum { FRAME_LOG_MAX = 4096 };

struct frame_log_entry {
    uint64_t id, now_ps, mac_time_ps;
    uint32_t len;
    uint8_t port;
};

struct frame_log {
    struct frame_pool *pool;
    size_t count;
    struct frame_log_entry entries[FRAME_LOG_MAX];
};

void frame_log_init(struct frame_log *log, struct frame_pool *pool);
struct frame_sink frame_log_sink(struct frame_log *log);

/* A frame of len bytes to a broadcast address, type 88b5, otherwise zero. */
struct frame *frame_log_make(struct frame_pool *pool, uint32_t len, uint64_t now_ps);

#endif
