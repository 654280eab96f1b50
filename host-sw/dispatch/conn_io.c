/* The application's side of a connection, with its rings, counters and doorbells. */
#include "host-sw/dispatch/conn_io.h"

#include "host-sw/conn/app_calls.h"
#include "host-sw/conn/conn.h"
#include "host-sw/life/idle.h"
#include "host-sw/life/opening.h"
#include "host-sw/life/termination.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"
#include "models/base/planted.h"

#include "host-sw/stack/seq.h"

#include <assert.h>
#include <string.h>

/* The driver announces the read position again when the application has read a quarter of the ring since the last
 * doorbell. This saves doorbells, and at most a quarter of the ring is free without the peer's knowledge. */
enum { RX_DOORBELL_FRACTION = 4 };

/* Counters only grow, so an older value is ignored. A value that the ring could not hold does not belong to this
 * connection. */
static bool fold_rx(const struct host_sw *sw, struct dir_entry *entry, uint32_t rcv_nxt)
{
    assert(dir_entry_is_sane(entry));
    if (!host_seq_lt(entry->rcv_nxt, rcv_nxt) ||
        rcv_nxt - entry->rx_consumed > sw->params.ring_bytes + 1)
        return false;
    entry->rcv_nxt = rcv_nxt;
    return true;
}

static bool fold_tx(struct dir_entry *entry, uint32_t snd_una)
{
    assert(dir_entry_is_sane(entry));
    uint32_t acked = host_seq_lt(entry->tx_prod, snd_una) ? entry->tx_prod : snd_una;
    if (!host_seq_lt(entry->snd_una, acked))
        return false;
    entry->tx_bytes += acked - entry->snd_una;
    entry->snd_una = acked;
    return true;
}

/* Notes the peer's initial sequence number when its SYN has arrived on a connection that the server opens. Data in the
 * SYN is not accepted. */
static void synchronise(struct host_sw *sw, struct dir_entry *entry, uint32_t rcv_nxt)
{
    assert(dir_entry_is_sane(entry));
    entry->synchronised = true;
    entry->irs = rcv_nxt - 1;
    entry->rcv_nxt = entry->rx_consumed = entry->rung_rx = rcv_nxt;
    conn_touch(sw, entry);
    assert(dir_entry_is_sane(entry));
}

static void note_report(struct dir_entry *entry, const struct nic_record *record)
{
    if (record->tcp_state >= TCP_SYN_RCVD)
        entry->report = (struct conn_report){.known = true,
                                             .features = record->features,
                                             .scales = record->scales,
                                             .mss = record->mss,
                                             .snd_una = record->snd_una,
                                             .snd_wnd = record->snd_wnd,
                                             .ts_recent = record->ts_recent};
    else if (record->tcp_state == TCP_CLOSED)
        entry->report.snd_una = record->snd_una; /* says whether the FIN was acknowledged */
}

void conn_io_on_progress(struct host_sw *sw, struct dir_entry *entry,
                         const struct nic_record *record)
{
    assert(dir_entry_is_sane(entry));
    /* A segment dropped before the context was read says nothing about the connection. */
    if (record->tcp_state == TCP_CLOSED && record->verdict != NIC_VERDICT_APPLIED)
        return;
    entry->tcp_state = record->tcp_state;
    note_report(entry, record);
    if (!entry->synchronised && record->tcp_state >= TCP_SYN_RCVD)
        synchronise(sw, entry, record->rcv_nxt);
    if ((record->flags & NIC_RECORD_ESTABLISHED) != 0 && !entry->established) {
        nic_bus_lock(sw->bus, HOST_LOCK_DIRECTORY);
        directory_establish(&sw->dir, entry);
        nic_bus_unlock(sw->bus, HOST_LOCK_DIRECTORY);
        sw->stats.conns_max = sw->dir.established_max;
    }
    if ((record->flags & NIC_RECORD_ESTABLISHED) != 0)
        opening_done(sw, entry);
    bool more_rx = fold_rx(sw, entry, record->rcv_nxt);
    bool fin = (record->flags & NIC_RECORD_PEER_FIN) != 0 && !entry->peer_fin &&
               record->rcv_nxt == entry->rcv_nxt;
    entry->peer_fin |= fin;
    bool more_tx = fold_tx(entry, record->snd_una);
    unsigned calls = 0;
    if (entry->established && !entry->announced) {
        entry->announced = true;
        sw->stats.connected += entry->active;
        calls |= APP_CALL_ESTABLISHED;
    }
    if ((record->flags & NIC_RECORD_URGENT) != 0)
        calls |= APP_CALL_URGENT;
    if (more_rx)
        calls |= APP_CALL_READABLE;
    if (more_tx)
        calls |= APP_CALL_WRITABLE;
    if (fin)
        calls |= APP_CALL_PEER_FIN;
    app_calls_note(sw, entry, calls);
    assert(dir_entry_is_sane(entry));
}

