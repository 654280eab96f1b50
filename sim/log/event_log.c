#include "sim/log/event_log.h"

#include "models/base/publish.h"
#include "models/base/units.h"
#include "models/check/event_fields.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct event_log {
    struct publish out;
    struct log_params params;
};

/* Each kind of event has exactly one row; a test says so. */
static const struct {
    uint8_t topic, level;
} rows[PROBE_KIND_COUNT] = {
    [PROBE_MOVE_WANTED] = {LOG_MOVE, 1},
    [PROBE_MOVE_BEGIN] = {LOG_MOVE, 1},
    [PROBE_MOVE_TROUBLE] = {LOG_MOVE, 1},
    [PROBE_MOVE_END] = {LOG_MOVE, 1},
    [PROBE_TRANSFER_BEGIN] = {LOG_MOVE, 1},
    [PROBE_TRANSFER_END] = {LOG_MOVE, 1},
    [PROBE_RESTS] = {LOG_MOVE, 1},
    [PROBE_MOVE_MARK] = {LOG_MOVE, 2},
    [PROBE_TRANSFER_MARK] = {LOG_MOVE, 2},
    [PROBE_FRAME_HELD] = {LOG_MOVE, 2},
    [PROBE_IMAGE_HERE] = {LOG_MOVE, 2},
    [PROBE_REXMT_TIMEOUT] = {LOG_TCP, 1},
    [PROBE_CONN_GONE] = {LOG_TCP, 1},
    [PROBE_APP_NOTICE] = {LOG_TCP, 1},
    [PROBE_APP_CLOSED] = {LOG_TCP, 1},
    [PROBE_TIME_WAIT_OVER] = {LOG_TCP, 2},
    [PROBE_RX_APPLIED] = {LOG_TCP, 2},
    [PROBE_TX_BUILT] = {LOG_TCP, 2},
    [PROBE_TX_CREDIT] = {LOG_TCP, 2},
    [PROBE_APP_SHUT] = {LOG_TCP, 2},
    [PROBE_APP_RX] = {LOG_TCP, 3},
    [PROBE_APP_TX] = {LOG_TCP, 3},
    [PROBE_RX_QUEUED] = {LOG_TCP, 3},
    [PROBE_RX_WRITTEN] = {LOG_TCP, 3},
    [PROBE_RX_VISIBLE] = {LOG_TCP, 3},
    [PROBE_SOFT_ERROR] = {LOG_CACHE, 1},
    [PROBE_CTX_REFUSED] = {LOG_CACHE, 1},
    [PROBE_CTX_OUT] = {LOG_CACHE, 2},
    [PROBE_CTX_IN] = {LOG_CACHE, 2},
    [PROBE_CTX_LIVE] = {LOG_CACHE, 2},
    [PROBE_OWN_STATE] = {LOG_CACHE, 2},
    [PROBE_CTX_WRITTEN] = {LOG_CACHE, 3},
    [PROBE_CHECKPOINT] = {LOG_CACHE, 3},
    [PROBE_CTX_ANSWERED] = {LOG_CACHE, 3},
    [PROBE_CHECKPOINT_USED] = {LOG_CACHE, 1},
    [PROBE_PCIE_TLP] = {LOG_PCIE, 3},
    [PROBE_CONN_OPEN] = {LOG_DRIVER, 1},
    [PROBE_FENCE] = {LOG_DRIVER, 1},
    [PROBE_DIR_STATE] = {LOG_DRIVER, 2},
    [PROBE_CMD_RUNG] = {LOG_DRIVER, 2},
    [PROBE_CMD_PUSHED] = {LOG_DRIVER, 2},
    [PROBE_CMD_DONE] = {LOG_DRIVER, 2},
    [PROBE_CMD_STARTED] = {LOG_DRIVER, 3},
    [PROBE_CORE_RAN] = {LOG_DRIVER, 3},
    [PROBE_RXIF_STORED] = {LOG_DRIVER, 3},
    [PROBE_RECORD_VISIBLE] = {LOG_DRIVER, 3},
    [PROBE_RECORDED] = {LOG_DRIVER, 3},
    [PROBE_RECORD_USED] = {LOG_DRIVER, 3},
    [PROBE_DOORBELL] = {LOG_DRIVER, 3},
    [PROBE_PORT_LINK] = {LOG_LINK, 1},
    [PROBE_FRAME_DROPPED] = {LOG_LINK, 1},
    [PROBE_FRAME_ANSWERED] = {LOG_LINK, 2},
    [PROBE_FRAME_RX] = {LOG_LINK, 2},
    [PROBE_FRAME_TX] = {LOG_LINK, 2},
    [PROBE_RX_VERDICT] = {LOG_LINK, 2},
};

static const char *const topic_keys[LOG_TOPIC_COUNT] = {
#define X(id, key, text) key,
    LOG_TOPICS(X)
#undef X
};

enum log_topic event_log_topic(enum probe_kind kind, unsigned *level)
{
    assert(kind < PROBE_KIND_COUNT);
    *level = rows[kind].level;
    return (enum log_topic)rows[kind].topic;
}

struct event_log *event_log_create(const char *dir, const struct log_params *params,
                                   struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    struct event_log *log = calloc(1, sizeof *log);
    if (!log) {
        (void)error_set(err, STATUS_ENVIRONMENT, "out of memory");
        return NULL;
    }
    log->params = *params;
    if (snprintf(path, sizeof path, "%s/events.log", dir) >= (int)sizeof path)
        (void)error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", dir);
    else if (publish_open(&log->out, path, err) == STATUS_OK)
        return log;
    free(log);
    return NULL;
}

static void on_event(void *self, const struct probe_event *event)
{
    const struct event_log *log = self;
    if (log->params.connection != LOG_ALL_CONNECTIONS && event->conn != log->params.connection)
        return;
    FILE *file = log->out.stream;
    (void)fprintf(file, "%" PRIu64 ".%06" PRIu64 " us %-6s nic%u", event->now_ps / PS_PER_US,
                  event->now_ps % PS_PER_US, topic_keys[rows[event->kind].topic], event->nic);
    if (event->conn != PROBE_NO_CONN)
        (void)fprintf(file, " connection %" PRIu32 " generation %u", event->conn, event->gen);
    (void)fprintf(file, " %s", probe_kind_name((enum probe_kind)event->kind));
    struct event_field fields[EVENT_FIELDS_MAX];
    size_t count = event_fields(event, fields);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].text)
            (void)fprintf(file, " %s=%s", fields[i].name, fields[i].text);
        else
            (void)fprintf(file, " %s=%" PRIu64, fields[i].name, fields[i].value);
    }
    (void)fputc('\n', file);
}

struct probe_listener event_log_listener(struct event_log *log)
{
    struct probe_listener listener = {on_event, log, 0};
    for (int kind = 0; kind < PROBE_KIND_COUNT; kind++)
        if (rows[kind].level <= log->params.level[rows[kind].topic])
            listener.kinds |= UINT64_C(1) << kind;
    return listener;
}

enum status event_log_close(struct event_log *log, struct error *err)
{
    enum status status = publish_close(&log->out, err);
    free(log);
    return status;
}
