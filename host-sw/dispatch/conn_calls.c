/* The calls of the application on its connections, as the team's program does them. */
#include "host-sw/dispatch/conn_calls.h"

#include "host-sw/conn/app_calls.h"
#include "host-sw/conn/conn.h"
#include "host-sw/life/connecting.h"
#include "host-sw/life/opening.h"
#include "host-sw/server/server.h"
#include "host-sw/stack/seq.h"
#include "models/base/planted.h"

#include <assert.h>
#include <string.h>

static struct dir_entry *live_entry(const struct host_sw *sw, uint32_t conn)
{
    assert(conn < sw->dir.conn_max);
    struct dir_entry *entry = &sw->dir.entries[conn];
    assert(entry->state != DIR_FREE);
    return entry;
}

static uint32_t conn_readable(const struct host_sw *sw, uint32_t conn)
{
    const struct dir_entry *entry = live_entry(sw, conn);
    return dir_entry_rx_end(entry) - entry->rx_consumed;
}

static uint32_t ring_offset(const struct host_sw *sw, uint32_t seq)
{
    return seq & (sw->params.ring_bytes - 1);
}

/* Gives back the ring pages that this read has finished with. The owner writes into a page again only after the read
 * position was announced to it. A page of which a part was announced may already hold newer bytes, so it is kept. */
static void give_back(struct host_sw *sw, const struct dir_entry *entry, uint32_t len)
{
    assert(dir_entry_is_sane(entry));
    uint32_t from = entry->rx_consumed - entry->rx_consumed % BUS_PAGE_BYTES;
    uint32_t end = entry->rx_consumed + len - (entry->rx_consumed + len) % BUS_PAGE_BYTES;
    if (host_seq_lt(from, entry->rung_rx))
        from += BUS_PAGE_BYTES;
    while (host_seq_lt(from, end)) {
        uint32_t at = ring_offset(sw, from);
        uint32_t part = u32_min(end - from, sw->params.ring_bytes - at);
        sw->bus.ops->mem_discard(sw->bus.self, entry->rx_ring + at, part);
        from += part;
    }
}

static uint32_t conn_read(struct host_sw *sw, uint32_t conn, void *buffer, uint32_t len)
{
    struct dir_entry *entry = live_entry(sw, conn);
    len = u32_min(len, conn_readable(sw, conn));
    if (len == 0)
        return 0;
    uint32_t at = ring_offset(sw, entry->rx_consumed);
    uint32_t first = u32_min(len, sw->params.ring_bytes - at);
    struct nic_bus bus = sw->bus;
    memcpy(buffer, bus.ops->mem_read(bus.self, entry->rx_ring + at, first), first);
    if (first < len)
        memcpy((uint8_t *)buffer + first, bus.ops->mem_read(bus.self, entry->rx_ring, len - first),
               len - first);
    give_back(sw, entry, len);
    sw->app.work += len;
    server_charge(sw, CPU_COST_COPY_64, ceil_div(len, 64));
    struct probe_event event = {.now_ps = server_now(sw),
                                .app_rx.offset = entry->rx_bytes,
                                .app_rx.bytes = buffer,
                                .app_rx.len = len,
                                .conn = conn,
                                .gen = entry->gen,
                                .nic = entry->rx_if,
                                .kind = PROBE_APP_RX};
    probe_emit(sw->probe, &event);
    entry->rx_consumed += len - (PLANTED(byte_read_again) && len > 1);
    entry->rx_bytes += len + PLANTED(read_count_skips);
    conn_touch(sw, entry);
    return len;
}

static void conn_view(const struct host_sw *sw, uint32_t conn, struct dir_view *view)
{
    directory_view(&sw->dir, live_entry(sw, conn)->row, view);
}

static enum tcp_state conn_tcp_state(const struct host_sw *sw, uint32_t conn)
{
    return (enum tcp_state)live_entry(sw, conn)->tcp_state;
}

static uint32_t conn_unacked(const struct host_sw *sw, uint32_t conn)
{
    const struct dir_entry *entry = live_entry(sw, conn);
    return entry->tx_prod - entry->snd_una;
}

static uint32_t conn_writable(const struct host_sw *sw, uint32_t conn)
{
    const struct dir_entry *entry = live_entry(sw, conn);
    if (entry->fin_wanted || entry->abort_wanted || entry->state == DIR_CLOSING)
        return 0;
    bool overruns = PLANTED(ring_overrun) ||
                    (PLANTED(ring_overrun_late) && entry->tx_bytes > sw->params.ring_bytes);
    uint32_t more = overruns ? BUS_PAGE_BYTES : 0;
    return sw->params.ring_bytes - (entry->tx_prod - entry->snd_una) + more;
}

static uint32_t conn_write(struct host_sw *sw, uint32_t conn, const void *bytes, uint32_t len)
{
    struct dir_entry *entry = live_entry(sw, conn);
    len = u32_min(len, conn_writable(sw, conn));
    if (len == 0)
        return 0;
    uint32_t at = ring_offset(sw, entry->tx_prod);
    uint32_t first = u32_min(len, sw->params.ring_bytes - at);
    struct nic_bus bus = sw->bus;
    bus.ops->mem_write(bus.self, entry->tx_ring + at, bytes, first);
    if (first < len)
        bus.ops->mem_write(bus.self, entry->tx_ring, (const uint8_t *)bytes + first, len - first);
    sw->app.work += len;
    server_charge(sw, CPU_COST_COPY_64, ceil_div(len, 64));
    struct probe_event event = {.now_ps = server_now(sw),
                                .payload.seq = entry->tx_prod,
                                .payload.bytes = len,
                                .conn = conn,
                                .gen = entry->gen,
                                .nic = entry->owner,
                                .kind = PROBE_APP_TX};
    probe_emit(sw->probe, &event);
    entry->tx_prod += len;
    conn_touch(sw, entry);
    return len;
}

static void conn_close(struct host_sw *sw, uint32_t conn)
{
    struct dir_entry *entry = live_entry(sw, conn);
    if (!entry->fin_wanted)
        conn_emit(sw, entry, entry->owner,
                  (struct probe_event){.kind = PROBE_APP_SHUT, .payload.seq = entry->tx_prod});
    entry->fin_wanted = true;
    conn_touch(sw, entry);
}

/* The options go to the owner when the connection is active. Before that the owner cannot send. */
static void conn_set(struct host_sw *sw, uint32_t conn, const struct app_accept *options)
{
    struct dir_entry *entry = live_entry(sw, conn);
    entry->options = opening_options(options);
    entry->options_new = true;
    entry->keepalive = options->keepalive;
    conn_touch(sw, entry);
}

static void conn_abort(struct host_sw *sw, uint32_t conn)
{
    struct dir_entry *entry = live_entry(sw, conn);
    entry->abort_wanted = true;
    conn_touch(sw, entry);
}

static int conn_connect(struct host_sw *sw, const struct host_connect *request, uint32_t *conn)
{
    return connecting_open(sw, request, conn);
}

const struct program_conn_ops team_conn_ops = {.readable = conn_readable,
                                               .read = conn_read,
                                               .unacked = conn_unacked,
                                               .writable = conn_writable,
                                               .write = conn_write,
                                               .close = conn_close,
                                               .set = conn_set,
                                               .connect = conn_connect,
                                               .abort = conn_abort,
                                               .view = conn_view,
                                               .tcp_state = conn_tcp_state};
