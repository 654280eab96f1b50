#include "host-sw/conn/fate.h"

#include "host-sw/conn/conn.h"
#include "host-sw/server/server.h"

#include <assert.h>

void fate_drop(struct host_sw *sw, const struct dir_frame *frame, uint32_t conn,
               enum drop_reason reason)
{
    assert(reason != DROP_NONE);
    drop_count(&sw->stats.drops, reason);
    struct probe_event event = {.now_ps = server_now(sw),
                                .drop = {.id = frame->frame_id, .reason = reason},
                                .conn = conn,
                                .nic = frame->port,
                                .kind = PROBE_FRAME_DROPPED};
    probe_emit(sw->probe, &event);
}

void fate_answered(struct host_sw *sw, const struct dir_frame *frame)
{
    struct probe_event event = {.now_ps = server_now(sw),
                                .frame.id = frame->frame_id,
                                .conn = PROBE_NO_CONN,
                                .nic = frame->port,
                                .kind = PROBE_FRAME_ANSWERED};
    probe_emit(sw->probe, &event);
}

bool fate_try_hold(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame)
{
    assert(dir_entry_is_sane(entry));
    if (!hold_add(&sw->hold, entry, frame))
        return false;
    sw->stats.held_frames++;
    conn_emit(sw, entry, frame->port,
              (struct probe_event){.kind = PROBE_FRAME_HELD, .frame.id = frame->frame_id});
    sw->stats.hold_bytes_max = sw->hold.bytes_max;
    if (entry->transfer.mechanism) {
        entry->transfer.held++;
        entry->transfer.held_bytes += frame->bytes;
    }
    return true;
}

void fate_hold(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame)
{
    if (!fate_try_hold(sw, entry, frame))
        fate_drop(sw, frame, entry->conn, DROP_HOLD_FULL);
}
