#include "models/trace/test/capture_bytes.h"

#include "models/base/memory.h"
#include "models/trace/capture/capture_access.h"

const uint8_t *capture_bytes(const struct capture *capture, const struct conversation *conv,
                             enum capture_side side)
{
    static uint8_t *kept[2];
    uint64_t len = side == CAPTURE_CLIENT ? conv->client_bytes : conv->server_bytes;
    kept[side] = memory_grow(kept[side], len + 1, 1);
    if (len)
        capture_stream(capture, conv, side, 0, kept[side], len);
    return kept[side];
}

const struct client_segment *capture_segments(const struct capture *capture,
                                              const struct conversation *conv)
{
    static struct client_segment *kept;
    kept = memory_grow(kept, conv->segment_count + 1, sizeof *kept);
    for (size_t i = 0; i < conv->segment_count; i++)
        capture_segment(capture, conv, i, &kept[i]);
    return kept;
}

const struct app_step *capture_steps(const struct capture *capture, const struct conversation *conv,
                                     enum capture_side side)
{
    static struct app_step *kept[2];
    size_t count = side == CAPTURE_CLIENT ? conv->client_step_count : conv->server_step_count;
    kept[side] = memory_grow(kept[side], count + 1, sizeof *kept[side]);
    for (size_t i = 0; i < count; i++)
        capture_step(capture, conv, side, i, &kept[side][i]);
    return kept[side];
}
