#include "models/toe/rx/rx_host.h"

#include "models/toe/rx/rx_park.h"
#include "models/toe/rx/rx_state.h"
#include "models/toe/rx/rx_verdict.h"
#include "models/toe/toe_buffer.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_record.h"
#include "models/wire/flow_hash.h"

#include <assert.h>

static void foreign_record(struct toe_engine *engine, uint8_t verdict, uint64_t buffer,
                           uint64_t now_ps)
{
    const struct rx_item *item = engine->rx->item;
    struct nic_record r = toe_rx_record(engine);
    r.verdict = verdict;
    r.buffer = buffer;
    if (item->packet.kind == PACKET_TCP) {
        r.flags |= NIC_RECORD_IS_TCP;
        r.l4_offset = item->packet.tcp_offset;
        if (engine->regs.flow_hash)
            r.flow_hash = flow_hash_of_packet(&item->packet);
    }
    engine->stats.rx_foreign++;
    if (verdict == NIC_VERDICT_RESERVED)
        toe_rx_park_given(engine, item, now_ps);
    toe_probe(engine, (struct probe_event){.kind = PROBE_RX_VERDICT,
                                           .now_ps = now_ps,
                                           .conn = item->conn,
                                           .gen = item->gen,
                                           .verdict = {item->frame->id, item->frame, verdict}});
    toe_record_write(engine, &r, now_ps);
    toe_rx_finish(engine, now_ps);
}

void toe_rx_to_host(struct toe_engine *engine, uint64_t now_ps)
{
    struct rx_item *item = engine->rx->item;
    uint64_t buffer;
    if (item->injected) {
        foreign_record(engine, NIC_VERDICT_STALE_INJECT, item->buffer, now_ps);
        return;
    }
    switch (toe_buffer_take(engine, &buffer, now_ps)) {
    case TOE_BUFFER_COMES:
        engine->rx->phase = APPLY_BUFFER;
        return;
    case TOE_BUFFER_NONE:
        toe_rx_finish_dropped(engine, DROP_NO_RX_BUFFER, false, now_ps);
        toe_buffer_report_none(engine, now_ps);
        return;
    case TOE_BUFFER_HERE:
        break;
    }
    struct pcie_done nobody = {0};
    engine->wiring.pcie.ops->write(engine->wiring.pcie.self, buffer, item->frame->data,
                                   item->frame->len, nobody, nobody, now_ps);
    static const uint8_t verdicts[] = {[CTX_PLACE_NOT_MINE] = NIC_VERDICT_NOT_MINE,
                                       [CTX_PLACE_RESERVED] = NIC_VERDICT_RESERVED,
                                       [CTX_PLACE_MOVED] = NIC_VERDICT_MOVED};
    assert(item->place < sizeof verdicts && verdicts[item->place] != NIC_VERDICT_NONE);
    foreign_record(engine, verdicts[item->place], buffer, now_ps);
}

void toe_rx_to_host_as(struct toe_engine *engine, uint8_t place, uint64_t now_ps)
{
    struct rx_item *item = engine->rx->item;
    item->place = place;
    if (!item->injected)
        toe_mark(engine, MARK_FOREIGN, item->conn, item->gen, item->frame, now_ps);
    toe_rx_to_host(engine, now_ps);
}
