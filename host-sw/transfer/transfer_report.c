#include "host-sw/transfer/transfer_report.h"

#include "host-sw/conn/conn.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "models/base/planted.h"

#include <assert.h>

bool transfer_is_under_way(const struct dir_entry *entry) { return entry->transfer.mechanism; }

struct move_trigger transfer_called(const struct host_sw *sw)
{
    uint64_t now_ps = server_now(sw);
    return (struct move_trigger){.at_ps = now_ps, .decided_ps = now_ps, .kind = TRIGGER_CALL};
}

/* Moves from NIC to NIC have probe events of their own, because most observers look at no other transfer. Observers are
 * not told of the transfer that brings a new connection to its first place. */
static bool is_reported(const struct transfer *transfer)
{
    return transfer->mechanism && transfer->kind < TRANSFER_KIND_COUNT;
}

bool transfer_is_move(const struct transfer *transfer)
{
    return transfer->mechanism && transfer->kind == TRANSFER_MOVE;
}

void transfer_report_wanted(struct host_sw *sw, const struct dir_entry *entry, unsigned dest,
                            enum move_reason reason, const struct move_trigger *why)
{
    conn_emit(sw, entry, dest,
              (struct probe_event){.kind = PROBE_MOVE_WANTED,
                                   .move.from = entry->owner,
                                   .move.reason = (uint8_t)reason,
                                   .move.kind = TRANSFER_MOVE,
                                   .move.trigger = why});
}

/* The fields of lines 2 and 3, which an image of the hard subset does not have. */
static const char *const soft_fields[] = {"srtt",
                                          "rttvar",
                                          "rto",
                                          "rtt_seq",
                                          "rtt_start",
                                          "rexmt_deadline",
                                          "delack_deadline",
                                          "keepalive_deadline",
                                          "wait_deadline",
                                          "timers",
                                          "rto_backoff",
                                          "rexmt_count",
                                          "persist_count",
                                          "keepalive_count",
                                          "dupacks",
                                          "limited_tx",
                                          "recovery",
                                          "delack_segs",
                                          "tos",
                                          "ooo_order",
                                          "challenge_count",
                                          "cc_private_0",
                                          "user_timeout",
                                          "challenge_start",
                                          "fin_seq",
                                          "last_send",
                                          "ooo",
                                          "sacked",
                                          NULL};

static const char *const *not_carried(const struct host_sw *sw, const struct transfer *transfer)
{
    bool is_hard = sw->params.hard_images && transfer->kind == TRANSFER_MOVE;
    return is_hard ? soft_fields : transfer->mechanism->not_carried;
}

static void emit_begin(struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    const struct transfer *transfer = &entry->transfer;
    uint8_t kind = transfer_is_move(transfer) ? PROBE_MOVE_BEGIN : PROBE_TRANSFER_BEGIN;
    conn_emit(sw, entry, transfer->dest,
              (struct probe_event){.kind = kind,
                                   .move.from = transfer->src,
                                   .move.reason = transfer->reason,
                                   .move.kind = transfer->kind,
                                   .move.trigger = &transfer->trigger,
                                   .move.mechanism = transfer->mechanism->name,
                                   .move.not_carried = not_carried(sw, transfer)});
}

static void count_begin(struct host_sw *sw, const struct transfer *transfer)
{
    struct transfer_counts *counts = &sw->stats.transfers[transfer->kind];
    counts->started++;
    if (!transfer_is_move(transfer))
        return;
    /* A late move no longer counts against the limit, but is still under way, so this number can exceed the limit. */
    uint64_t open = counts->started - counts->completed - counts->failed - counts->cancelled;
    sw->stats.moves_outstanding_max = u32_max(sw->stats.moves_outstanding_max, (uint32_t)open);
}

static void count_end(struct host_sw *sw, const struct transfer *transfer, enum move_end end)
{
    struct transfer_counts *counts = &sw->stats.transfers[transfer->kind];
    if (end == MOVE_END_COMPLETED)
        counts->completed += !(transfer_is_move(transfer) && PLANTED(move_not_counted));
    else if (end == MOVE_END_FAILED)
        counts->failed++;
    else
        counts->cancelled++;
}

void transfer_report_trouble(struct host_sw *sw, const struct dir_entry *entry)
{
    const struct transfer *transfer = &entry->transfer;
    if (transfer_is_move(transfer) && !transfer->reported)
        conn_emit(sw, entry, entry->owner, (struct probe_event){.kind = PROBE_MOVE_TROUBLE});
}

void transfer_report_end(struct host_sw *sw, struct dir_entry *entry, enum move_end end)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    if (!transfer->mechanism || transfer->reported)
        return;
    if (end == MOVE_END_FAILED)
        transfer_report_trouble(sw, entry);
    transfer->reported = true;
    count_end(sw, transfer, end);
    if (is_reported(transfer))
        conn_emit(sw, entry, entry->owner,
                  (struct probe_event){.kind = transfer_is_move(transfer) ? PROBE_MOVE_END
                                                                          : PROBE_TRANSFER_END,
                                       .move_end.end = (uint8_t)end,
                                       .move_end.kind = transfer->kind,
                                       .move_end.held = transfer->held,
                                       .move_end.held_bytes = transfer->held_bytes,
                                       .move_end.forwarded = transfer->forwarded,
                                       .move_end.is_late = transfer->late});
}

void transfer_report_begin(struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    const struct transfer *transfer = &entry->transfer;
    count_begin(sw, transfer);
    if (!is_reported(transfer))
        return;
    emit_begin(sw, entry);
    conn_mark(sw, entry, MARK_TRIGGER, transfer->trigger.at_ps);
    conn_mark(sw, entry, MARK_DECIDED, transfer->trigger.decided_ps);
}

void transfer_mark_own(struct host_sw *sw, const struct dir_entry *entry, unsigned own)
{
    assert(mechanism_mark_count(entry->transfer.mechanism) > own);
    conn_mark(sw, entry, (enum move_mark)(MARK_OWN + own), server_now(sw));
}

uint64_t transfer_count_open(const struct host_sw *sw, enum transfer_kind kind)
{
    uint64_t open = 0;
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        const struct transfer *transfer = &sw->dir.entries[conn].transfer;
        open += transfer->mechanism && transfer->kind == kind && !transfer->reported;
    }
    return open;
}
