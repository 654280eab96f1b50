#include "models/trace/test/core_server.h"

#include "models/base/rng.h"
#include "models/base/stage_loop.h"
#include "models/base/timer_heap.h"
#include "models/tcp/tcp.h"
#include "models/trace/capture/capture_access.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_FRAMES = 1 << 16, TX_RING_LOG2 = 19 };

struct core_conn {
    struct conversation cap;
    struct conn_ctx ctx;
    struct flow_key key;
    uint8_t peer_mac[6];
    uint8_t *ring;
    bool open, removed;
    uint32_t iss, irs;
    uint64_t app_bytes; /* bytes that the application has read */
    uint64_t acked;     /* acknowledged bytes of the server's stream */
    uint64_t sendable;
    bool close, abort, peer_fin;
    size_t step;
};

/* The frames on the wire in their order. The delay is the same for all of them. */
struct wire_item {
    uint64_t at_ps;
    struct frame *frame;
    bool to_server;
};

struct core_server {
    struct core_params params;
    struct tcp_params tcp;
    const struct capture *capture;
    struct replay_side peer;
    struct frame_pool *pool;
    struct timer_heap *timers;
    struct rng rng;
    struct core_conn *conns;
    size_t count;
    struct wire_item wire[POOL_FRAMES];
    size_t head, tail;
};

static struct tcp_now now_of(uint64_t now_ps)
{
    return (struct tcp_now){us_ticks(now_ps), ms_ticks(now_ps)};
}

static void wire_put(struct core_server *server, struct frame *frame, bool to_server,
                     uint64_t now_ps)
{
    if (rng_below(&server->rng, 1000) < server->params.loss_permille) {
        frame_free(server->pool, frame);
        return;
    }
    assert(server->tail - server->head < POOL_FRAMES);
    server->wire[server->tail++ % POOL_FRAMES] =
        (struct wire_item){now_ps + server->params.delay_ps, frame, to_server};
}

static void emit(struct core_server *server, struct core_conn *conn, const struct tcp_tx *tx,
                 uint64_t now_ps)
{
    struct frame *frame = frame_alloc(server->pool, now_ps);
    assert(frame);
    struct packet_out out = {
        .vlan = conn->key.vlan,
        .ip_version = conn->key.ip_version,
        .ttl = 64,
        .sport = conn->key.lport,
        .dport = conn->key.rport,
        .seq = tx->seq,
        .ack = tx->ack,
        .flags = tx->flags,
        .window = tx->window,
        .options = tx->options,
        .options_len = tx->options_len,
    };
    memcpy(out.dst_mac, conn->peer_mac, 6);
    memcpy(out.src, conn->key.laddr, 16);
    memcpy(out.dst, conn->key.raddr, 16);
    if (tx->len) {
        uint64_t offset = conn->acked + (uint32_t)(tx->seq - (conn->iss + 1) - conn->acked);
        assert(offset + tx->len <= conn->cap.server_bytes);
        capture_stream(server->capture, &conn->cap, CAPTURE_SERVER, offset,
                       frame->data + packet_header_bytes(&out), tx->len);
    }
    frame->len = packet_build(frame->data, &out, tx->len);
    wire_put(server, frame, false, now_ps);
}

static void app_read(struct core_server *server, struct core_conn *conn, uint64_t now_ps)
{
    uint32_t mask = (UINT32_C(1) << conn->ctx.rx_ring_log2) - 1;
    uint32_t end = conn->ctx.rcv_nxt - ((conn->ctx.flags & CTX_FLAG_PEER_FIN) != 0);
    uint32_t at = conn->ctx.rx_consumed;
    while (at != end) {
        uint32_t len = end - at, left = mask + 1 - (at & mask);
        len = len < left ? len : left;
        server->peer.on_server_bytes(server->peer.self, (size_t)(conn - server->conns),
                                     conn->app_bytes, conn->ring + (at & mask), len, now_ps);
        conn->app_bytes += len;
        at += len;
    }
    tcp_on_app_read(&conn->ctx, at, &server->tcp);
}

