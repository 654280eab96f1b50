/* Tests the generators against a plain server on the same core, over a link that delays and
 * loses frames. */
#include "models/base/rng.h"
#include "models/base/stage_loop.h"
#include "models/trace/generate/gen_peer.h"
#include "models/trace/generate/gen_peer_pattern.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

enum { CONNS_MAX = 300, RING_LOG2 = 15, RING = 1 << RING_LOG2, QUEUE = 65536, DELAY_US = 20 };

struct server_conn {
    struct conn_ctx ctx;
    bool open, peer_fin;
    uint32_t base_rx, base_tx; /* sequence numbers of the streams' first bytes */
    uint64_t read;
    uint8_t rx_ring[RING];
};

struct world {
    struct gen_params params;
    struct frame_pool *pool;
    struct gen_peer *peer;
    struct stage_loop loop;
    struct rng rng;
    struct tcp_params tcp;
    uint32_t loss_permille;
    /* The server flips the byte at this offset of its stream 0; 0 means none. */
    uint32_t corrupt_offset;
    uint32_t head[2], tail[2]; /* 0 is to the server, and 1 is to the client */
    struct frame *queue[2][QUEUE];
    uint64_t due[2][QUEUE];
    struct server_conn *conns;
};

static void world_put(struct world *w, int to, struct frame *frame, uint64_t now_ps)
{
    if (rng_below(&w->rng, 1000) < w->loss_permille) {
        frame_free(w->pool, frame);
        return;
    }
    uint32_t at = w->tail[to]++ % QUEUE;
    w->queue[to][at] = frame;
    w->due[to][at] = now_ps + DELAY_US * PS_PER_US;
}

static void to_server(void *self, struct frame *frame, uint64_t now_ps)
{
    world_put(self, 0, frame, now_ps);
}

static void server_send(struct world *w, struct server_conn *c, uint32_t index,
                        const struct packet *in, uint64_t now_ps)
{
    struct tcp_tx tx;
    struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    while (tcp_output(&c->ctx, &w->tcp, now, &tx)) {
        struct packet_out out = {.vlan = w->params.vlan,
                                 .ttl = 64,
                                 .seq = tx.seq,
                                 .ack = tx.ack,
                                 .flags = tx.flags,
                                 .window = tx.window,
                                 .options = tx.options,
                                 .options_len = tx.options_len,
                                 .ip_version = in->ip_version,
                                 .sport = c->ctx.lport,
                                 .dport = c->ctx.rport};
        memcpy(out.src, c->ctx.laddr, 16);
        memcpy(out.dst, c->ctx.raddr, 16);
        struct frame *frame = frame_alloc(w->pool, now_ps);
        cr_assert_not_null(frame);
        uint8_t *payload = frame->data + packet_header_bytes(&out);
        gen_pattern_fill(index, tx.seq - c->base_tx, payload, tx.len);
        uint32_t flip = w->corrupt_offset - (tx.seq - c->base_tx);
        if (w->corrupt_offset && index == 0 && flip < tx.len)
            payload[flip] ^= 1;
        cr_assert_leq(packet_header_bytes(&out) + tx.len, 1518);
        frame->len = packet_build(frame->data, &out, tx.len);
        world_put(w, 1, frame, now_ps);
    }
}

static void server_open(struct world *w, struct server_conn *c, const struct packet *in,
                        struct tcp_now now)
{
    memset(&c->ctx, 0, sizeof c->ctx);
    c->open = true;
    c->ctx.ip_version = in->ip_version;
    memcpy(c->ctx.laddr, in->dst, 16);
    memcpy(c->ctx.raddr, in->src, 16);
    c->ctx.lport = in->seg.dport;
    c->ctx.rport = in->seg.sport;
    c->ctx.offered = CTX_FEATURE_TS | CTX_FEATURE_SACK | CTX_FEATURE_WS | CTX_FEATURE_MSS;
    c->ctx.rx_ring_log2 = RING_LOG2;
    uint32_t iss = (uint32_t)rng_u64(&w->rng);
    tcp_open_passive(&c->ctx, iss, &w->tcp, now);
    c->base_tx = iss + 1;
    c->base_rx = in->seg.seq + 1;
}

