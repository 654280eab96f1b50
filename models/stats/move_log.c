#include "models/stats/move_log.h"

#include "models/base/frame.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"
#include "models/wire/packet.h"

#include <stdlib.h>
#include <string.h>

enum { FRAMES_REMEMBERED = 1 << 16, NO_ROW = -1 };

/* Times of a received frame, remembered until FRAMES_REMEMBERED later ones. */
struct frame_times {
    uint64_t id;
    uint64_t received_ps, verdict_ps, visible_ps;
};

struct conn_key {
    struct flow_key key;
    uint32_t conn;
    bool used;
};

struct move_log {
    struct move_row *rows;
    size_t count, capacity;
    size_t moving; /* rows that have neither T12 nor failed */
    uint32_t conn_max;
    int32_t *row_of;       /* newest row of each connection */
    uint64_t last_used;    /* frame id of the record the host acts on */
    size_t awaiting;       /* rows with T12 and no T13 that are the newest of their connection */
    struct conn_key *keys; /* which connection a tuple is: open addressing */
    size_t key_capacity, key_count;
    struct frame_times *frames;
};

const char *move_phase_name(enum move_phase phase)
{
    static const char *const names[MOVE_PHASE_COUNT] = {
#define X(name, from, to) #name,
        MOVE_PHASES(X)
#undef X
    };
    assert(phase < MOVE_PHASE_COUNT);
    return names[phase];
}

struct move_log *move_log_create(uint32_t conn_max)
{
    struct move_log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->conn_max = conn_max;
    log->row_of = malloc(conn_max * sizeof *log->row_of);
    log->frames = calloc(FRAMES_REMEMBERED, sizeof *log->frames);
    if (!log->row_of || !log->frames) {
        move_log_destroy(log);
        return NULL;
    }
    for (uint32_t i = 0; i < conn_max; i++)
        log->row_of[i] = NO_ROW;
    return log;
}

void move_log_destroy(struct move_log *log)
{
    if (!log)
        return;
    free(log->rows);
    free(log->row_of);
    free(log->frames);
    free(log->keys);
    free(log);
}

static struct frame_times *frame_slot(struct move_log *log, uint64_t id)
{
    struct frame_times *slot = &log->frames[id & (FRAMES_REMEMBERED - 1)];
    return slot->id == id ? slot : NULL;
}

static struct move_row *row_of(struct move_log *log, uint32_t conn)
{
    if (conn >= log->conn_max || log->row_of[conn] == NO_ROW)
        return NULL;
    return &log->rows[log->row_of[conn]];
}

static void on_begin(struct move_log *log, const struct probe_event *event)
{
    if (event->conn >= log->conn_max)
        return;
    const struct move_row *before = row_of(log, event->conn);
    if (before && before->outcome != MOVE_FAILED && before->mark_ps[12] == TIME_NEVER)
        log->moving--; /* moved again before it sent anything */
    if (before && before->mark_ps[12] != TIME_NEVER && before->mark_ps[13] == TIME_NEVER)
        log->awaiting--;
    if (log->count == log->capacity) {
        log->capacity = log->capacity ? log->capacity * 2 : 256;
        log->rows = realloc(log->rows, log->capacity * sizeof *log->rows);
        assert(log->rows);
    }
    struct move_row *row = &log->rows[log->count];
    *row = (struct move_row){.conn = event->conn,
                             .gen = event->gen,
                             .reason = (uint8_t)event->b,
                             .source = (uint8_t)event->a,
                             .destination = event->nic};
    for (int i = 0; i < MOVE_MARKS; i++)
        row->mark_ps[i] = TIME_NEVER;
    const struct frame_times *frame = frame_slot(log, log->last_used);
    if (frame && row->reason != MOVE_LINK_DOWN) {
        row->mark_ps[0] = frame->received_ps;
        row->mark_ps[1] = frame->verdict_ps;
        row->mark_ps[2] = frame->visible_ps;
    }
    row->mark_ps[3] = event->now_ps;
    log->row_of[event->conn] = (int32_t)log->count++;
    log->moving++;
}

