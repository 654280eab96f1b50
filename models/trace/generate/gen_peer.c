/*
 * The generator as a stage. The clients are in an array, and a heap holds their deadlines. A heap entry may be earlier than
 * the real deadline, because it is not moved at every segment. The client then runs without effect and the entry is
 * corrected.
 */
#include "models/trace/generate/gen_peer.h"

#include "models/trace/generate/gen_peer_pvt.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_FIRST = 32768, PORTS_PER_ADDRESS = 16384, GEN_TTL = 64 };

#define ADDRESS_FIRST_V4 UINT32_C(0x0a010001) /* 10.1.0.1 */

void gen_params_default(struct gen_params *params)
{
    *params = (struct gen_params){
        .direction = GEN_DOWNLOAD,
        .connections = 1,
        .bytes_total = 1 << 20,
        .open_interval_ps = 10 * PS_PER_US,
        .hold_ps = PS_PER_S,
        .requests = {.count = 100,
                     .interval_ps = 100 * PS_PER_US,
                     .bytes = 100,
                     .response_bytes = 1024},
        .ip_version = 4,
        .vlan = VLAN_NONE,
        .port = 19,
        .ring_bytes = 512 * 1024,
        .seed = 1,
        .stall_ps = 60 * PS_PER_S,
    };
    tcp_params_default(&params->tcp);
}

static struct tcp_now tcp_now_of(uint64_t now_ps)
{
    return (struct tcp_now){us_ticks(now_ps), ms_ticks(now_ps)};
}

/* --- addresses --- */

static void client_address(const struct gen_peer *peer, uint32_t index, uint8_t addr[16])
{
    uint32_t n = index / PORTS_PER_ADDRESS;
    if (peer->params.ip_version == 4) {
        ip_addr_from_v4(addr, ADDRESS_FIRST_V4 + n);
        return;
    }
    static const uint8_t prefix[16] = {0xfd, 0, 0, 1}; /* fd00:1::/32 */
    memcpy(addr, prefix, sizeof prefix);
    addr[14] = (uint8_t)((n + 1) >> 8);
    addr[15] = (uint8_t)(n + 1);
}

static uint16_t client_port(uint32_t index)
{
    return (uint16_t)(PORT_FIRST + index % PORTS_PER_ADDRESS);
}

uint32_t gen_peer_find(const struct gen_peer *peer, const struct flow_key *key)
{
    if (key->ip_version != peer->params.ip_version || key->lport != peer->params.port ||
        key->vlan != peer->params.vlan || key->rport < PORT_FIRST ||
        key->rport >= PORT_FIRST + PORTS_PER_ADDRESS)
        return UINT32_MAX;
    uint32_t n = key->ip_version == 4 ? ip_addr_to_v4(key->raddr) - ADDRESS_FIRST_V4
                                      : (uint32_t)(key->raddr[14] << 8 | key->raddr[15]) - 1;
    uint64_t index = (uint64_t)n * PORTS_PER_ADDRESS + key->rport - PORT_FIRST;
    if (index >= peer->params.connections)
        return UINT32_MAX;
    uint8_t addr[16];
    client_address(peer, (uint32_t)index, addr);
    return memcmp(addr, key->raddr, sizeof addr) == 0 ? (uint32_t)index : UINT32_MAX;
}

/* Makes the tuple of a connection as the server sees it. */
static void server_key(const struct gen_peer *peer, uint32_t index, struct flow_key *key)
{
    *key = (struct flow_key){.lport = peer->params.port,
                             .rport = client_port(index),
                             .vlan = peer->params.vlan,
                             .ip_version = peer->params.ip_version};
    memcpy(key->laddr, peer->params.team_ip, sizeof key->laddr);
    client_address(peer, index, key->raddr);
}

/* --- sending --- */

