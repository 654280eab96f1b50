/* What events.log holds. */
#ifndef TOESIM_SIM_LOG_PARAMS_H
#define TOESIM_SIM_LOG_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

/* X(identifier, "key", "meaning") */
#define LOG_TOPICS(X)                                                                              \
    X(MOVE, "move", "moves and other transfers")                                                   \
    X(TCP, "tcp", "segments, acknowledgments, timers, and what the application gets")              \
    X(CACHE, "cache", "contexts that are read, changed, extracted and installed")                  \
    X(PCIE, "pcie", "TLPs")                                                                        \
    X(DRIVER, "driver", "records, commands, and states of the directory")                          \
    X(LINK, "link", "frames that are received, sent, lost or answered, and links")

enum log_topic {
#define X(id, key, text) LOG_##id,
    LOG_TOPICS(X)
#undef X
        LOG_TOPIC_COUNT,
};

enum { LOG_LEVEL_MAX = 3, LOG_ALL_CONNECTIONS = 65536 };

struct log_params {
    uint8_t level[LOG_TOPIC_COUNT]; /* 0: nothing of this topic */
    uint32_t connection;            /* only events of this id; LOG_ALL_CONNECTIONS: all events */
};

/* Returns true if the log has at least one topic. */
static inline bool log_params_any(const struct log_params *params)
{
    bool any = false;
    for (int i = 0; i < LOG_TOPIC_COUNT; i++)
        any |= params->level[i] > 0;
    return any;
}

#endif
