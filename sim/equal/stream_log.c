#include "sim/equal/stream_log.h"

#include "models/base/publish.h"
#include "models/wire/packet.h"
#include "sim/equal/stream_record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NOBODY = UINT32_MAX, FIRST_SLOTS = 1024, FNV_PRIME = 16777619 };

#define FNV_BASIS 2166136261u

/* One connection: a tuple, and the initial sequence number that the server has chosen for it. */
struct incarnation {
    struct flow_key key;
    uint32_t iss;
    uint64_t near; /* the largest offset of the server's stream so far */
};

struct stream_log {
    struct publish file;
    struct incarnation *rows;
    uint32_t count, capacity;
    uint32_t *slots; /* open addressing: number of a tuple's latest incarnation plus 1 */
    uint32_t slot_count;
    uint32_t *by_conn; /* number of the incarnation that has this id; NOBODY: none */
    uint32_t conn_max;
    bool is_short; /* of memory, so the file is not complete */
};

static void put(struct stream_log *log, const struct stream_record *record, const void *bytes)
{
    /* publish_close() reports a failed write. */
    (void)fwrite(record, sizeof *record, 1, log->file.stream);
    if (bytes)
        (void)fwrite(bytes, record->len, 1, log->file.stream);
}

/* --- connections --- */

static uint32_t *slot_of(const struct stream_log *log, const struct flow_key *key)
{
    const uint8_t *bytes = (const uint8_t *)key;
    uint32_t hash = FNV_BASIS;
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ bytes[i]) * FNV_PRIME;
    uint32_t at = hash & (log->slot_count - 1);
    while (log->slots[at] && memcmp(&log->rows[log->slots[at] - 1].key, key, sizeof *key) != 0)
        at = (at + 1) & (log->slot_count - 1);
    return &log->slots[at];
}

/* Returns the tuple's latest incarnation, or null. */
static struct incarnation *find(const struct stream_log *log, const struct flow_key *key)
{
    uint32_t slot = *slot_of(log, key);
    return slot ? &log->rows[slot - 1] : NULL;
}

/* Doubles the tables. The latest incarnation of a tuple has the highest number, so it is entered last. */
static bool grow(struct stream_log *log)
{
    uint32_t capacity = log->capacity ? log->capacity * 2 : FIRST_SLOTS / 2;
    struct incarnation *rows = realloc(log->rows, capacity * sizeof *rows);
    if (rows)
        log->rows = rows;
    uint32_t *slots = rows ? calloc((size_t)capacity * 2, sizeof *slots) : NULL;
    if (!slots)
        return false;
    free(log->slots);
    log->slots = slots;
    log->slot_count = capacity * 2;
    log->capacity = capacity;
    for (uint32_t i = 0; i < log->count; i++)
        *slot_of(log, &log->rows[i].key) = i + 1;
    return true;
}

/* Returns the incarnation with this initial sequence number, which is new if the tuple's latest one has another. Null if
 * there is no memory for it. */
static struct incarnation *get(struct stream_log *log, const struct flow_key *key, uint32_t iss)
{
    struct incarnation *row = find(log, key);
    if (row && row->iss == iss)
        return row;
    if (log->count == log->capacity && !grow(log)) {
        log->is_short = true;
        return NULL;
    }
    row = &log->rows[log->count];
    *row = (struct incarnation){.key = *key, .iss = iss};
    *slot_of(log, key) = ++log->count;
    put(log,
        &(struct stream_record){
            .connection = log->count - 1, .kind = STREAM_OPENED, .offset = iss, .len = sizeof *key},
        key);
    return row;
}

static uint32_t number_of(const struct stream_log *log, const struct incarnation *row)
{
    return (uint32_t)(row - log->rows);
}

/* --- the server's side --- */

static void on_event(void *self, const struct probe_event *event)
{
    struct stream_log *log = self;
    if (event->conn >= log->conn_max)
        return;
    uint32_t *owner = &log->by_conn[event->conn];
    if (event->kind == PROBE_CONN_OPEN) {
        const struct incarnation *row = get(log, event->opened.key, event->opened.iss);
        *owner = row ? number_of(log, row) : NOBODY;
    } else if (*owner == NOBODY) {
        return;
    } else if (event->kind == PROBE_APP_RX) {
        put(log,
            &(struct stream_record){.connection = *owner,
                                    .kind = STREAM_TO_SERVER,
                                    .offset = event->app_rx.offset,
                                    .len = event->app_rx.len},
            event->app_rx.bytes);
    } else {
        assert(event->kind == PROBE_APP_CLOSED);
        put(log,
            &(struct stream_record){
                .connection = *owner, .kind = STREAM_NOTICE, .value = event->ended.cause},
            NULL);
    }
}

