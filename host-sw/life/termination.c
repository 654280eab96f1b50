/* Ends connections. A connection is closed by both sides, ends prematurely with exactly one notice, or is given up by
 * the host. */
#include "host-sw/life/termination.h"

#include "host-sw/conn/app_calls.h"
#include "host-sw/conn/conn.h"
#include "host-sw/life/farewell.h"
#include "host-sw/life/opening.h"
#include "host-sw/server/server.h"
#include "models/base/planted.h"

#include "host-sw/conn/fate.h"
#include "host-sw/stack/host_tcp_tx.h"
#include "host-sw/stack/seq.h"
#include "host-sw/transfer/nic_places.h"
#include "host-sw/transfer/transfer.h"

#include <assert.h>

void termination_settle(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    assert(entry->state == DIR_CLOSING);
    if (entry->pending > 0)
        return;
    if (!PLANTED(ring_leaked))
        sw->bus.ops->mem_free(sw->bus.self, entry->rx_ring, sw->params.ring_bytes);
    sw->bus.ops->mem_free(sw->bus.self, entry->tx_ring, sw->params.ring_bytes);
    nic_bus_lock(sw->bus, HOST_LOCK_DIRECTORY);
    directory_release(&sw->dir, entry->conn, server_now(sw));
    nic_bus_unlock(sw->bus, HOST_LOCK_DIRECTORY);
    conn_emit(sw, entry, entry->owner,
              (struct probe_event){.kind = PROBE_DIR_STATE, .dir.state = DIR_FREE});
}

void termination_examine_held(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct dir_frame frame;
    while (hold_take(&sw->hold, entry, &frame)) {
        sw->upcalls->examine(sw, &frame, NULL);
        buffer_pool_unref(&sw->pool, frame.buffer);
    }
}

/* Removes the tuple from the directory. The id becomes free only when all commands about the connection have completed.
 */
static void unlist(struct host_sw *sw, struct dir_entry *entry, enum dir_state shown,
                   enum nic_term_cause cause)
{
    assert(dir_entry_is_sane(entry));
    struct dir_view last;
    directory_view(&sw->dir, entry->row, &last);
    last.state = shown;
    last.closed_ps = server_now(sw);
    last.cause = cause;
    bool frames_issued = entry->transfer.at_nics.installing;
    opening_done(sw, entry);
    if (entry->resolving)
        sw->openings.resolving--;
    entry->resolving = false;
    assert(entry->state != DIR_INACTIVE); /* a resting connection is brought back before it ends */
    transfer_on_conn_ended(sw, entry);
    nic_places_on_ended(sw, entry);
    nic_bus_lock(sw->bus, HOST_LOCK_DIRECTORY);
    directory_unlist(&sw->dir, entry->conn, &last);
    nic_bus_unlock(sw->bus, HOST_LOCK_DIRECTORY);
    conn_emit(
        sw, entry, entry->owner,
        (struct probe_event){.kind = PROBE_DIR_STATE,
                             .dir.state = shown == DIR_TIME_WAIT ? DIR_TIME_WAIT : DIR_CLOSING});
    /* The held frames stay in host memory until INSTALL has completed, because the NIC may read them. */
    if (!frames_issued)
        termination_examine_held(sw, entry);
    termination_settle(sw, entry);
}

/* Returns true if the host has to reset the peer. No NIC has done so, because the context from which it would build a
 * reset is lost. */
static bool needs_reset(enum nic_term_cause cause)
{
    return cause == NIC_TERM_ENGINE_ERROR || cause == NIC_TERM_CTX_ERROR;
}

static void notify(struct host_sw *sw, struct dir_entry *entry, enum nic_term_cause cause)
{
    assert(dir_entry_is_sane(entry));
    if (needs_reset(cause) && !PLANTED(claim_peers_not_reset))
        farewell_begin(sw, entry);
    sw->stats.connects_failed += entry->active && !entry->announced;
    app_calls_make(sw, entry);
    if (cause != NIC_TERM_NONE) {
        sw->stats.terminated_prematurely++;
        conn_emit(sw, entry, entry->owner,
                  (struct probe_event){.kind = PROBE_APP_NOTICE, .ended.cause = cause});
    } else {
        sw->stats.closed++;
    }
    if (!sw->app.ops->on_closed || PLANTED(end_not_notified) ||
        (cause != NIC_TERM_NONE && PLANTED(claim_no_notice)))
        return;
    server_charge(sw, CPU_COST_APP_CALL, 1);
    sw->app.called = true;
    if (PLANTED(cause_is_wrong))
        cause = NIC_TERM_KEEPALIVE;
    sw->app.ops->on_closed(sw->app.self, entry->conn, entry->cookie, cause);
}

/* Returns the entry that an end event belongs to, or null. Only an event of the current generation ends the connection.
 * The source of a move has that generation until the image is given to the destination. */
static struct dir_entry *match_end(struct host_sw *sw, const struct nic_event *event)
{
    struct dir_entry *entry = directory_match(&sw->dir, event->conn, event->gen);
    if (entry && event->gen == entry->gen)
        return entry;
    /* After ABORT the completion has already ended the connection, so the event that follows is expected. */
    if (event->kind != NIC_EVENT_TERMINATED || event->detail != NIC_TERM_LOCAL_ABORT)
        sw->stats.stale_events++;
    return NULL;
}

