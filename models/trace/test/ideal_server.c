#include "models/trace/test/ideal_server.h"

#include "models/base/stage_loop.h"
#include "models/hwif/ctx_enums.h"
#include "models/trace/capture/capture_access.h"
#include "models/wire/bytes.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RTO_MS = 200, POOL_FRAMES = 1 << 16 };

/* Positions count from the initial sequence numbers, so 0 is the SYN and 1 the first byte. */
struct conn {
    struct conversation cap;
    struct flow_key key;
    uint8_t peer_mac[6];
    bool open, gone, ts, ws, fin_sent, rst_done;
    uint32_t irs, iss, ts_recent, mss;
    uint8_t snd_ws, rcv_ws;
    uint64_t rcv_nxt, last_ack, peer_fin_at;
    uint8_t *rx, *have;
    uint64_t app_bytes;
    size_t step;
    uint64_t snd_una, snd_nxt, snd_max, snd_edge, cwnd, sendable, fin_at;
    uint64_t rto_at_ps;
    unsigned backoff;
    bool ack_owed;
};

struct flight {
    uint64_t at_ps;
    struct frame *frame;
    bool to_server;
    struct flight *next;
};

struct ideal_server {
    struct ideal_params params;
    const struct capture *capture;
    struct replay_side peer;
    struct frame_pool *pool;
    struct rng rng;
    struct conn *conns;
    size_t count;
    struct flight *flights, *flights_last; /* sorted by time */
    uint64_t tx_count, rx_count;
    const uint8_t *team_mac;
};

static uint64_t near64(uint64_t near, uint32_t isn, uint32_t number)
{
    return near + (uint64_t)(int64_t)(int32_t)(number - isn - (uint32_t)near);
}

static void fly(struct ideal_server *server, struct frame *frame, bool to_server, uint64_t now_ps)
{
    if (rng_below(&server->rng, 1000) < server->params.loss_permille) {
        frame_free(server->pool, frame);
        return;
    }
    bool late = rng_below(&server->rng, 1000) < server->params.swap_permille;
    struct flight *flight = malloc(sizeof *flight);
    assert(flight);
    *flight = (struct flight){.at_ps = now_ps + server->params.delay_ps * (late ? 3 : 1),
                              .frame = frame,
                              .to_server = to_server};
    struct flight **at = &server->flights;
    if (server->flights_last && server->flights_last->at_ps <= flight->at_ps)
        at = &server->flights_last->next;
    while (*at && (*at)->at_ps <= flight->at_ps)
        at = &(*at)->next;
    flight->next = *at;
    *at = flight;
    if (!flight->next)
        server->flights_last = flight;
}

static uint32_t options_make(const struct conn *conn, bool syn, uint64_t now_ps, uint8_t *out)
{
    uint32_t len = 0;
    uint8_t features = conn->cap.server_features;
    if (syn && (features & CTX_FEATURE_MSS)) {
        out[len++] = 2;
        out[len++] = 4;
        be16_store(out + len, conn->cap.server_mss);
        len += 2;
    }
    if (syn && conn->ws) {
        const uint8_t ws[4] = {1, 3, 3, conn->rcv_ws};
        memcpy(out + len, ws, 4);
        len += 4;
    }
    if (syn && (features & CTX_FEATURE_SACK)) {
        const uint8_t sack[4] = {1, 1, 4, 2};
        memcpy(out + len, sack, 4);
        len += 4;
    }
    if (conn->ts) {
        const uint8_t ts[4] = {1, 1, 8, 10};
        memcpy(out + len, ts, 4);
        be32_store(out + len + 4, (uint32_t)(now_ps / PS_PER_MS) + 777);
        be32_store(out + len + 8, conn->ts_recent);
        len += 12;
    }
    return len;
}

