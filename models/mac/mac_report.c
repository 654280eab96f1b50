#include "models/mac/mac_report.h"

void mac_emit(const struct mac *mac, enum probe_kind kind, const struct frame *frame,
              uint64_t now_ps)
{
    if (mac->nic < 0 || !probe_wants(mac->probe, kind))
        return;
    const struct probe_event event = {
        .now_ps = now_ps,
        .frame.id = frame->id,
        .frame.frame = frame,
        .conn = PROBE_NO_CONN,
        .nic = (uint8_t)mac->nic,
        .kind = (uint8_t)kind,
    };
    probe_emit(mac->probe, &event);
}

void mac_drop(struct mac *mac, struct frame *frame, enum drop_reason reason, uint64_t now_ps)
{
    if (!frame)
        return;
    drop_count(&mac->stats.drops, reason);
    if (mac->nic >= 0 && probe_wants(mac->probe, PROBE_FRAME_DROPPED)) {
        const struct probe_event event = {
            .now_ps = now_ps,
            .drop.id = frame->id,
            .drop.reason = (uint16_t)reason,
            .conn = PROBE_NO_CONN,
            .nic = (uint8_t)mac->nic,
            .kind = PROBE_FRAME_DROPPED,
        };
        probe_emit(mac->probe, &event);
    }
    frame_free(mac->pool, frame);
}
