#include "sim/waits/wait_log.h"

#include "models/base/memory.h"
#include "models/base/publish.h"
#include "models/base/units.h"
#include "models/hwif/pcie_port.h"
#include "models/pcie/wire/pcie_rate.h"
#include "sim/waits/busy_time.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEPT =
        32768, /* spans of each kind that are kept for a move that may begin, whose trigger was before */
    OWN_MAX = 16, /* the last operations and waits of each connection; a move has fewer than that */
};

enum { OWN_CACHE, OWN_QUEUE };

/* A time for which a command about a connection waited, or used the cache. */
struct own_span {
    uint64_t from_ps, to_ps;
    uint8_t nic, kind;
};

struct own_spans {
    struct own_span span[OWN_MAX];
    uint32_t added; /* all that there ever were */
};

struct wait_log {
    struct publish out;
    struct wait_log_params params;
    uint64_t ticks[NIC_COUNT]; /* of a byte on the PCIe link */
    struct busy_time core, link[NIC_COUNT][2];
    struct own_spans **own; /* for each connection; null as long as there were none */
    uint64_t under_way;     /* moves */
};

static void write_header(FILE *file)
{
    (void)fputs("conn,generation,begun_ps,phase,from_ps,to_ps", file);
#define X(id, column, text) (void)fputs("," column, file);
    WAIT_COLUMNS(X)
#undef X
    (void)fputc('\n', file);
}

struct wait_log *wait_log_create(const struct wait_log_params *params, struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    struct wait_log *log = calloc(1, sizeof *log);
    if (log)
        log->own = calloc(params->conn_max, sizeof *log->own);
    if (!log || !log->own) {
        free(log);
        (void)error_set(err, STATUS_ENVIRONMENT, "out of memory");
        return NULL;
    }
    log->params = *params;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        log->ticks[nic] = pcie_rate_ticks_per_byte(params->gen[nic], params->lanes[nic]);
    if (snprintf(path, sizeof path, "%s/waits.csv", params->dir) >= (int)sizeof path) {
        (void)error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", params->dir);
    } else if (publish_open(&log->out, path, err) == STATUS_OK) {
        write_header(log->out.stream);
        return log;
    }
    free(log->own);
    free(log);
    return NULL;
}

static void add_own(struct wait_log *log, const struct probe_event *event, uint64_t from_ps,
                    uint8_t kind)
{
    if (event->conn >= log->params.conn_max || event->nic >= NIC_COUNT)
        return;
    struct own_spans **own = &log->own[event->conn];
    if (!*own) {
        *own = calloc(1, sizeof **own);
        memory_check(*own);
    }
    (*own)->span[(*own)->added++ % OWN_MAX] =
        (struct own_span){from_ps, event->now_ps, event->nic, kind};
}

/* --- a move that is over --- */

static uint64_t own_ps(const struct own_spans *own, unsigned nic, uint8_t kind, uint64_t from_ps,
                       uint64_t to_ps)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; own && i < own->added && i < OWN_MAX; i++) {
        const struct own_span *span = &own->span[i];
        uint64_t from = u64_max(span->from_ps, from_ps), to = u64_min(span->to_ps, to_ps);
        if (span->nic == nic && span->kind == kind && from < to)
            sum += to - from;
    }
    return sum;
}

static void write_phase(struct wait_log *log, const struct move_row *row, enum move_phase phase,
                        uint64_t from_ps, uint64_t to_ps)
{
    FILE *file = log->out.stream;
    uint64_t busy_ps[WAIT_COLUMN_COUNT] = {0};
    const uint8_t nics[] = {row->source, row->destination};
    busy_ps[WAIT_CORE] = busy_time_between(&log->core, from_ps, to_ps);
    for (unsigned i = 0; i < 2; i++) {
        unsigned nic = nics[i];
        if (nic >= NIC_COUNT)
            continue; /* the memory or the host's own TCP */
        for (unsigned direction = 0; direction < 2; direction++)
            busy_ps[WAIT_OLD_UP + 2 * i + direction] =
                busy_time_between(&log->link[nic][direction], from_ps, to_ps);
        const struct own_spans *own = log->own[row->conn];
        busy_ps[WAIT_OLD_CACHE + i] = own_ps(own, nic, OWN_CACHE, from_ps, to_ps);
        busy_ps[WAIT_OLD_QUEUE + i] = own_ps(own, nic, OWN_QUEUE, from_ps, to_ps);
    }
    (void)fprintf(file, "%" PRIu32 ",%u,%" PRIu64 ",%s,%" PRIu64 ",%" PRIu64, row->conn, row->gen,
                  row->mark_ps[MOVE_BEGUN], move_phase_name(phase), from_ps, to_ps);
    for (unsigned i = 0; i < WAIT_COLUMN_COUNT; i++)
        (void)fprintf(file, ",%" PRIu64, busy_ps[i]);
    (void)fputc('\n', file);
}

