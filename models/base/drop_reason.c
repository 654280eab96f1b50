#include "models/base/drop_reason.h"

#include <assert.h>

const char *drop_reason_key(enum drop_reason reason)
{
    static const char *const keys[DROP_REASON_COUNT] = {[DROP_NONE] = "none",
#define X(id, key, text) [DROP_##id] = key,
                                                        DROP_REASONS(X)
#undef X
    };
    assert(reason < DROP_REASON_COUNT);
    return keys[reason];
}
