#include "host-sw/dispatch/foreign.h"

#include "host-sw/conn/fate.h"
#include "host-sw/dispatch/acceptable.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"
#include "models/base/planted.h"

#include <assert.h>

/* The progress rule. A frame may move the connection again only if it is younger than the trigger of the last move, and
 * only after a frame was applied under the present generation. So frames that alternate between the ports cannot move a
 * connection for ever without progress. */
static bool may_move_again(const struct dir_entry *entry, const struct dir_frame *frame)
{
    assert(dir_entry_is_sane(entry));
    return (entry->applied || PLANTED(moves_without_work)) && frame->mac_time_ps > entry->t0_ps;
}

static enum policy_verdict ask_policies(struct host_sw *sw, const struct dir_entry *entry,
                                        const struct dir_frame *frame, const struct packet *packet,
                                        struct move_trigger *why)
{
    assert(dir_entry_is_sane(entry));
    struct policy_frame seen = {
        .conn = entry->conn,
        .mac_time_ps = frame->mac_time_ps,
        .now_ps = server_now(sw),
        .frame_id = frame->frame_id,
        .port = frame->port,
        .owner = entry->owner,
        .is_foreign = true,
        .is_closing = entry->peer_fin || entry->fin_wanted,
        .is_acceptable = segment_is_acceptable(entry, sw->params.ring_bytes, &packet->seg)};
    uint64_t t0_ps = PLANTED(t0_of_the_host) ? server_now(sw) : frame->mac_time_ps;
    *why = (struct move_trigger){
        .at_ps = t0_ps, .frame_id = frame->frame_id, .kind = TRIGGER_FRAME, .port = frame->port};
    if (!sw->transfers.mechanism->start || PLANTED(claim_not_reloaded))
        return POLICY_FORWARD;
    return policy_list_on_frame(&sw->policies, &seen, &why->policy);
}

/* Moves the connection if the policies and the progress rule allow it. Returns true if the frame needs no more
 * attention. */
static bool on_movable(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                       const struct packet *packet)
{
    assert(dir_entry_is_sane(entry));
    struct move_trigger why;
    enum policy_verdict verdict = ask_policies(sw, entry, frame, packet, &why);
    if (verdict != POLICY_MOVE && verdict != POLICY_QUEUE)
        return false;
    if (!may_move_again(entry, frame)) {
        if (PLANTED(foreign_dropped)) {
            fate_drop(sw, frame, PROBE_NO_CONN, DROP_NO_CONNECTION);
            return true;
        }
        sw->stats.suppressed_by_progress++;
        return false;
    }
    if (verdict == POLICY_QUEUE)
        transfer_gather(sw);
    if (!transfer_request(sw, entry, frame->port, MOVE_FOREIGN, &why))
        return false;
    transfer_on_frame(sw, entry, frame, packet);
    return true;
}

void foreign_frame(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                   const struct packet *packet, bool raced)
{
    assert(dir_entry_is_sane(entry));
    if (entry->owner != PLACE_HOST) {
        bool is_late = raced || frame->port == entry->owner;
        /* A SYN of a known connection goes to the owner, which answers it or sends a challenge ACK. */
        if (!is_late && (packet->seg.flags & TCP_SYN) == 0 &&
            sw->mode->may_own(&sw->ports, frame->port)) {
            if (on_movable(sw, entry, frame, packet))
                return;
            is_late = frame->mac_time_ps <= entry->t0_ps;
        }
        if (transfer_hold_waiting(sw, entry, frame))
            return;
        sw->stats.late_forwards += is_late;
    }
    place_table[entry->owner]->relay(sw, entry, entry->owner, frame, packet);
    if (entry->owner != PLACE_HOST && PLANTED(forwarded_and_dropped))
        fate_drop(sw, frame, entry->conn, DROP_HOLD_FULL);
}

void foreign_note_own(struct host_sw *sw, const struct dir_entry *entry,
                      const struct nic_record *record)
{
    assert(dir_entry_is_sane(entry));
    struct policy_frame seen = {.conn = record->conn,
                                .mac_time_ps = record->mac_time_ps,
                                .now_ps = server_now(sw),
                                .frame_id = record->frame_id,
                                .port = record->nic,
                                .owner = entry->owner,
                                .is_closing = entry->peer_fin || entry->fin_wanted};
    const char *winner;
    (void)policy_list_on_frame(&sw->policies, &seen, &winner);
}