static void send_segment(struct ideal_server *server, struct conn *conn, uint64_t at, uint32_t len,
                         uint16_t flags, uint64_t now_ps)
{
    struct frame *frame = frame_alloc(server->pool, now_ps);
    if (!frame)
        return;
    bool syn = flags & TCP_SYN;
    uint8_t options[40];
    uint32_t window = server->params.window_bytes >> (syn ? 0 : conn->rcv_ws);
    struct packet_out out = {
        .vlan = conn->key.vlan,
        .ip_version = conn->key.ip_version,
        .ttl = 64,
        .sport = conn->key.lport,
        .dport = conn->key.rport,
        .seq = conn->iss + (uint32_t)at,
        .ack = conn->irs + (uint32_t)conn->rcv_nxt,
        .flags = flags,
        .window = (uint16_t)(window > 65535 ? 65535 : window),
        .options = options,
        .options_len = options_make(conn, syn, now_ps, options),
    };
    memcpy(out.dst_mac, conn->peer_mac, 6);
    memcpy(out.src, conn->key.laddr, 16);
    memcpy(out.dst, conn->key.raddr, 16);
    uint32_t header = packet_header_bytes(&out);
    if (len)
        capture_stream(server->capture, &conn->cap, CAPTURE_SERVER, (uint64_t)at - 1,
                       frame->data + header, len);
    server->tx_count += len > 0;
    if (len && server->params.corrupt_tx_every &&
        server->tx_count % server->params.corrupt_tx_every == 0)
        frame->data[header] ^= 0x10;
    frame->len = packet_build(frame->data, &out, len);
    conn->last_ack = conn->rcv_nxt;
    conn->ack_owed = false;
    fly(server, frame, false, now_ps);
}

/* Takes the captured steps that are due now. */
static void app_run(struct ideal_server *server, struct conn *conn, uint64_t now_ps)
{
    const struct conversation *cap = &conn->cap;
    for (; conn->step < cap->server_step_count; conn->step++) {
        struct app_step there;
        const struct app_step *step = &there;
        capture_step(server->capture, cap, CAPTURE_SERVER, conn->step, &there);
        bool fin = conn->peer_fin_at && conn->rcv_nxt > conn->peer_fin_at;
        if (conn->app_bytes < step->rx_bytes || (step->peer_fin && !fin))
            return;
        if (step->kind == APP_SEND) {
            conn->sendable = step->offset + step->len;
        } else if (step->kind == APP_FIN) {
            conn->fin_at = 1 + step->offset;
        } else if (conn->snd_una >= 1 + step->tx_acked_bytes) {
            send_segment(server, conn, conn->snd_max, 0, TCP_RST | TCP_ACK, now_ps);
            conn->gone = true;
            server->peer.on_server_end(server->peer.self, (size_t)(conn - server->conns), 3,
                                       now_ps);
            return;
        } else {
            return;
        }
    }
}

static void output(struct ideal_server *server, struct conn *conn, uint64_t now_ps)
{
    while (!conn->gone && conn->open) {
        uint64_t end = 1 + conn->sendable;
        uint64_t edge = u64_min(conn->snd_edge, conn->snd_una + conn->cwnd);
        uint64_t limit = u64_min(end, edge);
        if (conn->snd_nxt < limit) {
            uint32_t len =
                (uint32_t)u64_min(limit - conn->snd_nxt, conn->mss - (conn->ts ? 12 : 0));
            send_segment(server, conn, conn->snd_nxt, len, TCP_ACK | TCP_PSH, now_ps);
            conn->snd_nxt += len;
        } else if (conn->fin_at && conn->snd_nxt == conn->fin_at) {
            send_segment(server, conn, conn->snd_nxt, 0, TCP_ACK | TCP_FIN, now_ps);
            conn->snd_nxt++;
        } else {
            break;
        }
        conn->snd_max = u64_max(conn->snd_max, conn->snd_nxt);
        if (conn->rto_at_ps == TIME_NEVER)
            conn->rto_at_ps = now_ps + RTO_MS * PS_PER_MS;
    }
    bool waiting =
        conn->open && (conn->snd_una < conn->snd_max || conn->snd_nxt < 1 + conn->sendable);
    if (waiting && conn->rto_at_ps == TIME_NEVER)
        conn->rto_at_ps = now_ps + RTO_MS * PS_PER_MS; /* the timer of the persist state */
    if (conn->ack_owed && !conn->gone)
        send_segment(server, conn, conn->snd_nxt, 0, TCP_ACK, now_ps);
}

