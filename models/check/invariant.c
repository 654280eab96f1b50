#include "models/check/invariant.h"

#include <assert.h>

const char *invariant_key(enum invariant invariant)
{
    static const char *const keys[INVARIANT_COUNT] = {
#define X(id, key, rule) key,
        INVARIANTS(X)
#undef X
    };
    assert(invariant < INVARIANT_COUNT);
    return keys[invariant];
}

const char *invariant_rule(enum invariant invariant)
{
    static const char *const rules[INVARIANT_COUNT] = {
#define X(id, key, rule) rule,
        INVARIANTS(X)
#undef X
    };
    assert(invariant < INVARIANT_COUNT);
    return rules[invariant];
}