static void fill_out(struct gen_peer *peer, const struct gen_conn *conn, const struct tcp_tx *tx,
                     struct packet_out *out)
{
    memset(out, 0, sizeof *out);
    client_address(peer, conn->index, out->src);
    memcpy(out->dst, peer->params.team_ip, sizeof out->dst);
    memcpy(out->dst_mac, peer->params.team_mac, sizeof out->dst_mac);
    out->src_mac[0] = 0x02; /* locally administered, one per address */
    memcpy(out->src_mac + 2, out->src + 12, 4);
    out->vlan = peer->params.vlan;
    out->ip_version = peer->params.ip_version;
    out->ttl = GEN_TTL;
    out->ip_id = peer->ip_id++;
    out->sport = client_port(conn->index);
    out->dport = peer->params.port;
    out->seq = tx->seq;
    out->ack = tx->ack;
    out->flags = tx->flags;
    out->window = tx->window;
    out->urgent = tx->urgent;
    out->tos = tx->ecn;
    out->options = tx->options;
    out->options_len = tx->options_len;
}

static void keep_copy(struct gen_copy *copy, const struct frame *frame, bool has_data)
{
    if (copy->has_data && !has_data)
        return;
    copy->has_data = has_data;
    copy->len = frame->len;
    memcpy(copy->data, frame->data, frame->len);
}

void gen_peer_send(struct gen_peer *peer, const struct gen_conn *conn, const struct tcp_tx *tx,
                   uint64_t now_ps)
{
    struct frame *frame = frame_alloc(peer->pool, now_ps);
    if (!frame) {
        drop_count(&peer->stats.drops, DROP_POOL_EMPTY); /* TCP sends it again */
        return;
    }
    struct packet_out out;
    fill_out(peer, conn, tx, &out);
    if (tx->len > 0)
        gen_conn_fill(conn, tx, frame->data + packet_header_bytes(&out));
    frame->len = packet_build(frame->data, &out, tx->len);
    frame->flags |= peer->frame_flags;
    frame->conversation = conn->index;
    if (peer->copy && peer->copy->index == conn->index && !(tx->flags & TCP_SYN))
        keep_copy(peer->copy, frame, tx->len > 0);
    peer->stats.frames_sent++;
    if (tx->retransmission)
        peer->stats.retransmissions++;
    else
        peer->stats.bytes_sent += tx->len;
    frame_sink_accept(&peer->uplink, frame, now_ps);
}

static void finish(struct gen_peer *peer, struct gen_conn *conn)
{
    if (conn->state == GEN_CONN_ENDED)
        return;
    conn->state = GEN_CONN_ENDED;
    peer->finished++;
}

static void end_orderly(struct gen_peer *peer, struct gen_conn *conn)
{
    if (conn->state == GEN_CONN_ENDED)
        return; /* 2 MSL over */
    conn->closed = true;
    conn->damaged |= !gen_conn_is_complete(conn);
    finish(peer, conn);
}

void gen_peer_end_aborted(struct gen_peer *peer, struct gen_conn *conn)
{
    conn->closed = true;
    finish(peer, conn);
}

/* Returns when the connection will have stalled. Returns TIME_NEVER while the retransmission timer runs, because TCP then
 * decides when to give up. */
static uint64_t stall_at_ps(const struct gen_peer *peer, const struct gen_conn *conn)
{
    if (conn->ctx.timers & CTX_TIMER_REXMT)
        return TIME_NEVER;
    return u64_max(conn->progress_ps, conn->looked_ps) + peer->params.stall_ps;
}

static uint64_t deadline_ps(const struct gen_peer *peer, const struct gen_conn *conn,
                            uint64_t now_ps)
{
    uint32_t us = tcp_deadline_us(&conn->ctx, tcp_now_of(now_ps));
    uint64_t at = us == UINT32_MAX ? TIME_NEVER : now_ps + us * PS_PER_US;
    if (conn->state != GEN_CONN_LIVE)
        return at;
    uint64_t app = gen_conn_app_ps(conn, &peer->params);
    /* A connection that is idle on purpose cannot stall, nor can one whose TCP will retransmit. */
    return u64_min(at, app != TIME_NEVER ? app : stall_at_ps(peer, conn));
}

