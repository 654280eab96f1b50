#include "models/toe/rx/rx_write.h"

#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"
#include "models/toe/toe_record.h"

#include <assert.h>
#include <stdlib.h>

/* Payload writes not yet visible; when the limit is reached, receive waits. */
enum { RX_WRITES_MAX = 256 };

struct rx_write {
    uint32_t conn, seq, len;
    uint32_t epoch;
    uint16_t gen;
};

struct toe_writes {
    struct rx_write write[RX_WRITES_MAX];
    uint64_t count, issued, visible, flushed;
    uint64_t recorded; /* records that a read has flushed */
    uint64_t flush_target, record_target;
    bool flushing;
};

bool toe_writes_create(struct toe_engine *engine)
{
    engine->writes = calloc(1, sizeof *engine->writes);
    return engine->writes != NULL;
}

void toe_writes_destroy(struct toe_engine *engine) { free(engine->writes); }

bool toe_writes_have_space(const struct toe_engine *engine)
{
    const struct toe_writes *writes = engine->writes;
    return writes->count - writes->visible <= RX_WRITES_MAX - TCP_PLACEMENTS_MAX;
}

static void report(struct toe_engine *engine, enum probe_kind kind, const struct rx_write *write,
                   uint64_t now_ps)
{
    toe_probe(engine, (struct probe_event){.kind = (uint8_t)kind,
                                           .now_ps = now_ps,
                                           .conn = write->conn,
                                           .gen = write->gen,
                                           .payload = {write->seq, write->len}});
}

/* Reports a write from before a fence or reset. The engine no longer waits for it, but if it did reach the
 * link or memory, the host may act on it. */
static void report_late(struct toe_engine *engine, enum probe_kind kind, uint64_t cookie,
                        uint64_t now_ps)
{
    const struct rx_write *write = &engine->writes->write[(uint32_t)cookie % RX_WRITES_MAX];
    if (write->epoch == (uint32_t)(cookie >> 32))
        report(engine, kind, write, now_ps);
}

/* Advances a write by one step. `step` counts the writes that have made this step, in order. */
static void on_step(struct toe_engine *engine, enum probe_kind kind, uint64_t *step,
                    uint64_t cookie, uint64_t now_ps)
{
    if (now_ps == TIME_NEVER)
        return; /* discarded and therefore never acknowledged; the link's fence follows */
    if (!toe_cookie_is_now(engine, cookie)) {
        report_late(engine, kind, cookie, now_ps);
        return;
    }
    const struct rx_write *write = &engine->writes->write[*step % RX_WRITES_MAX];
    assert((uint32_t)cookie == (uint32_t)*step);
    ++*step;
    report(engine, kind, write, now_ps);
    toe_kick(engine, now_ps);
}

static void on_issued(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    on_step(engine, PROBE_RX_WRITTEN, &engine->writes->issued, cookie, now_ps);
}

static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    on_step(engine, PROBE_RX_VISIBLE, &engine->writes->visible, cookie, now_ps);
}

static void write_piece(struct toe_engine *engine, const struct conn_ctx *ctx, uint16_t gen,
                        uint32_t seq, const uint8_t *bytes, uint32_t len, uint64_t now_ps)
{
    struct toe_writes *writes = engine->writes;
    uint32_t mask = (1u << ctx->rx_ring_log2) - 1;
    uint64_t address = ((uint64_t)ctx->rx_ring << 12) + (seq & mask);
    uint64_t cookie = toe_cookie(engine, (uint32_t)writes->count);
    struct rx_write *write = &writes->write[writes->count % RX_WRITES_MAX];
    *write = (struct rx_write){
        .conn = ctx->conn_id, .seq = seq, .len = len, .epoch = engine->epoch, .gen = gen};
    writes->count++;
    engine->conn[ctx->conn_id].write_last = writes->count;
    report(engine, PROBE_RX_QUEUED, write, now_ps);
    engine->wiring.pcie.ops->write(
        engine->wiring.pcie.self, address, bytes, len,
        (struct pcie_done){.fn = on_issued, .self = engine, .cookie = cookie},
        (struct pcie_done){.fn = on_visible, .self = engine, .cookie = cookie}, now_ps);
}

void toe_writes_payload(struct toe_engine *engine, const struct conn_ctx *ctx, uint16_t gen,
                        uint32_t seq, const uint8_t *bytes, uint32_t len, uint64_t now_ps)
{
    uint32_t size = 1u << ctx->rx_ring_log2;
    uint32_t first = u32_min(len, size - (seq & (size - 1)));
    assert(len > 0 && len <= size);
    write_piece(engine, ctx, gen, seq, bytes, first, now_ps);
    if (first < len)
        write_piece(engine, ctx, gen, seq + first, bytes + first, len - first, now_ps);
    engine->stats.rx_payload_bytes += len;
}

bool toe_writes_are_issued(const struct toe_engine *engine, uint64_t last)
{
    return engine->writes->issued >= last;
}

bool toe_writes_are_flushed(const struct toe_engine *engine, uint64_t last)
{
    return engine->writes->flushed >= last;
}

bool toe_writes_are_recorded(const struct toe_engine *engine, uint64_t count)
{
    return engine->writes->recorded >= count;
}

static void on_flushed(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct toe_engine *engine = self;
    (void)data;
    (void)len;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    engine->writes->flushing = false;
    engine->writes->flushed = engine->writes->flush_target;
    engine->writes->recorded = engine->writes->record_target;
    toe_kick(engine, now_ps);
}

void toe_writes_flush(struct toe_engine *engine, uint64_t address, uint64_t now_ps)
{
    struct toe_writes *writes = engine->writes;
    if (writes->flushing)
        return;
    writes->flushing = true;
    writes->flush_target = writes->count;
    writes->record_target = toe_records_count(engine);
    toe_read(engine, address, sizeof(uint32_t), 0, on_flushed, now_ps);
}

void toe_writes_discard(struct toe_engine *engine)
{
    struct toe_writes *writes = engine->writes;
    assert(writes->visible <= writes->issued && writes->issued <= writes->count);
    writes->issued = writes->visible = writes->flushed = writes->count;
    writes->recorded = toe_records_count(engine);
    writes->flushing = false;
}

bool toe_writes_are_idle(const struct toe_engine *engine)
{
    return engine->writes->visible == engine->writes->count && !engine->writes->flushing;
}
