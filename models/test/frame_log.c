#include "models/test/frame_log.h"

#include <assert.h>
#include <string.h>

void frame_log_init(struct frame_log *log, struct frame_pool *pool)
{
    log->pool = pool;
    log->count = 0;
}

static void log_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct frame_log *log = self;
    assert(log->count < FRAME_LOG_MAX);
    log->entries[log->count++] = (struct frame_log_entry){
        frame->id, now_ps, frame->mac_time_ps, frame->len, frame->port,
    };
    frame_free(log->pool, frame);
}

struct frame_sink frame_log_sink(struct frame_log *log)
{
    return (struct frame_sink){log_accept, log};
}

struct frame *frame_log_make(struct frame_pool *pool, uint32_t len, uint64_t now_ps)
{
    struct frame *frame = frame_alloc(pool, now_ps);
    assert(frame && len <= FRAME_BYTES_MAX);
    memset(frame->data, 0, len);
    memset(frame->data, 0xff, len < 6 ? len : 6);
    if (len >= 14)
        memcpy(frame->data + 12, "\x88\xb5", 2);
    frame->len = len;
    return frame;
}