void gen_peer_settle(struct gen_peer *peer, struct gen_conn *conn, const struct tcp_result *result,
                     uint64_t now_ps)
{
    struct tcp_tx tx;
    if (result->send_reset) {
        tcp_build_reset(&conn->ctx, tcp_now_of(now_ps), &tx);
        gen_peer_send(peer, conn, &tx, now_ps);
    }
    if (result->terminated) {
        bool gave_up = result->terminated == NIC_TERM_RTX_EXHAUSTED ||
                       result->terminated == NIC_TERM_HANDSHAKE_TIMEOUT;
        conn->stalled |= gave_up && conn->state != GEN_CONN_ENDED;
        conn->damaged |= !gave_up && conn->state != GEN_CONN_ENDED;
        finish(peer, conn);
    }
    if (result->established)
        peer->stats.opened++;
    gen_conn_run_app(conn, &peer->params, now_ps);
    while (tcp_output(&conn->ctx, &peer->params.tcp, tcp_now_of(now_ps), &tx))
        gen_peer_send(peer, conn, &tx, now_ps);
    if (result->closed)
        end_orderly(peer, conn);
    uint64_t at = deadline_ps(peer, conn, now_ps);
    if (at < timer_heap_get(peer->timers, conn->index)) {
        timer_heap_set(peer->timers, conn->index, at);
        waker_wake(peer->waker, at);
    }
}

/* --- receiving --- */

static void drop_frame(struct gen_peer *peer, struct frame *frame, enum drop_reason reason)
{
    drop_count(&peer->stats.drops, reason);
    frame_free(peer->pool, frame);
}

static void receive(struct gen_peer *peer, struct gen_conn *conn, const struct tcp_segment *seg,
                    uint64_t now_ps)
{
    struct tcp_result result;
    struct tcp_tx tx;
    uint64_t received = conn->rx_bytes;
    tcp_input(&conn->ctx, seg, &peer->params.tcp, tcp_now_of(now_ps), &result);
    if (result.verdict == NIC_VERDICT_DROPPED)
        drop_count(&peer->stats.drops, (enum drop_reason)result.reason);
    if (result.reset_for_segment && tcp_build_reset_to(&conn->ctx, seg, tcp_now_of(now_ps), &tx))
        gen_peer_send(peer, conn, &tx, now_ps);
    gen_conn_on_result(conn, &peer->params, seg, &result, now_ps);
    peer->stats.bytes_received += conn->rx_bytes - received;
    gen_peer_settle(peer, conn, &result, now_ps);
}

static void gen_peer_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct gen_peer *peer = self;
    peer->stats.frames_received++;
    if (frame->flags & FRAME_BAD_FCS) {
        drop_frame(peer, frame, DROP_BAD_FCS);
        return;
    }
    struct packet packet;
    packet_parse(frame->data, frame->len, true, &packet);
    if (packet.kind != PACKET_TCP) {
        drop_frame(peer, frame, packet.kind == PACKET_MALFORMED ? DROP_MALFORMED : DROP_NOT_TCP);
        return;
    }
    if (!packet.tcp_checksum_ok || !packet.ip_checksum_ok) {
        drop_frame(peer, frame, DROP_BAD_CHECKSUM);
        return;
    }
    /* The server's view of the tuple: the client is remote. */
    struct flow_key key;
    packet_flow_key(&packet, &key);
    memcpy(key.raddr, packet.dst, sizeof key.raddr);
    memcpy(key.laddr, packet.src, sizeof key.laddr);
    key.rport = packet.seg.dport;
    key.lport = packet.seg.sport;
    uint32_t index = gen_peer_find(peer, &key);
    if (index == UINT32_MAX || peer->conns[index].state == GEN_CONN_WAITING) {
        drop_frame(peer, frame, DROP_NO_CONNECTION);
        return;
    }
    receive(peer, &peer->conns[index], &packet.seg, now_ps);
    frame_free(peer->pool, frame);
}

