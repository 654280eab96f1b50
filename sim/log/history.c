#include "sim/log/history.h"

#include "models/base/publish.h"
#include "models/check/event_fields.h"
#include "models/hwif/nic_bus.h"
#include "sim/log/event_log.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The parts of the server. Each NIC has three of its own, and what the driver and the application do is one part. */
enum part {
    PART_LINK,
    PART_ENGINE,
    PART_PCIE,
    PARTS_OF_NIC,
    PART_HOST = NIC_COUNT * PARTS_OF_NIC,
    PART_COUNT
};

struct history {
    struct publish out;
    uint64_t period_ps;
    uint64_t end_ps; /* of the row that is being made: the hashes hold what happened before */
    bool has_row;    /* something happened since the last row */
    uint64_t hash[PART_COUNT];
};

/* FNV-1a with 64 bits (the constants are those of its authors). */
#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t mix(uint64_t hash, uint64_t value)
{
    for (unsigned byte = 0; byte < sizeof value; byte++)
        hash = (hash ^ (value >> (8 * byte) & 0xff)) * FNV_PRIME;
    return hash;
}

struct history *history_create(const char *dir, uint64_t period_ps, struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    assert(period_ps > 0);
    struct history *history = calloc(1, sizeof *history);
    if (!history) {
        (void)error_set(err, STATUS_ENVIRONMENT, "out of memory");
        return NULL;
    }
    history->period_ps = history->end_ps = period_ps;
    for (int part = 0; part < PART_COUNT; part++)
        history->hash[part] = FNV_OFFSET;
    if (snprintf(path, sizeof path, "%s/hash.csv", dir) >= (int)sizeof path) {
        (void)error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", dir);
    } else if (publish_open(&history->out, path, err) == STATUS_OK) {
        (void)fputs("time_ps,nic0.link,nic0.engine,nic0.pcie,nic1.link,nic1.engine,nic1.pcie,"
                    "host\n",
                    history->out.stream);
        return history;
    }
    free(history);
    return NULL;
}

static void end_row(struct history *history)
{
    if (!history->has_row)
        return;
    (void)fprintf(history->out.stream, "%" PRIu64, history->end_ps);
    for (int part = 0; part < PART_COUNT; part++)
        (void)fprintf(history->out.stream, ",%016" PRIx64, history->hash[part]);
    (void)fputc('\n', history->out.stream);
    history->has_row = false;
}

static unsigned part_of(const struct probe_event *event)
{
    static const uint8_t parts[LOG_TOPIC_COUNT] = {
        [LOG_MOVE] = PART_HOST, [LOG_TCP] = PART_ENGINE,  [LOG_CACHE] = PART_ENGINE,
        [LOG_PCIE] = PART_PCIE, [LOG_DRIVER] = PART_HOST, [LOG_LINK] = PART_LINK};
    unsigned level;
    unsigned part = parts[event_log_topic((enum probe_kind)event->kind, &level)];
    if (event->nic >= NIC_COUNT)
        return PART_HOST; /* a connection in the host's own TCP or at rest */
    return part == PART_HOST ? part : event->nic * (unsigned)PARTS_OF_NIC + part;
}

static void on_event(void *self, const struct probe_event *event)
{
    struct history *history = self;
    if (event->now_ps >= history->end_ps) {
        end_row(history);
        history->end_ps = (event->now_ps / history->period_ps + 1) * history->period_ps;
    }
    struct event_field fields[EVENT_FIELDS_MAX];
    size_t count = event_fields(event, fields);
    uint64_t *hash = &history->hash[part_of(event)];
    *hash = mix(*hash, event->now_ps);
    *hash = mix(*hash, (uint64_t)event->conn << 32 | (uint64_t)event->gen << 16 |
                           (uint64_t)event->nic << 8 | event->kind);
    for (size_t i = 0; i < count; i++)
        *hash = mix(*hash, fields[i].value);
    history->has_row = true;
}

struct probe_listener history_listener(struct history *history)
{
    return (struct probe_listener){on_event, history, (UINT64_C(1) << PROBE_KIND_COUNT) - 1};
}

enum status history_close(struct history *history, struct error *err)
{
    end_row(history);
    enum status status = publish_close(&history->out, err);
    free(history);
    return status;
}
