/* ICMP errors about the team's connections. The host finds the connection, no matter on which port the error arrived
 * . The place that has the context decides whether the error is valid and acts on it (RFC 9293 3.9.2.2). */
#include "host-sw/dispatch/icmp.h"

#include "host-sw/conn/app_calls.h"
#include "host-sw/conn/conn.h"
#include "host-sw/life/idle.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"

#include "host-sw/stack/answer.h"
#include "host-sw/stack/seq.h"

#include <assert.h>

static void count(struct host_sw_stats *stats, enum icmp_kind kind)
{
    if (kind == ICMP_UNREACHABLE)
        stats->icmp_unreachable++;
    else if (kind == ICMP_TOO_BIG)
        stats->icmp_too_big++;
    else if (kind == ICMP_TIME_EXCEEDED)
        stats->icmp_time_exceeded++;
    else
        stats->icmp_parameter_problem++;
}

/* Finds the NIC that has the context, or will have it before it executes a command that is issued now. Returns false if
 * there is none. */
static bool nic_with_context(const struct dir_entry *entry, unsigned *nic)
{
    assert(dir_entry_is_sane(entry));
    switch ((enum dir_state)entry->state) {
    case DIR_ACTIVE:
        *nic = entry->owner;
        return entry->owner < NIC_COUNT;
    case DIR_OPENING: /* while the peer's MAC address is not resolved, no NIC has the context */
        *nic = entry->transfer.dest;
        return !entry->resolving;
    case DIR_INSTALLING:
        *nic = entry->transfer.dest; /* the NIC executes the command after INSTALL */
        return true;
    case DIR_FREEZING: /* the error may be lost; the next segment that is too large causes it again */
    case DIR_INACTIVE: /* icmp_on_error() brings the connection back if the segment may be in flight */
    case DIR_FREE:
    case DIR_CLOSING:
    case DIR_TIME_WAIT:
    case DIR_STATE_COUNT:
        break;
    }
    return false;
}

/* Returns true if a segment that begins at seq may be in flight. */
static bool is_in_flight(const struct dir_entry *entry, uint32_t seq)
{
    assert(dir_entry_is_sane(entry));
    uint32_t end = entry->tx_prod + (entry->fin_wanted ? 1 : 0);
    return !host_seq_lt(seq, entry->snd_una) && host_seq_lt(seq, end);
}

void icmp_on_error(struct host_sw *sw, const struct answer_result *error)
{
    unsigned nic;
    count(&sw->stats, error->error);
    uint32_t conn = error->has_key ? directory_find(&sw->dir, &error->key) : DIR_NONE;
    if (conn == DIR_NONE)
        return;
    struct dir_entry *entry = &sw->dir.entries[conn];
    sw->stats.icmp_errors_of_connections++;
    if (entry->state == DIR_INACTIVE && error->has_seq && is_in_flight(entry, error->seq)) {
        struct move_trigger why = transfer_called(sw);
        idle_reactivate(sw, entry, entry->owner, &why);
    }
    if (error->has_seq && host_tcp_has(&sw->tcp, conn)) {
        struct tcp_icmp icmp = {error->notice, error->is_hard, error->seq, error->mtu};
        sw->stats.icmp_ignored += !host_tcp_icmp(&sw->tcp, conn, &icmp);
        return;
    }
    if (!error->has_seq || !nic_with_context(entry, &nic)) {
        sw->stats.icmp_ignored++;
        return;
    }
    struct nic_cmd cmd = {.op = NIC_CMD_ICMP,
                          .gen = entry->gen,
                          .flags = error->is_hard ? NIC_CMD_FLAG_HARD : 0,
                          .notice = error->notice,
                          .count = error->mtu,
                          .tx_prod = error->seq};
    conn_command(sw, entry, nic, cmd, 0);
}

/* Counts an error that the NIC has ignored. If the error has ended the connection, an end event follows. */
void icmp_on_done(struct host_sw *sw, const struct nic_event *event)
{
    sw->stats.icmp_ignored += event->result != NIC_RESULT_OK;
}

void icmp_on_notice(struct host_sw *sw, const struct nic_event *event)
{
    struct dir_entry *entry = directory_match(&sw->dir, event->conn, event->gen);
    if (!entry) {
        sw->stats.stale_events++;
        return;
    }
    sw->stats.notices++;
    if (!entry->announced || !sw->app.ops->on_notice)
        return;
    app_calls_make(sw, entry); /* the calls that are still noted come before the notice */
    server_charge(sw, CPU_COST_APP_CALL, 1);
    sw->app.called = true;
    sw->app.ops->on_notice(sw->app.self, event->conn, entry->cookie,
                           (enum nic_notice)event->detail);
}