/* --- the stage --- */

static void open_conn(struct gen_peer *peer, struct gen_conn *conn, uint64_t now_ps)
{
    uint32_t iss = (uint32_t)rng_u64(&peer->rng);
    uint32_t ts_offset = (uint32_t)rng_u64(&peer->rng);
    conn->progress_ps = now_ps;
    gen_conn_open(conn, &peer->params, iss, ts_offset, tcp_now_of(now_ps));
}

/* Handles a connection without progress for the stall limit. It ends unless the server still retransmits. */
static void on_stall(struct gen_peer *peer, struct gen_conn *conn, struct tcp_result *result,
                     uint64_t now_ps)
{
    struct flow_key key;
    server_key(peer, conn->index, &key);
    conn->looked_ps = now_ps;
    if (server_watch_tries(&peer->params.server, &key))
        return;
    conn->stalled = true;
    finish(peer, conn);
    result->send_reset = conn->established_ps != 0;
    conn->ctx.timers = 0;
    conn->ctx.tcp_state = TCP_CLOSED;
}

static void run_conn(struct gen_peer *peer, struct gen_conn *conn, uint64_t now_ps)
{
    struct tcp_result result = {0};
    if (conn->state == GEN_CONN_WAITING) {
        open_conn(peer, conn, now_ps);
    } else if (conn->state == GEN_CONN_LIVE && gen_conn_app_ps(conn, &peer->params) == TIME_NEVER &&
               now_ps >= stall_at_ps(peer, conn)) {
        on_stall(peer, conn, &result, now_ps);
    } else {
        tcp_on_timer(&conn->ctx, &peer->params.tcp, tcp_now_of(now_ps), &result);
    }
    gen_peer_settle(peer, conn, &result, now_ps);
}

static void gen_peer_run(void *self, uint64_t now_ps)
{
    struct gen_peer *peer = self;
    while (timer_heap_next_ps(peer->timers) <= now_ps) {
        uint32_t index = timer_heap_first(peer->timers);
        timer_heap_set(peer->timers, index, TIME_NEVER);
        run_conn(peer, &peer->conns[index], now_ps);
    }
}

static uint64_t gen_peer_next_ps(const void *self)
{
    return timer_heap_next_ps(((const struct gen_peer *)self)->timers);
}

struct stage gen_peer_stage(struct gen_peer *peer, const char *name)
{
    return (struct stage){name, peer, gen_peer_run, gen_peer_next_ps};
}

struct frame_sink gen_peer_rx_sink(struct gen_peer *peer)
{
    return (struct frame_sink){gen_peer_accept, peer};
}

/* --- life cycle --- */

static uint64_t share_of(const struct gen_params *params, uint32_t index)
{
    return params->bytes_total / params->connections +
           (index < params->bytes_total % params->connections);
}

static void init_conn(struct gen_conn *conn, const struct gen_params *params, uint32_t index)
{
    uint64_t share = share_of(params, index);
    bool sends = params->direction == GEN_UPLOAD || params->direction == GEN_BOTH;
    bool receives = params->direction == GEN_DOWNLOAD || params->direction == GEN_BOTH;
    conn->index = index;
    conn->tx_bytes = sends ? share : 0;
    conn->rx_expected = receives ? share : 0;
    if (params->direction == GEN_IDLE)
        conn->tx_bytes = conn->rx_expected = GEN_IDLE_BYTES;
    if (params->direction == GEN_REQUESTS) {
        const struct gen_request_params *requests = &params->requests;
        conn->tx_bytes = (uint64_t)requests->count * requests->bytes;
        conn->rx_expected = (uint64_t)requests->count * requests->response_bytes;
    }
}

