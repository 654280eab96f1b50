#include "host-sw/team/team_mode.h"

#include "host-sw/types/mode_list.h"

#include <stddef.h>

#define X(id, ops) extern const struct team_mode_ops ops;
TEAM_MODES(X)
#undef X

const struct team_mode_ops *const team_mode_table[] = {
#define X(id, ops) [TEAM_MODE_##id] = &ops,
    TEAM_MODES(X)
#undef X
};

const char *const *team_mode_names(void)
{
    static const char *names[TEAM_MODE_COUNT + 1];
    for (size_t i = 0; i < TEAM_MODE_COUNT; i++)
        names[i] = team_mode_table[i]->name;
    return names;
}
