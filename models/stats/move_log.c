#include "models/stats/move_log.h"

#include "models/base/memory.h"

#include "models/base/frame.h"
#include "models/hwif/ctx_enums.h"
#include "models/stats/flow_index.h"
#include "models/stats/frame_book.h"
#include "models/wire/packet.h"

#include <stdlib.h>
#include <string.h>

enum { NO_ROW = -1 };

enum { SERIES_MOVES, SERIES_OTHERS, SERIES_COUNT };

/* A move that the driver has decided on. It begins at once or waits for its turn. */
struct wanted_move {
    struct move_trigger trigger;
    struct seen_frame frame; /* the trigger's frame; its id is 0 if there is none */
};

struct move_log {
    struct move_row *rows;
    size_t count, capacity;
    size_t moving; /* rows that may still get T12 */
    uint32_t conn_max;
    /* For each connection, the newest row of a move and the newest row of any other transfer.
     * For the log a move is over only at T13, and other transfers may begin before that. */
    int32_t *newest[SERIES_COUNT];
    struct wanted_move *wanted; /* the newest decision about each connection */
    struct frame_book frames;
    size_t awaiting; /* rows with T12 and no T13 that are the newest of their connection */
    struct flow_index flows;
    bool has_flows;
    struct move_costs *costs; /* one transfer for each row */
};

