#include "models/test/capture_bytes.h"

#include "models/base/memory.h"

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