static void server_app(struct world *w, struct server_conn *c, uint32_t index)
{
    if (c->ctx.tcp_state < TCP_ESTABLISHED)
        return;
    uint64_t available = c->ctx.rcv_nxt - c->base_rx - c->peer_fin;
    for (; c->read < available; c->read++)
        gen_peer_on_server_bytes(w->peer, index, c->read,
                                 &c->rx_ring[(c->base_rx + c->read) % RING], 1);
    tcp_on_app_read(&c->ctx, c->base_rx + (uint32_t)c->read, &w->tcp);
    uint32_t bytes = (uint32_t)gen_peer_server_bytes(w->peer, index);
    const struct gen_request_params *requests = &w->params.requests;
    if (w->params.direction == GEN_REQUESTS)
        bytes = (uint32_t)(c->read / requests->bytes * requests->response_bytes);
    tcp_on_app_write(&c->ctx, c->base_tx + bytes);
    if (gen_peer_server_closes(w->peer) || c->peer_fin)
        tcp_on_app_close(&c->ctx, c->base_tx + bytes);
}

static void server_receive(struct world *w, struct frame *frame, uint64_t now_ps)
{
    struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    struct packet in;
    packet_parse(frame->data, frame->len, true, &in);
    cr_assert_leq(frame->len, w->params.vlan ? 1518 : 1514);
    cr_assert(in.kind == PACKET_TCP && in.tcp_checksum_ok && in.ip_checksum_ok);
    struct flow_key key;
    packet_flow_key(&in, &key);
    uint32_t index = gen_peer_find(w->peer, &key);
    cr_assert_lt(index, w->params.connections);
    struct server_conn *c = &w->conns[index];
    if (!c->open)
        server_open(w, c, &in, now);
    struct tcp_result result;
    tcp_input(&c->ctx, &in.seg, &w->tcp, now, &result);
    cr_assert_eq(result.terminated, 0);
    for (uint32_t i = 0; i < result.payload_len; i++)
        c->rx_ring[(result.payload_seq + i) % RING] = in.seg.payload[result.payload_skip + i];
    c->peer_fin |= result.peer_fin;
    server_app(w, c, index);
    server_send(w, c, index, &in, now_ps);
    frame_free(w->pool, frame);
}

static void world_run(void *self, uint64_t now_ps)
{
    struct world *w = self;
    for (int to = 0; to < 2; to++)
        while (w->head[to] != w->tail[to] && w->due[to][w->head[to] % QUEUE] <= now_ps) {
            struct frame *frame = w->queue[to][w->head[to]++ % QUEUE];
            struct frame_sink sink = gen_peer_rx_sink(w->peer);
            if (to == 0)
                server_receive(w, frame, now_ps);
            else
                frame_sink_accept(&sink, frame, now_ps);
        }
    for (uint32_t i = 0; i < w->params.connections; i++) {
        struct server_conn *c = &w->conns[i];
        struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
        if (!c->open || tcp_deadline_us(&c->ctx, now) != 0)
            continue;
        struct tcp_result result;
        struct packet in = {.ip_version = c->ctx.ip_version};
        tcp_on_timer(&c->ctx, &w->tcp, now, &result);
        server_app(w, c, i);
        server_send(w, c, i, &in, now_ps);
    }
}

static uint64_t world_next(const void *self)
{
    const struct world *w = self;
    uint64_t next = TIME_NEVER;
    for (int to = 0; to < 2; to++)
        if (w->head[to] != w->tail[to])
            next = u64_min(next, w->due[to][w->head[to] % QUEUE]);
    struct tcp_now now = {us_ticks(w->loop.now_ps), ms_ticks(w->loop.now_ps)};
    for (uint32_t i = 0; i < w->params.connections; i++) {
        uint32_t us = w->conns[i].open ? tcp_deadline_us(&w->conns[i].ctx, now) : UINT32_MAX;
        if (us != UINT32_MAX)
            next = u64_min(next, w->loop.now_ps / PS_PER_US * PS_PER_US + us * PS_PER_US);
    }
    return next;
}

