/* Every team mode has one row here. X(identifier, its operations) */
#ifndef TOESIM_HOST_TYPES_MODE_LIST_H
#define TOESIM_HOST_TYPES_MODE_LIST_H

#define TEAM_MODES(X)                                                                              \
    X(STATIC, team_mode_static)                                                                    \
    X(ACTIVE_BACKUP, team_mode_active_backup)                                                      \
    X(PRIMARY, team_mode_primary)

enum team_mode {
#define X(id, ops) TEAM_MODE_##id,
    TEAM_MODES(X)
#undef X
        TEAM_MODE_COUNT,
};

#endif
