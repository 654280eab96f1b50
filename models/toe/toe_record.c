#include "models/toe/toe_record.h"

#include "models/toe/toe_core.h"
#include "models/toe/toe_irq.h"
#include "models/toe/toe_ring.h"

/* A bit in the cookie of a record's write, beside the frame's number. With this record the frame becomes
 * the host's, so if the link loses the record, the frame is lost as well. */
#define RECORD_GIVES_FRAME (UINT64_C(1) << 63)

bool toe_record_has_space(const struct toe_engine *engine)
{
    return toe_ring_has_space(&engine->rings->record);
}

/* Reports that a record is visible to the host. MARK_RECORD_VISIBLE follows if the record starts a move. */
static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    uint64_t frame_id = cookie & ~RECORD_GIVES_FRAME;
    if (now_ps != TIME_NEVER) {
        toe_probe(engine, (struct probe_event){.kind = PROBE_RECORD_VISIBLE,
                                               .now_ps = now_ps,
                                               .conn = PROBE_NO_CONN,
                                               .frame.id = frame_id});
    } else if (cookie & RECORD_GIVES_FRAME) {
        drop_count(&engine->stats.drops, DROP_FENCED);
        engine->stats.rx_dropped++;
        toe_probe(engine, (struct probe_event){.kind = PROBE_FRAME_DROPPED,
                                               .now_ps = engine->fenced_ps,
                                               .conn = PROBE_NO_CONN,
                                               .drop.id = frame_id,
                                               .drop.reason = DROP_FENCED});
    }
}

/* Returns true if the host gets the frame with this record. It does not get an injected frame, which it has kept. */
static bool gives_frame(const struct nic_record *record)
{
    return record->verdict != NIC_VERDICT_APPLIED && record->verdict != NIC_VERDICT_DROPPED &&
           (record->flags & NIC_RECORD_INJECTED) == 0;
}

void toe_record_write(struct toe_engine *engine, struct nic_record *record, uint64_t now_ps)
{
    static_assert(NIC_RECORD_PHASE == 1, "the phase is bit 0");
    struct toe_ring *ring = &engine->rings->record;
    uint64_t cookie = record->frame_id | (gives_frame(record) ? RECORD_GIVES_FRAME : 0);
    struct pcie_done visible = {on_visible, engine, cookie};
    record->flags |= toe_ring_phase(ring);
    engine->stats.records++;
    toe_ring_push(engine, ring, record, visible, now_ps);
    toe_irq_fire(engine, NIC_VECTOR_RECORD, now_ps);
}
