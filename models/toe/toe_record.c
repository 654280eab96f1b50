#include "models/toe/toe_record.h"

#include "models/base/memory.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_irq.h"
#include "models/toe/toe_ring.h"

#include <assert.h>
#include <stdlib.h>

enum { ROWS_FIRST = 256 }; /* a power of two */

/* A record that is on its way to host memory. */
struct record_row {
    uint64_t frame_id;
    uint32_t conn, rcv_nxt;
    uint16_t gen;
    bool gone;    /* visible or lost */
    bool reports; /* conn, gen and rcv_nxt report the progress of a connection */
    /* With this record the frame becomes the host's, so if the link loses the record, the frame is lost as well. */
    bool gives_frame;
};

/* Record number i, counted from 0, is in row i modulo the capacity. The numbers below `gone` are visible or lost. */
struct toe_records {
    struct record_row *rows;
    uint64_t capacity, count, gone;
};

bool toe_records_create(struct toe_engine *engine)
{
    struct toe_records *records = calloc(1, sizeof *records);
    engine->records = records;
    if (!records)
        return false;
    records->capacity = ROWS_FIRST;
    records->rows = calloc(ROWS_FIRST, sizeof *records->rows);
    return records->rows != NULL;
}

void toe_records_destroy(struct toe_engine *engine)
{
    if (engine->records)
        free(engine->records->rows);
    free(engine->records);
}

uint64_t toe_records_count(const struct toe_engine *engine) { return engine->records->count; }

bool toe_record_has_space(const struct toe_engine *engine)
{
    return toe_ring_has_space(&engine->rings->record);
}

static void report_progress(struct toe_engine *engine, const struct record_row *row,
                            uint64_t now_ps)
{
    toe_probe(engine, (struct probe_event){.kind = PROBE_RECORDED,
                                           .now_ps = now_ps,
                                           .conn = row->conn,
                                           .gen = row->gen,
                                           .payload.seq = row->rcv_nxt});
}

/* Reports that a record is visible to the host. MARK_RECORD_VISIBLE follows if the record starts a move. Records become
 * visible in their order, but when the link goes down, the last ones are lost before the first ones are visible. */
static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    struct toe_records *records = engine->records;
    assert(cookie >= records->gone && cookie < records->count);
    const struct record_row row = records->rows[cookie % records->capacity];
    assert(!row.gone);
    records->rows[cookie % records->capacity].gone = true;
    while (records->gone < records->count && records->rows[records->gone % records->capacity].gone)
        records->gone++;
    if (now_ps != TIME_NEVER) {
        toe_probe(engine, (struct probe_event){.kind = PROBE_RECORD_VISIBLE,
                                               .now_ps = now_ps,
                                               .conn = PROBE_NO_CONN,
                                               .frame.id = row.frame_id});
        if (row.reports)
            report_progress(engine, &row, now_ps);
    } else if (row.gives_frame) {
        drop_count(&engine->stats.drops, DROP_FENCED);
        engine->stats.rx_dropped++;
        toe_probe(engine, (struct probe_event){.kind = PROBE_FRAME_DROPPED,
                                               .now_ps = engine->fenced_ps,
                                               .conn = PROBE_NO_CONN,
                                               .drop.id = row.frame_id,
                                               .drop.reason = DROP_FENCED});
    }
}

/* Returns true if the host gets the frame with this record. It does not get an injected frame, which it has kept. */
static bool gives_frame(const struct nic_record *record)
{
    return record->verdict != NIC_VERDICT_APPLIED && record->verdict != NIC_VERDICT_DROPPED &&
           (record->flags & NIC_RECORD_INJECTED) == 0;
}

/* Doubles the table. The rows on their way keep their numbers. */
static void grow(struct toe_records *records)
{
    uint64_t capacity = 2 * records->capacity;
    struct record_row *rows = calloc(capacity, sizeof *rows);
    memory_check(rows);
    for (uint64_t i = records->gone; i < records->count; i++)
        rows[i % capacity] = records->rows[i % records->capacity];
    free(records->rows);
    records->rows = rows;
    records->capacity = capacity;
}

/* Returns the number of the record, which is the cookie of its write. */
static uint64_t enter(struct toe_engine *engine, const struct nic_record *record)
{
    struct toe_records *records = engine->records;
    if (records->count - records->gone == records->capacity)
        grow(records);
    bool reports = record->tcp_state >= TCP_SYN_RCVD; /* rcv_nxt is known from the peer's SYN on */
    records->rows[records->count % records->capacity] =
        (struct record_row){.frame_id = record->frame_id,
                            .conn = record->conn,
                            .rcv_nxt = record->rcv_nxt,
                            .gen = record->gen,
                            .reports = reports,
                            .gives_frame = gives_frame(record)};
    uint64_t number = records->count++;
    if (reports)
        engine->conn[record->conn].record_last = records->count;
    return number;
}

void toe_record_write(struct toe_engine *engine, struct nic_record *record, uint64_t now_ps)
{
    static_assert(NIC_RECORD_PHASE == 1, "the phase is bit 0");
    struct toe_ring *ring = &engine->rings->record;
    struct pcie_done visible = {on_visible, engine, enter(engine, record)};
    record->flags |= toe_ring_phase(ring);
    engine->stats.records++;
    toe_ring_push(engine, ring, record, visible, now_ps);
    toe_irq_fire(engine, NIC_VECTOR_RECORD, now_ps);
}