static void on_timer(struct ideal_server *server, struct conn *conn, uint64_t now_ps)
{
    if (conn->snd_una == 0) {
        send_segment(server, conn, 0, 0, TCP_SYN | TCP_ACK, now_ps);
    } else if (conn->snd_una == conn->snd_max && conn->snd_nxt < 1 + conn->sendable) {
        send_segment(server, conn, conn->snd_nxt, 1, TCP_ACK, now_ps); /* window probe */
        conn->snd_max = u64_max(conn->snd_max, conn->snd_nxt + 1);
    } else {
        conn->snd_nxt = conn->snd_una;
        conn->cwnd = 2 * conn->mss;
    }
    conn->backoff += conn->backoff < 4;
    conn->rto_at_ps = now_ps + ((RTO_MS * PS_PER_MS) << conn->backoff);
    output(server, conn, now_ps);
}

static void on_syn(struct ideal_server *server, struct conn *conn, const struct packet *packet,
                   uint64_t now_ps)
{
    const struct tcp_segment *seg = &packet->seg;
    const struct conversation *cap = &conn->cap;
    if (conn->rcv_nxt) { /* a repeated SYN */
        if (conn->snd_una == 0)
            send_segment(server, conn, 0, 0, TCP_SYN | TCP_ACK, now_ps);
        return;
    }
    size_t index = (size_t)(conn - server->conns);
    memcpy(conn->peer_mac, packet->src_mac, 6);
    conn->irs = seg->seq;
    conn->iss = 0xffff0000u + (uint32_t)index * 77777u; /* some of these numbers wrap soon */
    conn->ts = (seg->options & TCP_HAS_TS) && (cap->server_features & CTX_FEATURE_TS);
    conn->ws = (seg->options & TCP_HAS_WS) && (cap->server_features & CTX_FEATURE_WS);
    conn->snd_ws = conn->ws ? seg->ws : 0;
    conn->rcv_ws = conn->ws ? cap->server_ws : 0;
    conn->ts_recent = seg->tsval;
    conn->mss = seg->options & TCP_HAS_MSS ? u32_min(seg->mss, 1460) : 536;
    if (conn->mss < 64)
        conn->mss = 64;
    conn->rcv_nxt = 1;
    conn->snd_edge = 1 + (uint64_t)seg->window;
    conn->cwnd = server->params.cwnd_bytes;
    conn->snd_nxt = conn->snd_max = 1;
    send_segment(server, conn, 0, 0, TCP_SYN | TCP_ACK, now_ps);
    conn->rto_at_ps = now_ps + RTO_MS * PS_PER_MS;
}

static void deliver(struct ideal_server *server, struct conn *conn, uint64_t now_ps)
{
    uint64_t got = u64_min(conn->rcv_nxt - 1, conn->cap.client_bytes);
    if (got == conn->app_bytes)
        return;
    size_t index = (size_t)(conn - server->conns);
    uint64_t from = conn->app_bytes;
    conn->app_bytes = got;
    server->rx_count++;
    if (server->params.corrupt_rx_every && server->rx_count % server->params.corrupt_rx_every == 0)
        conn->rx[from] ^= 1;
    server->peer.on_server_bytes(server->peer.self, index, from, conn->rx + from,
                                 (uint32_t)(got - from), now_ps);
    if (server->params.double_rx_every && server->rx_count % server->params.double_rx_every == 0)
        server->peer.on_server_bytes(server->peer.self, index, from, conn->rx + from,
                                     (uint32_t)(got - from), now_ps);
}