static struct world *world_create(const struct gen_params *params, uint32_t loss_permille)
{
    struct world *w = calloc(1, sizeof *w);
    w->params = *params;
    w->loss_permille = loss_permille;
    w->conns = calloc(params->connections, sizeof *w->conns);
    w->pool = frame_pool_create(40000);
    rng_init(&w->rng, params->seed, "world");
    tcp_params_default(&w->tcp);
    w->tcp.mss_max = params->tcp.mss_max;
    w->peer = gen_peer_create(params, w->pool, (struct frame_sink){to_server, w}, NULL, NULL);
    stage_loop_init(&w->loop);
    stage_loop_add(&w->loop, gen_peer_stage(w->peer, "gen"));
    stage_loop_add(&w->loop, (struct stage){"world", w, world_run, world_next});
    return w;
}

static void world_destroy(struct world *w)
{
    for (int to = 0; to < 2; to++)
        for (; w->head[to] != w->tail[to]; w->head[to]++)
            frame_free(w->pool, w->queue[to][w->head[to] % QUEUE]);
    gen_peer_destroy(w->peer);
    frame_pool_destroy(w->pool);
    free(w->conns);
    free(w);
}

struct response_times {
    uint64_t count, least_ps, most_ps;
};

struct gen_row {
    char name[48];
    enum gen_direction direction;
    uint32_t connections, bytes, loss;
    uint8_t ip_version;
    uint16_t vlan;
};

static struct gen_row rows[] = {
    {"download", GEN_DOWNLOAD, 1, 300000, 0, 4, VLAN_NONE},
    {"download with loss, IPv6", GEN_DOWNLOAD, 3, 100000, 20, 6, VLAN_NONE},
    {"upload, tagged", GEN_UPLOAD, 2, 200001, 0, 4, VLAN_TAGGED | 7},
    {"upload with loss", GEN_UPLOAD, 3, 100000, 20, 4, VLAN_NONE},
    {"both ways", GEN_BOTH, 2, 100000, 10, 4, VLAN_NONE},
    {"idle", GEN_IDLE, 5, 0, 0, 4, VLAN_NONE},
    {"three hundred downloads", GEN_DOWNLOAD, CONNS_MAX, 900000, 0, 4, VLAN_NONE},
};

