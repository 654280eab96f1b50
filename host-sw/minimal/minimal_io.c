#include "host-sw/minimal/minimal_io.h"

#include "host-sw/minimal/minimal_conn.h"
#include "host-sw/minimal/minimal_report.h"
#include "models/tcp/seq.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum { WINDOW_FRACTION = 4 }; /* the NIC is told when a quarter of the ring was read (section 7) */

static struct minimal *of(const struct host_sw *sw) { return (void *)(uintptr_t)sw; }

static struct minimal_conn *conn_of(const struct host_sw *sw, uint32_t conn)
{
    assert(conn < of(sw)->conn_count);
    return &of(sw)->conns[conn];
}

void minimal_touch(struct minimal *m, struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    if (!c->dirty)
        m->dirty[m->dirty_count++] = minimal_id(m, c);
    c->dirty = true;
}

/* --- progress that records report (section 5) --- */

static void call(struct minimal *m, const struct minimal_conn *c,
                 void (*fn)(void *, uint32_t, uint32_t))
{
    assert(minimal_conn_is_sane(c));
    if (!fn)
        return;
    minimal_charge(m, CPU_COST_APP_CALL, 1);
    m->app_called = true;
    fn(m->app_self, minimal_id(m, c), c->view.cookie);
}

void minimal_on_progress(struct minimal *m, struct minimal_conn *c, const struct nic_record *record)
{
    assert(minimal_conn_is_sane(c));
    if (record->tcp_state == TCP_CLOSED && record->verdict != NIC_VERDICT_APPLIED)
        return; /* its counters are not valid */
    c->tcp_state = record->tcp_state;
    c->applied |= record->verdict == NIC_VERDICT_APPLIED && record->gen == c->view.gen;
    bool more_rx = seq_lt(c->rcv_nxt, record->rcv_nxt);
    if (more_rx)
        c->rcv_nxt = record->rcv_nxt;
    bool fin = (record->flags & NIC_RECORD_PEER_FIN) != 0 && !c->peer_fin;
    c->peer_fin |= fin;
    uint32_t acked = seq_lt(c->tx_prod, record->snd_una) ? c->tx_prod : record->snd_una;
    bool more_tx = seq_lt(c->snd_una, acked);
    if (more_tx) {
        c->view.tx_bytes += acked - c->snd_una;
        c->snd_una = acked;
    }
    if ((record->flags & NIC_RECORD_ESTABLISHED) != 0 && !c->established) {
        c->established = true;
        m->stats.conns_max = u32_max(m->stats.conns_max, ++m->established_count);
        call(m, c, m->app->on_established);
    }
    if (!c->established)
        return;
    if ((record->flags & NIC_RECORD_URGENT) != 0)
        call(m, c, m->app->on_urgent);
    if (more_rx)
        call(m, c, m->app->on_readable);
    if (more_tx)
        call(m, c, m->app->on_writable);
    if (fin)
        call(m, c, m->app->on_peer_fin);
}

/* --- the application's calls --- */

static uint32_t readable(const struct host_sw *sw, uint32_t conn)
{
    const struct minimal_conn *c = conn_of(sw, conn);
    return c->rcv_nxt - c->peer_fin - c->rx_consumed;
}

static uint32_t read_bytes(struct host_sw *sw, uint32_t conn, void *buffer, uint32_t len)
{
    struct minimal *m = of(sw);
    struct minimal_conn *c = conn_of(sw, conn);
    len = u32_min(len, readable(sw, conn));
    uint32_t at = c->rx_consumed & (m->params.ring_bytes - 1);
    uint32_t first = u32_min(len, m->params.ring_bytes - at);
    if (len == 0)
        return 0;
    memcpy(buffer, m->bus.ops->mem_read(m->bus.self, c->rx_ring + at, first), first);
    if (first < len)
        memcpy((uint8_t *)buffer + first,
               m->bus.ops->mem_read(m->bus.self, c->rx_ring, len - first), len - first);
    minimal_charge(m, CPU_COST_COPY_64, ceil_div(len, 64));
    minimal_emit(m, c, c->view.rx_if,
                 (struct probe_event){.kind = PROBE_APP_RX,
                                      .app_rx.offset = c->view.rx_bytes,
                                      .app_rx.bytes = buffer,
                                      .app_rx.len = len});
    c->rx_consumed += len;
    c->view.rx_bytes += len;
    minimal_touch(m, c);
    return len;
}

static uint32_t unacked(const struct host_sw *sw, uint32_t conn)
{
    const struct minimal_conn *c = conn_of(sw, conn);
    return c->tx_prod - c->snd_una;
}