static void on_data(struct ideal_server *server, struct conn *conn, const struct tcp_segment *seg,
                    uint64_t at, uint64_t now_ps)
{
    uint64_t edge = conn->rcv_nxt + server->params.window_bytes;
    for (uint32_t i = 0; i < seg->payload_len; i++) {
        uint64_t pos = at + i;
        if ((int64_t)pos < (int64_t)conn->rcv_nxt || pos >= edge || pos > conn->cap.client_bytes)
            continue;
        conn->rx[pos - 1] = seg->payload[i];
        conn->have[pos - 1] = 1;
    }
    while (conn->rcv_nxt <= conn->cap.client_bytes && conn->have[conn->rcv_nxt - 1])
        conn->rcv_nxt++;
    if (seg->flags & TCP_FIN)
        conn->peer_fin_at = at + seg->payload_len;
    if (conn->peer_fin_at && conn->rcv_nxt == conn->peer_fin_at)
        conn->rcv_nxt++;
    conn->ack_owed |= seg->payload_len || (seg->flags & TCP_FIN) || at < conn->rcv_nxt;
    deliver(server, conn, now_ps);
}

static void on_ack(struct conn *conn, const struct tcp_segment *seg, uint64_t now_ps)
{
    uint64_t ack = near64(conn->snd_una, conn->iss, seg->ack);
    if ((int64_t)ack < (int64_t)conn->snd_una || ack > conn->snd_max)
        return;
    if (ack > conn->snd_una) {
        conn->cwnd += ack - conn->snd_una;
        conn->snd_una = ack;
        conn->snd_nxt = u64_max(conn->snd_nxt, ack);
        conn->backoff = 0;
        conn->rto_at_ps = conn->snd_una == conn->snd_max ? TIME_NEVER : now_ps + RTO_MS * PS_PER_MS;
    }
    conn->open = true;
    conn->snd_edge = ack + ((uint64_t)seg->window << conn->snd_ws);
}

static void on_segment(struct ideal_server *server, struct conn *conn, const struct packet *packet,
                       uint64_t now_ps)
{
    const struct tcp_segment *seg = &packet->seg;
    if (conn->gone) { /* CLOSED answers with a reset (RFC 9293 3.10.7.1) */
        conn->snd_nxt = near64(conn->snd_nxt, conn->iss, seg->ack);
        if (!(seg->flags & TCP_RST))
            send_segment(server, conn, conn->snd_nxt, 0, TCP_RST, now_ps);
        return;
    }
    if (seg->flags & TCP_SYN) {
        on_syn(server, conn, packet, now_ps);
        return;
    }
    if (!conn->rcv_nxt)
        return;
    uint64_t at = near64(conn->rcv_nxt, conn->irs, seg->seq);
    if (seg->flags & TCP_RST) {
        size_t index = (size_t)(conn - server->conns);
        conn->gone = at == conn->rcv_nxt;
        if (conn->gone)
            server->peer.on_server_end(server->peer.self, index, 1, now_ps);
        else if (at - conn->rcv_nxt < server->params.window_bytes)
            send_segment(server, conn, conn->snd_nxt, 0, TCP_ACK, now_ps);
        return;
    }
    if (conn->ts && (seg->options & TCP_HAS_TS) &&
        (int32_t)(seg->tsval - conn->ts_recent) < 0) { /* PAWS (RFC 7323 5.3) */
        send_segment(server, conn, conn->snd_nxt, 0, TCP_ACK, now_ps);
        return;
    }
    if (conn->ts && (seg->options & TCP_HAS_TS) && (int64_t)at <= (int64_t)conn->last_ack)
        conn->ts_recent = seg->tsval;
    if (seg->flags & TCP_ACK)
        on_ack(conn, seg, now_ps);
    on_data(server, conn, seg, at, now_ps);
    if (server->params.reset_after_bytes && conn->app_bytes >= server->params.reset_after_bytes) {
        send_segment(server, conn, conn->snd_nxt, 0, TCP_RST | TCP_ACK, now_ps);
        conn->gone = true;
        return;
    }
    app_run(server, conn, now_ps);
    output(server, conn, now_ps);
}

static void server_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    fly(self, frame, true, now_ps);
}

static void arrive(struct ideal_server *server, struct frame *frame, uint64_t now_ps)
{
    struct packet packet;
    struct flow_key key;
    packet_parse(frame->data, frame->len, true, &packet);
    assert(packet.kind == PACKET_TCP && packet.tcp_checksum_ok && packet.ip_checksum_ok);
    packet_flow_key(&packet, &key);
    size_t index = server->peer.find(server->peer.self, &key);
    assert(index < server->count && index == frame->conversation);
    struct conn *conn = &server->conns[index];
    conn->key = key;
    on_segment(server, conn, &packet, now_ps);
    frame_free(server->pool, frame);
}