static void app_steps(const struct core_server *server, struct core_conn *conn)
{
    for (; conn->step < conn->cap.server_step_count; conn->step++) {
        struct app_step there;
        const struct app_step *step = &there;
        capture_step(server->capture, &conn->cap, CAPTURE_SERVER, conn->step, &there);
        if (conn->app_bytes < step->rx_bytes || (step->peer_fin && !conn->peer_fin))
            return;
        if (step->kind == APP_RST && conn->acked < step->tx_acked_bytes)
            return;
        if (step->kind == APP_SEND)
            conn->sendable = step->offset + step->len;
        conn->close |= step->kind == APP_FIN;
        conn->abort |= step->kind == APP_RST;
    }
}

static void gone(struct core_server *server, struct core_conn *conn, unsigned cause,
                 uint64_t now_ps)
{
    conn->removed = true;
    timer_heap_set(server->timers, (uint32_t)(conn - server->conns), TIME_NEVER);
    server->peer.on_server_end(server->peer.self, (size_t)(conn - server->conns), cause, now_ps);
}

static void settle(struct core_server *server, struct core_conn *conn,
                   const struct tcp_result *result, uint64_t now_ps)
{
    struct conn_ctx *ctx = &conn->ctx;
    struct tcp_tx tx;
    conn->peer_fin |= result->peer_fin;
    if (result->established)
        conn->open = true;
    if (conn->open) {
        uint64_t acked = conn->acked + (uint32_t)(ctx->snd_una - (conn->iss + 1) - conn->acked);
        conn->acked = u64_min(acked, conn->sendable);
        app_read(server, conn, now_ps);
        app_steps(server, conn);
        uint64_t space = u64_min(conn->sendable, conn->acked + (UINT64_C(1) << TX_RING_LOG2));
        tcp_on_app_write(ctx, conn->iss + 1 + (uint32_t)space);
        if (conn->close && space == conn->sendable)
            tcp_on_app_close(ctx, conn->iss + 1 + (uint32_t)space);
    }
    if (result->send_reset || conn->abort) {
        tcp_build_reset(ctx, now_of(now_ps), &tx);
        emit(server, conn, &tx, now_ps);
    }
    if (result->terminated || conn->abort) {
        gone(server, conn, result->terminated ? result->terminated : NIC_TERM_LOCAL_ABORT, now_ps);
        return;
    }
    while (tcp_output(ctx, &server->tcp, now_of(now_ps), &tx))
        emit(server, conn, &tx, now_ps);
    if (result->closed && ctx->tcp_state == TCP_CLOSED) {
        gone(server, conn, 0, now_ps);
        return;
    }
    uint32_t us = tcp_deadline_us(ctx, now_of(now_ps));
    timer_heap_set(server->timers, (uint32_t)(conn - server->conns),
                   us == UINT32_MAX ? TIME_NEVER : now_ps + us * PS_PER_US);
}

static void admit(struct core_server *server, struct core_conn *conn, const struct packet *packet,
                  uint64_t now_ps)
{
    struct conn_ctx *ctx = &conn->ctx;
    memcpy(conn->peer_mac, packet->src_mac, 6);
    conn->ring = malloc((size_t)1 << server->params.ring_log2);
    assert(conn->ring);
    ctx->ip_version = conn->key.ip_version;
    ctx->offered = conn->cap.server_features;
    ctx->rcv_ws = conn->cap.server_ws;
    ctx->mss = conn->cap.server_mss;
    ctx->rx_ring_log2 = server->params.ring_log2;
    ctx->tx_ring_log2 = TX_RING_LOG2;
    conn->iss = 0xfff00000u + (uint32_t)(conn - server->conns) * 7777u;
    tcp_open_passive(ctx, conn->iss, &server->tcp, now_of(now_ps));
}