static void write_move(struct wait_log *log, const struct move_row *row)
{
    static const struct {
        uint8_t from, to;
    } phases[] = {
#define X(name, from, to, text) {from, to},
        MOVE_PHASES(X)
#undef X
    };
    for (unsigned i = 0; i < MOVE_PHASE_COUNT; i++) {
        uint64_t from_ps = row->mark_ps[phases[i].from], to_ps = row->mark_ps[phases[i].to];
        /* The replay may last longer than the move is known to be under way. */
        if (i != MOVE_PHASE_replay && from_ps != TIME_NEVER && to_ps != TIME_NEVER &&
            from_ps < to_ps)
            write_phase(log, row, (enum move_phase)i, from_ps, to_ps);
    }
}

static void on_end(struct wait_log *log, const struct probe_event *event)
{
    log->under_way -= log->under_way > 0;
    const struct move_row *row = move_log_newest_move(log->params.moves, event->conn);
    if (row)
        write_move(log, row);
}

/* --- what is busy --- */

static void on_tlp(struct wait_log *log, const struct probe_event *event)
{
    struct pcie_time end = {event->now_ps, 0};
    end = pcie_time_add(end, event->tlp.wire_bytes * log->ticks[event->nic]);
    busy_time_add(&log->link[event->nic][event->tlp.direction ? 1 : 0], event->now_ps,
                  pcie_time_ps(end));
}

static void forget(struct wait_log *log)
{
    if (log->under_way > 0)
        return;
    struct busy_time *all[] = {&log->core, &log->link[0][0], &log->link[0][1], &log->link[1][0],
                               &log->link[1][1]};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->count > (size_t)2 * KEPT)
            busy_time_forget(all[i], KEPT);
}

static void on_event(void *self, const struct probe_event *event)
{
    struct wait_log *log = self;
    switch ((enum probe_kind)event->kind) {
    case PROBE_CORE_RAN:
        busy_time_add(&log->core, event->ran.since_ps, event->now_ps);
        break;
    case PROBE_PCIE_TLP:
        on_tlp(log, event);
        break;
    case PROBE_CTX_ANSWERED:
        add_own(log, event, event->answered.since_ps, OWN_CACHE);
        break;
    case PROBE_CMD_STARTED:
        add_own(log, event, event->started.since_ps, OWN_QUEUE);
        break;
    case PROBE_MOVE_BEGIN:
        log->under_way++;
        break;
    default:
        assert(event->kind == PROBE_MOVE_END);
        on_end(log, event);
        break;
    }
    forget(log);
}

struct probe_listener wait_log_listener(struct wait_log *log)
{
    static const uint8_t kinds[] = {PROBE_CORE_RAN,    PROBE_PCIE_TLP,   PROBE_CTX_ANSWERED,
                                    PROBE_CMD_STARTED, PROBE_MOVE_BEGIN, PROBE_MOVE_END};
    struct probe_listener listener = {on_event, log, 0};
    for (size_t i = 0; i < sizeof kinds; i++)
        listener.kinds |= UINT64_C(1) << kinds[i];
    return listener;
}

enum status wait_log_close(struct wait_log *log, struct error *err)
{
    enum status status = publish_close(&log->out, err);
    for (uint32_t conn = 0; conn < log->params.conn_max; conn++)
        free(log->own[conn]);
    free(log->own);
    busy_time_free(&log->core);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        for (unsigned direction = 0; direction < 2; direction++)
            busy_time_free(&log->link[nic][direction]);
    free(log);
    return status;
}