static uint64_t server_next(const void *self)
{
    const struct ideal_server *server = self;
    uint64_t next = server->flights ? server->flights->at_ps : TIME_NEVER;
    for (size_t i = 0; i < server->count; i++)
        if (!server->conns[i].gone)
            next = u64_min(next, server->conns[i].rto_at_ps);
    return next;
}

static void server_run(void *self, uint64_t now_ps)
{
    struct ideal_server *server = self;
    while (server->flights && server->flights->at_ps <= now_ps) {
        struct flight *flight = server->flights;
        server->flights = flight->next;
        if (!server->flights)
            server->flights_last = NULL;
        if (flight->to_server) {
            arrive(server, flight->frame, now_ps);
        } else {
            frame_sink_accept(&server->peer.rx, flight->frame, now_ps);
        }
        free(flight);
    }
    for (size_t i = 0; i < server->count; i++)
        if (!server->conns[i].gone && server->conns[i].rto_at_ps <= now_ps)
            on_timer(server, &server->conns[i], now_ps);
}

struct ideal_server *ideal_server_create(const struct ideal_params *params,
                                         const struct capture *capture, struct frame_pool *pool)
{
    struct ideal_server *server = calloc(1, sizeof *server);
    assert(server);
    server->params = *params;
    server->capture = capture;
    server->pool = pool;
    server->count = capture_conversation_count(capture);
    server->conns = calloc(server->count + 1, sizeof *server->conns);
    rng_init(&server->rng, 1, "ideal");
    for (size_t i = 0; i < server->count; i++) {
        struct conn *conn = &server->conns[i];
        conn->cap = *capture_conversation(capture, i);
        conn->rto_at_ps = TIME_NEVER;
        conn->rx = calloc(conn->cap.client_bytes + 1, 1);
        conn->have = calloc(conn->cap.client_bytes + 1, 1);
        assert(conn->rx && conn->have);
    }
    return server;
}

void ideal_server_connect(struct ideal_server *server, struct replay_side peer)
{
    server->peer = peer;
}

void ideal_server_destroy(struct ideal_server *server)
{
    while (server->flights) {
        struct flight *next = server->flights->next;
        frame_free(server->pool, server->flights->frame);
        free(server->flights);
        server->flights = next;
    }
    for (size_t i = 0; i < server->count; i++) {
        free(server->conns[i].rx);
        free(server->conns[i].have);
    }
    free(server->conns);
    free(server);
}

struct frame_sink ideal_server_sink(struct ideal_server *server)
{
    return (struct frame_sink){.accept = server_accept, .self = server};
}

struct stage ideal_server_stage(struct ideal_server *server)
{
    return (struct stage){
        .name = "server", .self = server, .run = server_run, .next_ps = server_next};
}

void ideal_replay_run(struct ideal_replay *replay, const struct capture *capture,
                      const struct ideal_params *params, const struct replay_params *replay_params,
                      uint64_t limit_ps)
{
    replay->pool = frame_pool_create(POOL_FRAMES);
    replay->server = ideal_server_create(params, capture, replay->pool);
    assert(replay->pool);
    struct frame_sink uplink = ideal_server_sink(replay->server);
    replay->side = replay_side_make(params->endpoint, replay_params, capture, replay->pool, uplink);
    ideal_server_connect(replay->server, replay->side);
    struct stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, replay->side.stage);
    stage_loop_add(&loop, ideal_server_stage(replay->server));
    while (!replay->side.is_done(replay->side.self) && stage_loop_step(&loop, limit_ps))
        ;
    replay->end_ps = loop.now_ps;
    replay->side.finish(replay->side.self, loop.now_ps);
}

void ideal_replay_free(struct ideal_replay *replay)
{
    replay->side.destroy(replay->side.self);
    ideal_server_destroy(replay->server);
    frame_pool_destroy(replay->pool);
}