static void on_mark(struct move_log *log, const struct probe_event *event)
{
    struct move_row *row = row_of(log, event->conn);
    if (!row || event->a < 3 || event->a >= MOVE_MARKS || row->mark_ps[event->a] != TIME_NEVER)
        return;
    /* A mark of the next activation only counts once this move has come so far. */
    if (event->a == 12 && row->mark_ps[10] == TIME_NEVER)
        return;
    row->mark_ps[event->a] = event->b;
    if (event->a == 12)
        log->awaiting++;
    if (event->a == 12 && row->outcome != MOVE_FAILED)
        log->moving--;
}

static void on_end(struct move_log *log, const struct probe_event *event)
{
    struct move_row *row = row_of(log, event->conn);
    if (!row || row->outcome != MOVE_RUNNING)
        return;
    row->outcome = event->a ? MOVE_COMPLETED : MOVE_FAILED;
    row->held = (uint32_t)event->b;
    row->forwarded = (uint32_t)(event->b >> 32);
    if (!event->a && row->mark_ps[12] == TIME_NEVER)
        log->moving--;
}

static void on_built(struct move_log *log, const struct probe_event *event)
{
    struct move_row *row = row_of(log, event->conn);
    if (!row || row->sent || row->mark_ps[10] == TIME_NEVER)
        return;
    row->sent = true;
    row->first_seq = (uint32_t)event->a;
    row->first_ack = (uint32_t)event->b;
    row->first_len = event->len;
}

/* --- T13: found on the wire, for the frame that shows it may start the next move --- */

static size_t key_slot(const struct move_log *log, const struct flow_key *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    const uint8_t *bytes = (const uint8_t *)key;
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    size_t at = (size_t)(hash ^ hash >> 32) & (log->key_capacity - 1);
    while (log->keys[at].used && memcmp(&log->keys[at].key, key, sizeof *key) != 0)
        at = (at + 1) & (log->key_capacity - 1);
    return at;
}

static void keys_grow(struct move_log *log)
{
    size_t old_capacity = log->key_capacity;
    struct conn_key *old = log->keys;
    log->key_capacity = old_capacity ? old_capacity * 2 : 256;
    log->keys = calloc(log->key_capacity, sizeof *log->keys);
    assert(log->keys);
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].used)
            log->keys[key_slot(log, &old[i].key)] = old[i];
    free(old);
}

static void on_open(struct move_log *log, const struct probe_event *event)
{
    if (log->key_count * 2 >= log->key_capacity)
        keys_grow(log);
    struct conn_key *slot = &log->keys[key_slot(log, event->data)];
    log->key_count += !slot->used;
    memcpy(&slot->key, event->data, sizeof slot->key);
    slot->conn = event->conn;
    slot->used = true;
}

/* The peer has used the first frame sent after the move: it acknowledges its payload, or, for a pure
 * ACK, sends from the number acknowledged on. */
static void on_peer_frame(struct move_log *log, const struct probe_event *event)
{
    const struct frame *frame = event->data;
    struct packet packet;
    packet_parse(frame->data, frame->len, false, &packet);
    if (packet.kind != PACKET_TCP || log->key_count == 0)
        return;
    struct flow_key key;
    packet_flow_key(&packet, &key);
    const struct conn_key *slot = &log->keys[key_slot(log, &key)];
    struct move_row *row = slot->used ? row_of(log, slot->conn) : NULL;
    if (!row || row->mark_ps[12] == TIME_NEVER || row->mark_ps[13] != TIME_NEVER)
        return;
    int32_t ahead = row->first_len ? (int32_t)(packet.seg.ack - row->first_seq - row->first_len)
                                   : (int32_t)(packet.seg.seq - row->first_ack);
    if (ahead < 0 || event->now_ps <= row->mark_ps[12])
        return;
    row->mark_ps[13] = event->now_ps;
    log->awaiting--;
}