static void on_segment(struct core_server *server, struct core_conn *conn,
                       const struct packet *packet, uint64_t now_ps)
{
    const struct tcp_segment *seg = &packet->seg;
    struct tcp_tx tx;
    struct tcp_result result;
    bool syn = (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
    if (conn->removed || (!conn->ring && !syn)) {
        if (tcp_build_reset_for(seg, &tx))
            emit(server, conn, &tx, now_ps);
        return;
    }
    if (!conn->ring)
        admit(server, conn, packet, now_ps);
    tcp_input(&conn->ctx, seg, &server->tcp, now_of(now_ps), &result);
    uint32_t mask = (UINT32_C(1) << conn->ctx.rx_ring_log2) - 1;
    for (uint32_t i = 0; i < result.payload_len; i++)
        conn->ring[(result.payload_seq + i) & mask] = seg->payload[result.payload_skip + i];
    if (result.reset_for_segment && tcp_build_reset_to(&conn->ctx, seg, now_of(now_ps), &tx))
        emit(server, conn, &tx, now_ps);
    settle(server, conn, &result, now_ps);
}

static void arrive(struct core_server *server, struct frame *frame, uint64_t now_ps)
{
    struct packet packet;
    struct flow_key key;
    packet_parse(frame->data, frame->len, true, &packet);
    assert(packet.kind == PACKET_TCP && packet.tcp_checksum_ok);
    packet_flow_key(&packet, &key);
    size_t index = server->peer.find(server->peer.self, &key);
    assert(index < server->count);
    server->conns[index].key = key;
    on_segment(server, &server->conns[index], &packet, now_ps);
    frame_free(server->pool, frame);
}

static void server_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    wire_put(self, frame, true, now_ps);
}

static uint64_t server_next(const void *self)
{
    const struct core_server *server = self;
    uint64_t wire =
        server->head == server->tail ? TIME_NEVER : server->wire[server->head % POOL_FRAMES].at_ps;
    return u64_min(wire, timer_heap_next_ps(server->timers));
}

static void server_run(void *self, uint64_t now_ps)
{
    struct core_server *server = self;
    while (server->head != server->tail &&
           server->wire[server->head % POOL_FRAMES].at_ps <= now_ps) {
        struct wire_item item = server->wire[server->head++ % POOL_FRAMES];
        if (item.to_server) {
            arrive(server, item.frame, now_ps);
        } else {
            frame_sink_accept(&server->peer.rx, item.frame, now_ps);
        }
    }
    while (timer_heap_next_ps(server->timers) <= now_ps) {
        struct core_conn *conn = &server->conns[timer_heap_first(server->timers)];
        struct tcp_result result;
        timer_heap_set(server->timers, timer_heap_first(server->timers), TIME_NEVER);
        tcp_on_timer(&conn->ctx, &server->tcp, now_of(now_ps), &result);
        settle(server, conn, &result, now_ps);
    }
}

static struct core_server *server_create(const struct core_params *params,
                                         const struct capture *capture, struct frame_pool *pool)
{
    struct core_server *server = calloc(1, sizeof *server);
    assert(server);
    server->params = *params;
    server->pool = pool;
    tcp_params_default(&server->tcp);
    server->count = capture_conversation_count(capture);
    server->conns = calloc(server->count + 1, sizeof *server->conns);
    server->capture = capture;
    server->timers = timer_heap_create((uint32_t)server->count + 1);
    assert(server->conns && server->timers);
    rng_init(&server->rng, 1, "core");
    for (size_t i = 0; i < server->count; i++)
        server->conns[i].cap = *capture_conversation(capture, i);
    return server;
}

void core_replay_run(struct core_replay *replay, const struct capture *capture,
                     const struct core_params *params, const struct replay_params *replay_params,
                     uint64_t limit_ps)
{
    replay->pool = frame_pool_create(POOL_FRAMES);
    replay->server = server_create(params, capture, replay->pool);
    struct frame_sink uplink = {.accept = server_accept, .self = replay->server};
    assert(replay->pool);
    replay->side = replay_side_make(params->endpoint, replay_params, capture, replay->pool, uplink);
    replay->server->peer = replay->side;
    struct stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, replay->side.stage);
    stage_loop_add(&loop, (struct stage){.name = "core",
                                         .self = replay->server,
                                         .run = server_run,
                                         .next_ps = server_next});
    while (!replay->side.is_done(replay->side.self) && stage_loop_step(&loop, limit_ps))
        ;
    replay->end_ps = loop.now_ps;
    replay->side.finish(replay->side.self, loop.now_ps);
}

void core_replay_free(struct core_replay *replay)
{
    struct core_server *server = replay->server;
    while (server->head != server->tail)
        frame_free(replay->pool, server->wire[server->head++ % POOL_FRAMES].frame);
    for (size_t i = 0; i < server->count; i++)
        free(server->conns[i].ring);
    timer_heap_destroy(server->timers);
    free(server->conns);
    free(server);
    replay->side.destroy(replay->side.self);
    frame_pool_destroy(replay->pool);
}