struct probe_listener stream_log_listener(struct stream_log *log)
{
    uint64_t kinds = UINT64_C(1) << PROBE_CONN_OPEN | UINT64_C(1) << PROBE_APP_RX |
                     UINT64_C(1) << PROBE_APP_CLOSED;
    return (struct probe_listener){on_event, log, kinds};
}

/* --- the clients' side --- */

/* Returns the offset in the server's stream of a sequence number, which is less than 2^31 away from the largest. */
static uint64_t offset_of(const struct incarnation *row, uint32_t seq)
{
    uint32_t first = row->iss + 1;
    int32_t step = (int32_t)(seq - (first + (uint32_t)row->near));
    return row->near + (uint64_t)(int64_t)step;
}

static void note_segment(struct stream_log *log, struct incarnation *row,
                         const struct tcp_segment *seg)
{
    struct stream_record record = {.connection = number_of(log, row)};
    if (seg->flags & TCP_SYN)
        return;
    record.offset = offset_of(row, seg->seq);
    if ((int64_t)record.offset < 0) /* a keepalive probe before the first byte */
        return;
    uint64_t end = record.offset + seg->payload_len;
    if (seg->payload_len > 0) {
        record.kind = STREAM_TO_CLIENT;
        record.len = seg->payload_len;
        put(log, &record, seg->payload);
    }
    if (end > row->near)
        row->near = end;
    record.offset = end;
    record.len = 0;
    if (seg->flags & TCP_FIN) {
        record.kind = STREAM_FIN;
        put(log, &record, NULL);
    }
}

/* Makes the tuple of the connection as the server sees it from a packet that the server has sent. */
static void key_of_sent(const struct packet *packet, struct flow_key *key)
{
    struct flow_key seen;
    packet_flow_key(packet, &seen);
    *key = flow_key_reversed(&seen);
}

void stream_log_on_client_frame(struct stream_log *log, const struct frame *frame)
{
    struct packet packet;
    struct flow_key key;
    if (frame->flags & FRAME_BAD_FCS)
        return;
    packet_parse(frame->data, frame->len, true, &packet);
    if (packet.kind != PACKET_TCP || !packet.tcp_checksum_ok || !packet.ip_checksum_ok)
        return;
    key_of_sent(&packet, &key);
    struct incarnation *row =
        packet.seg.flags & TCP_SYN ? get(log, &key, packet.seg.seq) : find(log, &key);
    if (!row && packet.seg.flags & TCP_RST)
        row = get(log, &key, packet.seg.seq - 1); /* the answer to a SYN that is refused */
    if (!row)
        return;
    if (packet.seg.flags & TCP_RST)
        put(log, &(struct stream_record){.connection = number_of(log, row), .kind = STREAM_RESET},
            NULL);
    else
        note_segment(log, row, &packet.seg);
}

/* --- the file --- */

struct stream_log *stream_log_create(const char *dir, uint32_t conn_max, struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    struct stream_log *log = calloc(1, sizeof *log);
    if (log)
        log->by_conn = malloc(conn_max * sizeof *log->by_conn);
    if (!log || !log->by_conn || !grow(log)) {
        if (log)
            free(log->by_conn);
        if (log)
            free(log->rows);
        free(log);
        (void)error_set(err, STATUS_ENVIRONMENT, "not enough memory for " STREAM_FILE);
        return NULL;
    }
    log->conn_max = conn_max;
    memset(log->by_conn, 0xff, conn_max * sizeof *log->by_conn);
    (void)snprintf(path, sizeof path, "%s/" STREAM_FILE, dir);
    if (publish_open(&log->file, path, err) == STATUS_OK)
        return log;
    free(log->rows);
    free(log->slots);
    free(log->by_conn);
    free(log);
    return NULL;
}

void stream_log_outcomes(struct stream_log *log, stream_outcome_of *outcome_of, void *self)
{
    for (uint32_t i = 0; i < log->count; i++) {
        struct stream_record record = {.connection = i, .kind = STREAM_OUTCOME};
        if (outcome_of(self, &log->rows[i].key, &record.value, &record.offset))
            put(log, &record, NULL);
    }
}

enum status stream_log_close(struct stream_log *log, struct error *err)
{
    bool is_short = log->is_short;
    free(log->rows);
    free(log->slots);
    free(log->by_conn);
    if (is_short)
        publish_discard(&log->file);
    enum status status =
        is_short ? error_set(err, STATUS_ENVIRONMENT, "not enough memory for " STREAM_FILE)
                 : publish_close(&log->file, err);
    free(log);
    return status;
}