static void on_received(struct move_log *log, const struct probe_event *event)
{
    log->frames[event->a & (FRAMES_REMEMBERED - 1)] =
        (struct frame_times){event->a, event->now_ps, TIME_NEVER, TIME_NEVER};
    if (log->awaiting > 0)
        on_peer_frame(log, event);
}

static void on_event(void *self, const struct probe_event *event)
{
    struct move_log *log = self;
    struct frame_times *frame;
    switch (event->kind) {
    case PROBE_FRAME_RX:
        on_received(log, event);
        break;
    case PROBE_RX_VERDICT:
        frame = frame_slot(log, event->a);
        if (frame && frame->verdict_ps == TIME_NEVER)
            frame->verdict_ps = event->now_ps;
        break;
    case PROBE_RECORD_VISIBLE:
        frame = frame_slot(log, event->a);
        if (frame && frame->visible_ps == TIME_NEVER)
            frame->visible_ps = event->now_ps;
        break;
    case PROBE_RECORD_USED:
        log->last_used = event->a;
        break;
    case PROBE_MOVE_BEGIN:
        on_begin(log, event);
        break;
    case PROBE_MOVE_MARK:
        on_mark(log, event);
        break;
    case PROBE_MOVE_END:
        on_end(log, event);
        break;
    case PROBE_TX_BUILT:
        on_built(log, event);
        break;
    case PROBE_CONN_OPEN:
        on_open(log, event);
        break;
    default:
        break;
    }
}

struct probe_listener move_log_listener(struct move_log *log)
{
    static const uint8_t wanted[] = {PROBE_FRAME_RX,    PROBE_RX_VERDICT, PROBE_RECORD_VISIBLE,
                                     PROBE_RECORD_USED, PROBE_MOVE_BEGIN, PROBE_MOVE_MARK,
                                     PROBE_MOVE_END,    PROBE_TX_BUILT,   PROBE_CONN_OPEN};
    uint64_t kinds = 0;
    for (size_t i = 0; i < sizeof wanted; i++)
        kinds |= UINT64_C(1) << wanted[i];
    return (struct probe_listener){on_event, log, kinds};
}

size_t move_log_count(const struct move_log *log) { return log->count; }

const struct move_row *move_log_row(const struct move_log *log, size_t index)
{
    assert(index < log->count);
    return &log->rows[index];
}

bool move_log_is_moving(const struct move_log *log) { return log->moving > 0; }

static void add_span(struct samples *samples, const struct move_row *row, int from, int to)
{
    uint64_t a = row->mark_ps[from], b = row->mark_ps[to];
    if (a != TIME_NEVER && b != TIME_NEVER && b >= a)
        samples_add(samples, (b - a) / PS_PER_NS);
}

void move_log_summarize(const struct move_log *log, struct move_summary *summary)
{
    samples_init(&summary->latency);
    samples_init(&summary->blackout);
    samples_init(&summary->recovery);
    for (int p = 0; p < MOVE_PHASE_COUNT; p++)
        samples_init(&summary->phase[p]);
    for (size_t i = 0; i < log->count; i++) {
        const struct move_row *row = &log->rows[i];
        if (row->outcome != MOVE_COMPLETED || row->reason == MOVE_REACTIVATED)
            continue;
        add_span(&summary->latency, row, 0, 10);
        add_span(&summary->blackout, row, 5, 10);
        add_span(&summary->recovery, row, 0, 13);
#define X(name, from, to) add_span(&summary->phase[MOVE_PHASE_##name], row, from, to);
        MOVE_PHASES(X)
#undef X
    }
}

void move_summary_free(struct move_summary *summary)
{
    samples_free(&summary->latency);
    samples_free(&summary->blackout);
    samples_free(&summary->recovery);
    for (int p = 0; p < MOVE_PHASE_COUNT; p++)
        samples_free(&summary->phase[p]);
}
