#include "models/trace/capture/left_out.h"

#include <assert.h>

static const struct {
    const char *key, *meaning;
} reasons[LEFT_OUT_REASON_COUNT] = {
#define X(id, key, text) [LEFT_OUT_##id] = {key, text},
    LEFT_OUT_REASONS(X)
#undef X
};

const char *left_out_key(enum left_out reason)
{
    assert(reason < LEFT_OUT_REASON_COUNT);
    return reasons[reason].key;
}

const char *left_out_meaning(enum left_out reason)
{
    assert(reason < LEFT_OUT_REASON_COUNT);
    return reasons[reason].meaning;
}