struct gen_peer *gen_peer_create(const struct gen_params *params, struct frame_pool *pool,
                                 struct frame_sink uplink, const struct waker *waker,
                                 const struct probe *probe)
{
    (void)probe; /* The generator does not report events yet. */
    assert(params->connections > 0);
    assert(params->ip_version == 4 || params->ip_version == 6);
    struct gen_peer *peer =
        calloc(1, sizeof *peer + (size_t)params->connections * sizeof peer->conns[0]);
    if (!peer)
        return NULL;
    peer->params = *params;
    peer->pool = pool;
    peer->uplink = uplink;
    peer->waker = waker;
    rng_init(&peer->rng, params->seed, "gen_peer");
    peer->timers = timer_heap_create(params->connections);
    bool asks = params->direction == GEN_REQUESTS;
    if (asks)
        peer->requests = calloc(params->connections, sizeof *peer->requests);
    if (!peer->timers || (asks && !peer->requests)) {
        gen_peer_destroy(peer);
        return NULL;
    }
    for (uint32_t i = 0; i < params->connections; i++) {
        init_conn(&peer->conns[i], params, i);
        peer->conns[i].requests = asks ? &peer->requests[i] : NULL;
        timer_heap_set(peer->timers, i, params->start_ps + i * params->open_interval_ps);
    }
    return peer;
}

void gen_peer_destroy(struct gen_peer *peer)
{
    if (!peer)
        return;
    timer_heap_destroy(peer->timers);
    free(peer->requests);
    free(peer->copy);
    free(peer);
}

/* --- questions --- */

uint64_t gen_peer_server_bytes(const struct gen_peer *peer, uint32_t index)
{
    assert(index < peer->params.connections);
    return peer->conns[index].rx_expected;
}

bool gen_peer_server_closes(const struct gen_peer *peer)
{
    return peer->params.direction == GEN_DOWNLOAD;
}

void gen_peer_on_server_bytes(struct gen_peer *peer, uint32_t index, uint64_t offset,
                              const uint8_t *bytes, uint32_t len)
{
    assert(index < peer->params.connections);
    struct gen_conn *conn = &peer->conns[index];
    if (!gen_conn_check_server(conn, offset, bytes, len))
        conn->damaged = true;
    peer->stats.server_bytes += len;
}

void gen_peer_on_server_end(struct gen_peer *peer, uint32_t index)
{
    assert(index < peer->params.connections);
    struct gen_conn *conn = &peer->conns[index];
    conn->server_ended = true;
    if (conn->aborted)
        gen_peer_end_aborted(peer, conn);
}

bool gen_peer_is_done(const struct gen_peer *peer)
{
    return peer->finished == peer->params.connections;
}

uint32_t gen_peer_progress_permille(const struct gen_peer *peer)
{
    uint64_t all = 0, moved = 0;
    for (uint32_t i = 0; i < peer->params.connections; i++) {
        const struct gen_conn *conn = &peer->conns[i];
        uint64_t of_conn = conn->tx_bytes + conn->rx_expected + 1; /* 1: the end itself */
        all += of_conn;
        moved += conn->state == GEN_CONN_ENDED ? of_conn : conn->tx_acked + conn->rx_bytes;
    }
    return (uint32_t)(u64_min(moved, all) * 1000 / all);
}

void gen_peer_finish(struct gen_peer *peer)
{
    assert(peer->stats.outcomes.total == 0);
    for (uint32_t i = 0; i < peer->params.connections; i++) {
        struct gen_conn *conn = &peer->conns[i];
        struct outcome_facts facts = {
            .damaged = conn->damaged,
            .ended = conn->closed,
            .delivered = gen_conn_is_complete(conn),
            .stalled = conn->stalled,
        };
        conn->outcome = outcome_decide(&facts);
        outcome_count(&peer->stats.outcomes, conn->outcome);
    }
}

enum outcome gen_peer_outcome(const struct gen_peer *peer, uint32_t index)
{
    assert(index < peer->params.connections);
    return peer->conns[index].outcome;
}

const struct gen_stats *gen_peer_stats(const struct gen_peer *peer) { return &peer->stats; }
