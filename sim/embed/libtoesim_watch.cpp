// The information that libtoesim gives about frames and connections. It comes from the probe.
#include "sim/embed/libtoesim.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace
{
constexpr uint32_t no_row = UINT32_MAX;

constexpr uint64_t bit(probe_kind kind) { return UINT64_C(1) << kind; }

void decide(toesim_watch &watch, const probe_event &event, uint8_t verdict, const char *reason)
{
    watch.fate.verdict = verdict;
    watch.fate.nic = event.nic;
    std::snprintf(watch.fate.reason, sizeof watch.fate.reason, "%s", reason);
}
} // namespace

void toesim_watch::put(uint64_t id)
{
    frame_id = id;
    fate = {};
}

void toesim_watch::listen(probe *probe, uint32_t conn_max)
{
    row_of.assign(conn_max, no_row);
    probe_add(probe, {[](void *self, const probe_event *event) {
                          static_cast<toesim_watch *>(self)->on_event(*event);
                      },
                      this,
                      bit(PROBE_RX_VERDICT) | bit(PROBE_FRAME_DROPPED) | bit(PROBE_FRAME_ANSWERED) |
                          bit(PROBE_MOVE_BEGIN) | bit(PROBE_MOVE_END) | bit(PROBE_CONN_OPEN) |
                          bit(PROBE_CTX_IN) | bit(PROBE_CTX_WRITTEN)});
}

// The directory's newest row belongs to the connection that was just admitted.
void toesim_watch::on_open(const probe_event &event)
{
    size_t count = host_sw_conn_rows(host);
    if (event.conn >= row_of.size() || count == 0)
        return;
    rows.resize(count);
    row_of[event.conn] = static_cast<uint32_t>(count - 1);
}

void toesim_watch::on_context(uint32_t conn, const conn_ctx &context)
{
    if (conn >= row_of.size() || row_of[conn] == no_row)
        return;
    connection &row = rows[row_of[conn]];
    row.has_context = true;
    row.state = context.tcp_state;
    row.flags = context.flags;
    row.snd_una = context.snd_una;
    row.snd_nxt = context.snd_nxt;
    row.rcv_nxt = context.rcv_nxt;
    row.snd_wnd = context.snd_wnd;
    row.cwnd = context.cwnd;
    row.ssthresh = context.ssthresh;
    row.rto_us = context.rto;
    row.srtt_us = context.srtt / 8;
    row.mss = context.mss;
    if (!row.has_irs && context.tcp_state >= TCP_SYN_RCVD) {
        // In the first state in which the peer's number is known, only its SYN has been received.
        row.has_irs = true;
        row.irs = context.rcv_nxt - 1;
    }
}

void toesim_watch::on_event(const probe_event &event)
{
    switch (static_cast<probe_kind>(event.kind)) {
    case PROBE_RX_VERDICT:
        if (event.frame.id == frame_id && event.verdict.verdict == NIC_VERDICT_APPLIED)
            decide(*this, event, TOESIM_APPLIED, "");
        break;
    case PROBE_FRAME_DROPPED:
        if (event.frame.id == frame_id)
            decide(*this, event, TOESIM_DROPPED,
                   drop_reason_key(static_cast<drop_reason>(event.drop.reason)));
        break;
    case PROBE_FRAME_ANSWERED:
        if (event.frame.id == frame_id)
            decide(*this, event, TOESIM_ANSWERED, "");
        break;
    case PROBE_MOVE_BEGIN:
        moves_begun++;
        break;
    case PROBE_MOVE_END:
        moves_ended++;
        break;
    case PROBE_CONN_OPEN:
        on_open(event);
        break;
    case PROBE_CTX_IN:
    case PROBE_CTX_WRITTEN:
        on_context(event.conn, *static_cast<const conn_ctx *>(event.context.image));
        break;
    default:
        break;
    }
}

void toesim_frame_fate(struct toesim *sim, struct toesim_fate *fate)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    *fate = sim->watch.fate;
}

uint32_t toesim_moves_pending(struct toesim *sim)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    return sim->watch.moves_begun - sim->watch.moves_ended;
}

size_t toesim_connection_count(struct toesim *sim)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    return host_sw_conn_rows(sim->watch.host);
}

int toesim_connection_get(struct toesim *sim, size_t index, struct toesim_connection *out)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    if (index >= host_sw_conn_rows(sim->watch.host))
        return toesim_fail(ENOENT, "no connection %zu", index);
    dir_view view;
    host_sw_conn_row(sim->watch.host, index, &view);
    *out = {};
    out->cause = static_cast<uint8_t>(view.cause);
    out->owner = view.owner;
    out->rx_nic = view.rx_if;
    out->moves = view.moves;
    if (view.state == DIR_TIME_WAIT)
        out->end = TOESIM_TIME_WAIT;
    else if (view.state == DIR_FREE || view.state == DIR_CLOSING)
        out->end = view.cause == NIC_TERM_NONE ? TOESIM_CLOSED : TOESIM_TERMINATED;
    if (index >= sim->watch.rows.size() || !sim->watch.rows[index].has_context)
        return 0;
    const toesim_watch::connection &row = sim->watch.rows[index];
    out->state = row.state;
    if (row.has_irs)
        out->received_bytes = row.rcv_nxt - row.irs - 1 - ((row.flags & CTX_FLAG_PEER_FIN) ? 1 : 0);
    out->snd_una = row.snd_una;
    out->snd_nxt = row.snd_nxt;
    out->rcv_nxt = row.rcv_nxt;
    out->snd_wnd = row.snd_wnd;
    out->cwnd = row.cwnd;
    out->ssthresh = row.ssthresh;
    out->rto_us = row.rto_us;
    out->srtt_us = row.srtt_us;
    out->mss = row.mss;
    return 0;
}