static void ring(struct host_sw *sw, const struct dir_entry *entry, enum nic_doorbell_kind kind,
                 uint32_t value)
{
    assert(dir_entry_is_sane(entry));
    struct nic_doorbell doorbell = {
        .conn = entry->conn, .gen = entry->gen, .kind = (uint8_t)kind, .value = value};
    nic_driver_ring_conn(&sw->nics[entry->owner], &doorbell);
}

/* Tells the host's own TCP of the same changes as a NIC. It acts on them in the next step. */
static void flush_host(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    uint32_t conn = entry->conn;
    if (!host_tcp_has(&sw->tcp, conn))
        return; /* the connection has ended; the next step acts on its end event */
    if (entry->abort_wanted) {
        entry->abort_sent = true;
        host_tcp_abort(&sw->tcp, conn);
        return;
    }
    if (entry->options_new)
        host_tcp_set(&sw->tcp, conn, &entry->options);
    entry->options_new = false;
    if (!entry->synchronised)
        return; /* synchronise() touches the connection again */
    host_tcp_ring(&sw->tcp, conn, entry->tx_prod, entry->rx_consumed, entry->fin_wanted);
    entry->rung_tx = entry->tx_prod;
    entry->rung_rx = entry->rx_consumed;
    entry->rung_fin = entry->fin_wanted;
    assert(dir_entry_is_sane(entry));
}

/* Returns true if so many bytes were read since the last doorbell that the peer's window should grow. */
static bool opens_window(const struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    return entry->rx_consumed - entry->rung_rx >= sw->params.ring_bytes / RX_DOORBELL_FRACTION;
}

static void flush_active(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (entry->abort_wanted) {
        if (!entry->abort_sent) {
            struct nic_cmd cmd = {.op = NIC_CMD_ABORT, .gen = entry->gen};
            entry->abort_sent = true;
            conn_command(sw, entry, entry->owner, cmd, 0);
        }
        return;
    }
    if (entry->options_new) {
        struct nic_cmd cmd = {.op = NIC_CMD_SET, .gen = entry->gen};
        nic_options_to_cmd(&entry->options, &cmd);
        entry->options_new = false;
        conn_command(sw, entry, entry->owner, cmd, 0);
    }
    if (opens_window(sw, entry)) {
        if (!PLANTED(read_not_reported))
            ring(sw, entry, NIC_DOORBELL_RX,
                 entry->rx_consumed + PLANTED(read_reported_early) * 1024u);
        entry->rung_rx = entry->rx_consumed;
    }
    if (entry->transfer.keeps_data)
        return; /* INSTALL tells the destination of the bytes that the application has written */
    if (entry->fin_wanted && !entry->rung_fin)
        ring(sw, entry, NIC_DOORBELL_FIN, entry->tx_prod);
    else if (entry->tx_prod != entry->rung_tx && !PLANTED(written_not_reported))
        ring(sw, entry, NIC_DOORBELL_TX, entry->tx_prod);
    entry->rung_fin = entry->fin_wanted;
    entry->rung_tx = entry->tx_prod;
    assert(dir_entry_is_sane(entry));
}

void conn_io_flush(struct host_sw *sw)
{
    while (sw->dirty.count > 0) {
        struct dir_entry *entry = &sw->dir.entries[conn_list_last(&sw->dirty)];
        conn_list_remove(&sw->dirty, entry->conn);
        server_run_on(sw, entry->flow_hash);
        bool has_work = entry->abort_wanted || entry->tx_prod != entry->rung_tx ||
                        entry->fin_wanted != entry->rung_fin || entry->options_new ||
                        opens_window(sw, entry);
        if (entry->state == DIR_ACTIVE && entry->owner == PLACE_HOST) {
            flush_host(sw, entry);
        } else if (entry->state == DIR_ACTIVE) {
            flush_active(sw, entry);
        } else if (entry->resolving && entry->abort_wanted) {
            termination_give_up(sw, entry, NIC_TERM_LOCAL_ABORT);
        } else if (entry->state == DIR_INACTIVE && has_work) {
            struct move_trigger why = transfer_called(sw);
            idle_reactivate(sw, entry, entry->owner, &why);
        }
        /* In every other state INSTALL carries the values, or the connection has ended. */
    }
    server_run_on_first(sw);
}