ParameterizedTestParameters(gen_peer, moves_and_compares_every_byte)
{
    return cr_make_param_array(struct gen_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct gen_row *row, gen_peer, moves_and_compares_every_byte)
{
    struct gen_params params;
    gen_params_default(&params);
    params.direction = row->direction;
    params.connections = row->connections;
    params.bytes_total = row->bytes;
    params.ip_version = row->ip_version;
    params.vlan = row->vlan;
    params.hold_ps = 20 * PS_PER_S; /* longer than a stall */
    params.stall_ps = 10 * PS_PER_S;
    struct world *w = world_create(&params, row->loss);
    while (!gen_peer_is_done(w->peer) && stage_loop_step(&w->loop, 200 * PS_PER_S))
        ;
    const struct gen_stats *stats = gen_peer_stats(w->peer);
    cr_assert(gen_peer_is_done(w->peer), "%s", row->name);
    gen_peer_finish(w->peer);
    cr_assert_eq(stats->outcomes.of[OUTCOME_INTACT], row->connections, "%s", row->name);
    cr_assert_eq(stats->outcomes.total, row->connections);
    cr_assert_eq(stats->opened, row->connections);
    uint64_t each_way = row->direction == GEN_IDLE ? row->connections * GEN_IDLE_BYTES : row->bytes;
    cr_assert_eq(stats->bytes_received, row->direction == GEN_UPLOAD ? 0 : each_way);
    cr_assert_eq(stats->server_bytes, row->direction == GEN_DOWNLOAD ? 0 : each_way);
    cr_assert_eq(gen_peer_progress_permille(w->peer), 1000);
    world_destroy(w);
}

static void count_response(void *self, uint64_t latency_ps)
{
    struct response_times *times = self;
    times->count++;
    times->least_ps = u64_min(times->least_ps, latency_ps);
    times->most_ps = u64_max(times->most_ps, latency_ps);
}

static struct response_times ask(uint32_t loss, enum gen_arrival arrival)
{
    struct response_times times = {.least_ps = UINT64_MAX};
    struct gen_params params;
    gen_params_default(&params);
    params.direction = GEN_REQUESTS;
    params.connections = 4;
    params.bytes_total = 0;
    params.requests = (struct gen_request_params){.count = 150,
                                                  .interval_ps = 300 * PS_PER_US,
                                                  .arrival = arrival,
                                                  .bytes = 300,
                                                  .response_bytes = 4000,
                                                  .on_response = count_response,
                                                  .self = &times};
    struct world *w = world_create(&params, loss);
    while (!gen_peer_is_done(w->peer) && stage_loop_step(&w->loop, 200 * PS_PER_S))
        ;
    gen_peer_finish(w->peer);
    cr_assert_eq(gen_peer_stats(w->peer)->outcomes.of[OUTCOME_INTACT], 4);
    cr_assert_eq(gen_peer_stats(w->peer)->server_bytes, 4 * 150 * 300);
    cr_assert_eq(gen_peer_stats(w->peer)->bytes_received, 4 * 150 * 4000);
    cr_assert_eq(times.count, 4 * 150);
    world_destroy(w);
    return times;
}

Test(gen_peer, each_paced_request_gets_its_response)
{
    struct response_times times = ask(0, GEN_ARRIVAL_FIXED);
    cr_assert_geq(times.least_ps, 2 * DELAY_US * PS_PER_US, "there and back");
    cr_assert_lt(times.most_ps, 300 * PS_PER_US, "nothing waits");
    cr_assert_gt(ask(20, GEN_ARRIVAL_EXPONENTIAL).most_ps, 10 * times.most_ps, "losses cost time");
}

Test(gen_peer, a_wrong_byte_from_the_server_is_damage)
{
    struct gen_params params;
    gen_params_default(&params);
    params.bytes_total = 50000;
    params.connections = 2;
    struct world *w = world_create(&params, 0);
    w->corrupt_offset = 20001;
    while (!gen_peer_is_done(w->peer) && stage_loop_step(&w->loop, 20 * PS_PER_S))
        ;
    gen_peer_finish(w->peer);
    cr_assert_eq(gen_peer_stats(w->peer)->outcomes.of[OUTCOME_DAMAGED], 1);
    cr_assert_eq(gen_peer_stats(w->peer)->outcomes.of[OUTCOME_INTACT], 1);
    world_destroy(w);
}

Test(gen_peer, a_server_that_never_answers_is_a_stall)
{
    struct gen_params params;
    gen_params_default(&params);
    params.connections = 2;
    struct world *w = world_create(&params, 1000);
    /* While SYNs are repeated (1 + 2 + 4 + ... s), no connection counts as stalled, whatever the
     * limit is. */
    stage_loop_run(&w->loop, 100 * PS_PER_S);
    cr_assert_not(gen_peer_is_done(w->peer));
    stage_loop_run(&w->loop, 300 * PS_PER_S);
    cr_assert(gen_peer_is_done(w->peer));
    gen_peer_finish(w->peer);
    cr_assert_eq(gen_peer_stats(w->peer)->outcomes.of[OUTCOME_STALLED], 2);
    world_destroy(w);
}

Test(gen_peer, server_bytes_out_of_place_are_damage)
{
    struct gen_params params;
    gen_params_default(&params);
    params.direction = GEN_UPLOAD;
    params.bytes_total = 1000;
    struct world *w = world_create(&params, 0);
    uint8_t bytes[8];
    gen_pattern_fill(0, 8, bytes, sizeof bytes);
    gen_peer_on_server_bytes(w->peer, 0, 8, bytes, sizeof bytes); /* bytes 0 to 7 are missing */
    while (!gen_peer_is_done(w->peer) && stage_loop_step(&w->loop, 20 * PS_PER_S))
        ;
    gen_peer_finish(w->peer);
    cr_assert_eq(gen_peer_stats(w->peer)->outcomes.of[OUTCOME_DAMAGED], 1);
    world_destroy(w);
}

Test(gen_pattern, fill_equals_the_bytes_one_by_one_at_every_alignment)
{
    for (uint64_t offset = UINT64_C(1) << 33; offset < (UINT64_C(1) << 33) + 17; offset++)
        for (uint32_t len = 0; len < 40; len++) {
            uint8_t bytes[41] = {0};
            bytes[len] = 0xa5;
            gen_pattern_fill(9, offset, bytes, len);
            for (uint32_t i = 0; i < len; i++)
                cr_assert_eq(bytes[i], gen_pattern(9, offset + i));
            cr_assert_eq(bytes[len], 0xa5);
        }
}