const char *move_phase_name(enum move_phase phase)
{
    static const char *const names[MOVE_PHASE_COUNT] = {
#define X(name, from, to, text) #name,
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
    log->costs = move_costs_create(conn_max);
    bool good = frame_book_init(&log->frames) && flow_index_init(&log->flows, conn_max);
    for (int s = 0; s < SERIES_COUNT; s++) {
        log->newest[s] = malloc(conn_max * sizeof *log->newest[s]);
        good = good && log->newest[s];
        for (uint32_t i = 0; log->newest[s] && i < conn_max; i++)
            log->newest[s][i] = NO_ROW;
    }
    log->wanted = calloc(conn_max, sizeof *log->wanted);
    if (!good || !log->wanted || !log->costs) {
        move_log_destroy(log);
        return NULL;
    }
    return log;
}

void move_log_destroy(struct move_log *log)
{
    if (!log)
        return;
    free(log->rows);
    for (int s = 0; s < SERIES_COUNT; s++)
        free(log->newest[s]);
    free(log->wanted);
    frame_book_free(&log->frames);
    flow_index_free(&log->flows);
    move_costs_destroy(log->costs);
    free(log);
}

/* Returns the newest row of the connection in the series, or null if there is none. */
static struct move_row *row_of(struct move_log *log, int series, uint32_t conn)
{
    if (conn >= log->conn_max || log->newest[series][conn] == NO_ROW)
        return NULL;
    return &log->rows[log->newest[series][conn]];
}

static int series_of(uint8_t kind) { return kind == TRANSFER_MOVE ? SERIES_MOVES : SERIES_OTHERS; }

static bool may_get_t12(const struct move_row *row)
{
    return row->mark_ps[MARK_FIRST_BUILT] == TIME_NEVER &&
           (row->outcome == MOVE_RUNNING || row->outcome == MOVE_COMPLETED);
}

static void on_wanted(struct move_log *log, const struct probe_event *event)
{
    if (event->conn >= log->conn_max)
        return;
    struct wanted_move *wanted = &log->wanted[event->conn];
    const struct move_trigger *trigger = event->move.trigger;
    const struct seen_frame *frame = frame_book_find(&log->frames, trigger->frame_id);
    *wanted = (struct wanted_move){.trigger = *trigger};
    if (frame)
        wanted->frame = *frame;
}

/* Updates the counts before another row becomes the newest one of the connection. */
static void leave_row(struct move_log *log, const struct move_row *row)
{
    log->moving -= may_get_t12(row);
    log->awaiting -= row->mark_ps[MARK_FIRST_BUILT] != TIME_NEVER &&
                     row->mark_ps[MARK_FIRST_HEARD] == TIME_NEVER;
}

static struct move_row *add_row(struct move_log *log)
{
    if (log->count == log->capacity) {
        log->capacity = log->capacity ? log->capacity * 2 : 256;
        log->rows = realloc(log->rows, log->capacity * sizeof *log->rows);
        memory_check(log->rows);
    }
    return &log->rows[log->count++];
}

static void on_begin(struct move_log *log, const struct probe_event *event)
{
    if (event->conn >= log->conn_max)
        return;
    int series = series_of(event->move.kind);
    const struct move_row *before = row_of(log, series, event->conn);
    if (before)
        leave_row(log, before);
    const struct move_trigger *trigger = event->move.trigger;
    const struct wanted_move *wanted = &log->wanted[event->conn];
    struct move_row *row = add_row(log);
    *row = (struct move_row){.conn = event->conn,
                             .gen = event->gen,
                             .reason = event->move.reason,
                             .kind = event->move.kind,
                             .source = event->move.from,
                             .destination = event->nic,
                             .mechanism = event->move.mechanism,
                             .trigger = *trigger};
    for (int i = 0; i < MOVE_TIMES; i++)
        row->mark_ps[i] = TIME_NEVER;
    for (int i = 0; i < MARK_OWN_MAX; i++)
        row->own_ps[i] = TIME_NEVER;
    uint64_t t0_ps = trigger->at_ps;
    row->mark_ps[MARK_DECIDED] = trigger->decided_ps;
    row->mark_ps[MOVE_BEGUN] = event->now_ps;
    if (trigger->kind == TRIGGER_FRAME && wanted->frame.id == trigger->frame_id) {
        /* The host knows the time from the clock of the NIC, which may be a little wrong. */
        t0_ps = wanted->frame.rx_ps;
        row->trigger_number = wanted->frame.number;
        row->mark_ps[MARK_FOREIGN] = wanted->frame.foreign_ps;
        row->mark_ps[MARK_RECORD_VISIBLE] = wanted->frame.visible_ps;
    }
    row->mark_ps[MARK_TRIGGER] = t0_ps;
    log->newest[series][event->conn] = (int32_t)(log->count - 1);
    log->moving++;
    move_costs_begin(log->costs, event->conn, event->gen, t0_ps);
}

/* Returns true if the mark belongs to the row. The engine sets marks at every FREEZE and
 * INSTALL, also at those of a transfer that returns a connection. */
static bool is_of_row(const struct move_row *row, const struct probe_event *event)
{
    if (event->mark.mark >= MARK_FREEZE && event->mark.mark <= MARK_DRAINED)
        return event->nic == row->source && event->gen == row->gen;
    if (event->mark.mark >= MARK_IMAGE_GOOD && event->mark.mark < MARK_COUNT)
        return event->nic == row->destination && event->gen == (uint16_t)(row->gen + 1);
    return event->nic == row->destination;
}

static void set_mark(struct move_log *log, struct move_row *row, const struct probe_event *event)
{
    if (!row || event->mark.mark < MARK_FREEZE || row->mark_ps[event->mark.mark] != TIME_NEVER ||
        !is_of_row(row, event))
        return;
    /* The first frame counts only after this move has activated the connection. */
    if (event->mark.mark == MARK_FIRST_BUILT && row->mark_ps[MARK_ACTIVE] == TIME_NEVER)
        return;
    if (event->mark.mark == MARK_FIRST_BUILT) {
        log->awaiting++;
        log->moving -= may_get_t12(row);
        move_costs_first_built(log->costs, row->conn, (size_t)(row - log->rows), event->mark.at_ps);
    }
    row->cold |= event->mark.mark == MARK_FROZEN && event->mark.is_cold;
    row->mark_ps[event->mark.mark] = event->mark.at_ps;
}

static void on_mark(struct move_log *log, const struct probe_event *event)
{
    assert(event->mark.mark < MARK_OWN + MARK_OWN_MAX);
    for (int s = 0; s < SERIES_COUNT; s++) {
        struct move_row *row = row_of(log, s, event->conn);
        if (event->mark.mark < MARK_COUNT)
            set_mark(log, row, event);
        else if (row && row->outcome == MOVE_RUNNING && is_of_row(row, event))
            row->own_ps[event->mark.mark - MARK_OWN] = event->mark.at_ps;
    }
}

static void on_end(struct move_log *log, const struct probe_event *event)
{
    struct move_row *row = row_of(log, series_of(event->move_end.kind), event->conn);
    if (!row || row->outcome != MOVE_RUNNING)
        return;
    static const uint8_t outcomes[] = {[MOVE_END_FAILED] = MOVE_FAILED,
                                       [MOVE_END_COMPLETED] = MOVE_COMPLETED,
                                       [MOVE_END_CANCELLED] = MOVE_CANCELLED};
    bool could = may_get_t12(row);
    row->outcome = outcomes[event->move_end.end];
    row->late = event->move_end.is_late;
    row->held = event->move_end.held;
    row->held_bytes = event->move_end.held_bytes;
    row->forwarded = event->move_end.forwarded;
    log->moving -= could && !may_get_t12(row);
}

static void note_built(struct move_log *log, struct move_row *row, const struct probe_event *event)
{
    if (!row || row->sent || row->mark_ps[MARK_ACTIVE] == TIME_NEVER ||
        event->nic != row->destination || event->gen != (uint16_t)(row->gen + 1))
        return;
    row->sent = true;
    row->first_seq = event->built.seq;
    row->first_ack = event->built.ack;
    row->first_len = event->built.bytes;
    if (event->nic < NIC_COUNT)
        return; /* the engine sets T12 itself */
    log->moving -= may_get_t12(row);
    row->mark_ps[MARK_FIRST_BUILT] = event->now_ps;
    log->awaiting++;
    move_costs_first_built(log->costs, row->conn, (size_t)(row - log->rows), event->now_ps);
}

static void on_built(struct move_log *log, const struct probe_event *event)
{
    for (int s = 0; s < SERIES_COUNT; s++)
        note_built(log, row_of(log, s, event->conn), event);
}

/* --- what is found on the wire: T13, for the frame that shows it may start the next move, and costs --- */

/* Notes T13 if the frame shows that the peer has received the first frame that was sent after
 * the transfer. The peer then acknowledges its payload or, if it was a pure ACK, sends from the
 * acknowledged number on. A frame that the peer sent before T12 shows nothing. */
static void note_heard(struct move_log *log, struct move_row *row, const struct probe_event *event,
                       const struct tcp_segment *seg)
{
    if (!row || row->mark_ps[MARK_FIRST_BUILT] == TIME_NEVER ||
        row->mark_ps[MARK_FIRST_HEARD] != TIME_NEVER)
        return;
    int32_t ahead = row->first_len ? (int32_t)(seg->ack - row->first_seq - row->first_len)
                                   : (int32_t)(seg->seq - row->first_ack);
    if (ahead < 0 || event->frame.frame->born_ps <= row->mark_ps[MARK_FIRST_BUILT])
        return;
    row->mark_ps[MARK_FIRST_HEARD] = event->now_ps;
    log->awaiting--;
}

/* Finds the connection of a frame at a MAC. Returns false if it is no segment of a connection. */
static bool parse_segment(const struct move_log *log, const struct probe_event *event,
                          struct packet *packet, uint32_t *conn)
{
    const struct frame *frame = event->frame.frame;
    if (!log->has_flows || !frame)
        return false;
    packet_parse(frame->data, frame->len, false, packet);
    if (packet->kind != PACKET_TCP)
        return false;
    *conn = event->kind == PROBE_FRAME_RX ? flow_index_of_received(&log->flows, packet)
                                          : flow_index_of_sent(&log->flows, packet);
    return *conn != FLOW_INDEX_NONE;
}

static void on_received(struct move_log *log, const struct probe_event *event)
{
    struct packet packet;
    uint32_t conn;
    if (!parse_segment(log, event, &packet, &conn))
        return;
    frame_book_set_conn(&log->frames, event->frame.id, conn);
    move_costs_received(log->costs, conn, &packet.seg, event->now_ps);
    for (int s = 0; s < SERIES_COUNT && log->awaiting > 0; s++)
        note_heard(log, row_of(log, s, conn), event, &packet.seg);
}

static void on_sent(struct move_log *log, const struct probe_event *event)
{
    struct packet packet;
    uint32_t conn;
    if (parse_segment(log, event, &packet, &conn))
        move_costs_sent(log->costs, conn, &packet.seg, event->now_ps);
}

static void on_open(struct move_log *log, const struct probe_event *event)
{
    if (event->conn >= log->conn_max)
        return;
    flow_index_open(&log->flows, event->conn, event->opened.key);
    log->has_flows = true;
}

/* Returns the connection of the event. If the event does not know it, it is that of the frame that is lost. */
static uint32_t conn_of(const struct move_log *log, const struct probe_event *event)
{
    if (event->kind != PROBE_FRAME_DROPPED || event->conn != PROBE_NO_CONN)
        return event->conn;
    const struct seen_frame *frame = frame_book_find(&log->frames, event->drop.id);
    return frame ? frame->conn : PROBE_NO_CONN;
}

static void on_event(void *self, const struct probe_event *event)
{
    struct move_log *log = self;
    move_costs_on_event(log->costs, event, conn_of(log, event));
    frame_book_on_event(&log->frames, event);
    switch (event->kind) {
    case PROBE_FRAME_RX:
        on_received(log, event);
        break;
    case PROBE_FRAME_TX:
        on_sent(log, event);
        break;
    case PROBE_MOVE_WANTED:
        on_wanted(log, event);
        break;
    case PROBE_TRANSFER_BEGIN:
        on_wanted(log, event);
        on_begin(log, event);
        break;
    case PROBE_MOVE_BEGIN:
        on_begin(log, event);
        break;
    case PROBE_MOVE_MARK:
    case PROBE_TRANSFER_MARK:
        on_mark(log, event);
        break;
    case PROBE_MOVE_END:
    case PROBE_TRANSFER_END:
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
    static const uint8_t wanted[] = {PROBE_MOVE_WANTED,  PROBE_MOVE_BEGIN,     PROBE_MOVE_MARK,
                                     PROBE_MOVE_END,     PROBE_TRANSFER_BEGIN, PROBE_TRANSFER_MARK,
                                     PROBE_TRANSFER_END, PROBE_TX_BUILT,       PROBE_CONN_OPEN};
    uint64_t kinds = frame_book_kinds() | move_costs_kinds();
    for (size_t i = 0; i < sizeof wanted; i++)
        kinds |= UINT64_C(1) << wanted[i];
    return (struct probe_listener){on_event, log, kinds};
}

size_t move_log_count(const struct move_log *log) { return log->count; }

const struct move_row *move_log_newest_move(const struct move_log *log, uint32_t conn)
{
    if (conn >= log->conn_max || log->newest[SERIES_MOVES][conn] == NO_ROW)
        return NULL;
    return &log->rows[log->newest[SERIES_MOVES][conn]];
}

const struct move_row *move_log_row(const struct move_log *log, size_t index)
{
    assert(index < log->count);
    return &log->rows[index];
}

const struct move_cost *move_log_cost(const struct move_log *log, size_t index)
{
    assert(index < log->count);
    return move_costs_of(log->costs, index);
}

bool move_log_is_moving(const struct move_log *log) { return log->moving > 0; }

struct move_counts move_log_counts(const struct move_log *log, enum transfer_kind kind)
{
    struct move_counts counts = {0};
    for (size_t i = 0; i < log->count; i++) {
        counts.total += log->rows[i].kind == kind;
        counts.by_outcome[log->rows[i].outcome] += log->rows[i].kind == kind;
    }
    return counts;
}

static void add_span(struct samples *samples, const struct move_row *row, int from, int to)
{
    uint64_t a = row->mark_ps[from], b = row->mark_ps[to];
    if (a != TIME_NEVER && b != TIME_NEVER && b >= a)
        samples_add(samples, (b - a) / PS_PER_NS);
}

/* The time from the first trigger of a completed move to the last activation. A move that has no T10 has
 * not completed. */
static void find_makespan(const struct move_log *log, struct move_summary *summary)
{
    uint64_t first = TIME_NEVER, last = 0;
    summary->any = false;
    for (size_t i = 0; i < log->count; i++) {
        const struct move_row *row = &log->rows[i];
        if (row->outcome != MOVE_COMPLETED || row->kind != TRANSFER_MOVE ||
            row->mark_ps[MARK_ACTIVE] == TIME_NEVER)
            continue;
        summary->any = true;
        if (row->mark_ps[0] < first)
            first = row->mark_ps[0];
        if (row->mark_ps[MARK_ACTIVE] > last)
            last = row->mark_ps[MARK_ACTIVE];
    }
    summary->makespan_ns = summary->any ? (last - first) / PS_PER_NS : 0;
}

static void add_costs(const struct move_log *log, struct move_summary *summary)
{
    memset(summary->cost, 0, sizeof summary->cost);
    for (size_t i = 0; i < log->count; i++)
        for (int k = 0; k < COST_KIND_COUNT && log->rows[i].kind == TRANSFER_MOVE; k++)
            summary->cost[k] += move_costs_of(log->costs, i)->count[k];
}

void move_log_summarize(const struct move_log *log, struct move_summary *summary)
{
    find_makespan(log, summary);
    add_costs(log, summary);
    samples_init(&summary->latency);
    samples_init(&summary->blackout);
    samples_init(&summary->recovery);
    for (int p = 0; p < MOVE_PHASE_COUNT; p++)
        samples_init(&summary->phase[p]);
    for (size_t i = 0; i < log->count; i++) {
        const struct move_row *row = &log->rows[i];
        if (row->outcome != MOVE_COMPLETED || row->kind != TRANSFER_MOVE)
            continue;
        add_span(&summary->latency, row, 0, 10);
        add_span(&summary->blackout, row, 5, 10);
        add_span(&summary->recovery, row, 0, 13);
#define X(name, from, to, text) add_span(&summary->phase[MOVE_PHASE_##name], row, from, to);
        MOVE_PHASES(X)
#undef X
    }
}

void move_log_own_phase(const struct move_log *log, const char *mechanism, unsigned own,
                        struct samples *samples)
{
    assert(own < MARK_OWN_MAX);
    for (size_t i = 0; i < log->count; i++) {
        const struct move_row *row = &log->rows[i];
        if (row->outcome == MOVE_COMPLETED && row->kind == TRANSFER_MOVE &&
            row->own_ps[own] != TIME_NEVER && strcmp(row->mechanism, mechanism) == 0)
            samples_add(samples, (row->own_ps[own] - row->mark_ps[MOVE_BEGUN]) / PS_PER_NS);
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