static uint32_t writable(const struct host_sw *sw, uint32_t conn)
{
    const struct minimal_conn *c = conn_of(sw, conn);
    if (c->ended || c->fin_wanted || c->abort_wanted)
        return 0;
    return of(sw)->params.ring_bytes - unacked(sw, conn);
}

static uint32_t write_bytes(struct host_sw *sw, uint32_t conn, const void *bytes, uint32_t len)
{
    struct minimal *m = of(sw);
    struct minimal_conn *c = conn_of(sw, conn);
    len = u32_min(len, writable(sw, conn));
    uint32_t at = c->tx_prod & (m->params.ring_bytes - 1);
    uint32_t first = u32_min(len, m->params.ring_bytes - at);
    if (len == 0)
        return 0;
    m->bus.ops->mem_write(m->bus.self, c->tx_ring + at, bytes, first);
    if (first < len)
        m->bus.ops->mem_write(m->bus.self, c->tx_ring, (const uint8_t *)bytes + first, len - first);
    minimal_charge(m, CPU_COST_COPY_64, ceil_div(len, 64));
    minimal_emit(
        m, c, c->view.owner,
        (struct probe_event){.kind = PROBE_APP_TX, .payload = {.seq = c->tx_prod, .bytes = len}});
    c->tx_prod += len;
    minimal_touch(m, c);
    return len;
}

static void close_conn(struct host_sw *sw, uint32_t conn)
{
    struct minimal_conn *c = conn_of(sw, conn);
    if (!c->fin_wanted)
        minimal_emit(of(sw), c, c->view.owner,
                     (struct probe_event){.kind = PROBE_APP_SHUT, .payload.seq = c->tx_prod});
    c->fin_wanted = true;
    minimal_touch(of(sw), c);
}

/* The program cannot change options during a connection. */
static void set_options(struct host_sw *sw, uint32_t conn, const struct app_accept *options)
{
    (void)sw, (void)conn, (void)options;
}

static int connect_to(struct host_sw *sw, const struct host_connect *request, uint32_t *conn)
{
    (void)sw, (void)request, (void)conn;
    return -EOPNOTSUPP;
}

static void abort_conn(struct host_sw *sw, uint32_t conn)
{
    struct minimal_conn *c = conn_of(sw, conn);
    c->abort_wanted = true;
    minimal_touch(of(sw), c);
}

static void view_conn(const struct host_sw *sw, uint32_t conn, struct dir_view *view)
{
    *view = conn_of(sw, conn)->view;
}

static enum tcp_state tcp_state_of(const struct host_sw *sw, uint32_t conn)
{
    return (enum tcp_state)conn_of(sw, conn)->tcp_state;
}

const struct program_conn_ops minimal_conn_ops = {.readable = readable,
                                                  .read = read_bytes,
                                                  .unacked = unacked,
                                                  .writable = writable,
                                                  .write = write_bytes,
                                                  .close = close_conn,
                                                  .set = set_options,
                                                  .connect = connect_to,
                                                  .abort = abort_conn,
                                                  .view = view_conn,
                                                  .tcp_state = tcp_state_of};

/* --- doorbells (section 7) --- */

static void ring(struct minimal *m, const struct minimal_conn *c, enum nic_doorbell_kind kind,
                 uint32_t value)
{
    assert(minimal_conn_is_sane(c));
    struct nic_doorbell doorbell = {
        .conn = minimal_id(m, c), .gen = c->view.gen, .kind = (uint8_t)kind, .value = value};
    minimal_nic_doorbell(&m->nics[c->view.owner], &doorbell);
}

static void flush_conn(struct minimal *m, struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    if (c->view.state != DIR_ACTIVE)
        return; /* INSTALL carries the values, or the connection has ended */
    if (c->abort_wanted) {
        if (!c->abort_sent)
            minimal_command(m, c, c->view.owner, (struct nic_cmd){.op = NIC_CMD_ABORT});
        c->abort_sent = true;
        return;
    }
    if (c->rx_consumed - c->rung_rx >= m->params.ring_bytes / WINDOW_FRACTION) {
        ring(m, c, NIC_DOORBELL_RX, c->rx_consumed);
        c->rung_rx = c->rx_consumed;
    }
    if (c->fin_wanted && !c->rung_fin)
        ring(m, c, NIC_DOORBELL_FIN, c->tx_prod);
    else if (c->tx_prod != c->rung_tx)
        ring(m, c, NIC_DOORBELL_TX, c->tx_prod);
    c->rung_fin = c->fin_wanted;
    c->rung_tx = c->tx_prod;
}

void minimal_flush_conns(struct minimal *m)
{
    for (uint32_t i = 0; i < m->dirty_count; i++) {
        struct minimal_conn *c = &m->conns[m->dirty[i]];
        c->dirty = false;
        flush_conn(m, c);
    }
    m->dirty_count = 0;
}