void termination_on_terminated(struct host_sw *sw, const struct nic_event *event)
{
    struct dir_entry *entry = match_end(sw, event);
    if (!entry)
        return;
    enum nic_term_cause cause = (enum nic_term_cause)event->detail;
    if (cause == NIC_TERM_NONE)
        cause = NIC_TERM_ENGINE_ERROR;
    notify(sw, entry, cause);
    unlist(sw, entry, DIR_FREE, cause);
}

/* Takes over the last counters of the connection, which may be newer than those of the last record. */
static void fold_end(struct dir_entry *entry, const struct nic_event *event)
{
    assert(dir_entry_is_sane(entry));
    uint32_t acked = host_seq_lt(entry->tx_prod, event->a) ? entry->tx_prod : event->a;
    if (host_seq_lt(entry->snd_una, acked)) {
        entry->tx_bytes += acked - entry->snd_una;
        entry->snd_una = acked;
    }
}

void termination_on_closed(struct host_sw *sw, const struct nic_event *event)
{
    struct dir_entry *entry = match_end(sw, event);
    if (!entry)
        return;
    fold_end(entry, event);
    bool waits = event->detail == TCP_TIME_WAIT;
    struct time_wait waiting = {.key = entry->key,
                                .snd_nxt = event->a,
                                .rcv_nxt = event->b,
                                .ts_recent = event->ts_recent,
                                .ts_offset = event->ts_offset,
                                .features = event->features,
                                .row = entry->row};
    if (waits) {
        sw->stats.time_waits++;
        time_wait_add(&sw->stack.time_waits, &waiting, server_now(sw));
    }
    notify(sw, entry, NIC_TERM_NONE);
    unlist(sw, entry, waits ? DIR_TIME_WAIT : DIR_FREE, NIC_TERM_NONE);
}

void termination_on_abort_done(struct host_sw *sw, struct dir_entry *entry,
                               const struct nic_event *event)
{
    assert(dir_entry_is_sane(entry));
    if (event->result != NIC_RESULT_OK)
        return; /* the connection had already ended, and its end event tells the application */
    notify(sw, entry, NIC_TERM_LOCAL_ABORT);
    unlist(sw, entry, DIR_FREE, NIC_TERM_LOCAL_ABORT);
}

void termination_give_up(struct host_sw *sw, struct dir_entry *entry, enum nic_term_cause cause)
{
    assert(dir_entry_is_sane(entry));
    assert(cause != NIC_TERM_NONE);
    entry->given_up = true;
    notify(sw, entry, cause);
    unlist(sw, entry, DIR_FREE, cause);
}

/* Abandons the commands of the dead NIC, which never complete, and drops the frames that it was given. */
static void abandon_commands(struct host_sw *sw, unsigned nic)
{
    struct nic_request request;
    while (nic_driver_abandon(&sw->nics[nic], &request)) {
        if (request.conn >= sw->dir.conn_max)
            continue;
        struct dir_entry *entry = &sw->dir.entries[request.conn];
        assert(entry->pending > 0);
        entry->pending--;
        if (request.op == NIC_CMD_TX_FRAME)
            host_tcp_on_sent(&sw->tcp, request.conn);
        /* The frames are still with the host while an INSTALL is only granted. */
        const struct transfer_at_nics *at_nics = &entry->transfer.at_nics;
        if (request.op == NIC_CMD_INSTALL && !(at_nics->granted && !at_nics->installing))
            hold_drop_first(&sw->hold, entry, entry->held_count);
        if (entry->state == DIR_CLOSING)
            termination_settle(sw, entry);
    }
    struct dir_frame frame = {.port = (uint8_t)nic};
    while (buffer_pool_return_of_nic(&sw->pool, nic, &frame.frame_id, &frame.buffer)) {
        fate_drop(sw, &frame, PROBE_NO_CONN, DROP_NIC_LOST);
        buffer_pool_unref(&sw->pool, frame.buffer);
    }
}

void termination_of_nic(struct host_sw *sw, unsigned nic, const struct move_trigger *rebuild)
{
    assert(!sw->nics[nic].up);
    abandon_commands(sw, nic);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        struct dir_entry *entry = &sw->dir.entries[conn];
        bool lost = transfer_on_nic_lost(sw, entry, nic);
        if (lost && rebuild)
            transfer_begin_rebuild(sw, entry, nic, rebuild);
        else if (lost)
            termination_give_up(sw, entry, NIC_TERM_ENGINE_ERROR);
        else if (entry->state == DIR_INACTIVE && entry->owner == nic && !PLANTED(rests_with_dead))
            entry->owner = (uint8_t)team_other(nic);
    }
}

/* Marks the row of the report as free and tells observers that TIME_WAIT is over. */
static void time_wait_over(struct host_sw *sw, const struct time_wait *waiting, bool reopened)
{
    if (!PLANTED(time_wait_row_leaked))
        sw->dir.rows[waiting->row].view.state = DIR_FREE;
    conn_emit(sw, NULL, PLACE_HOST,
              (struct probe_event){.kind = PROBE_TIME_WAIT_OVER,
                                   .over.is_reopened = reopened,
                                   .over.key = &waiting->key});
}

void termination_forget_time_wait(struct host_sw *sw, struct time_wait *waiting)
{
    time_wait_over(sw, waiting, true);
    time_wait_remove(&sw->stack.time_waits, waiting);
}

void termination_expire_time_waits(struct host_sw *sw, uint64_t now_ps)
{
    struct time_wait expired;
    while (time_wait_expire(&sw->stack.time_waits, now_ps, &expired))
        time_wait_over(sw, &expired, false);
}
