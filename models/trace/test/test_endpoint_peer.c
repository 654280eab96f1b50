/* Tests that lwIP can replay a capture against a server, and that each byte is checked. */
#include "models/base/stage_loop.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/core_server.h"
#include "models/trace/test/ideal_server.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ACK = TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK };
enum { C = WRITER_C, S = WRITER_S };
#define LIMIT_PS (UINT64_C(100000) * PS_PER_S)

static struct ideal_params good_server(void)
{
    return (struct ideal_params){
        .delay_ps = 20 * PS_PER_US, .window_bytes = 65535, .cwnd_bytes = 14600, .endpoint = true};
}

static void open_file(struct capture_writer *w) { capture_writer_open(w, false, false, 1); }

/* Makes a capture with a download that ends with FINs and an upload that ends with the client's
 * reset. */
static struct capture *download_and_upload(void)
{
    struct capture_writer w;
    static char upload[1200];
    open_file(&w);
    capture_write_download(&w, 60000);
    w.client_port = 40001;
    memset(upload, 'u', sizeof upload);
    capture_writer_handshake(&w);
    capture_writer_tcp(&w, false, C, S, PSH_ACK, upload, 1200);
    capture_writer_tcp(&w, false, C + 1200, S, PSH_ACK, upload, 1200);
    capture_writer_tcp(&w, true, S, C + 2400, PSH_ACK, "thanks", 6);
    capture_writer_tcp(&w, false, C + 2400, S + 6, ACK, NULL, 0);
    capture_writer_tcp(&w, false, C + 2400, S + 6, TCP_RST | ACK, NULL, 0);
    return capture_make(&w);
}

struct network {
    char name[48];
    uint32_t loss, swap, window, cwnd;
};

ParameterizedTestParameters(endpoint_peer, conversations_arrive_intact)
{
    static struct network rows[] = {
        {"nothing lost", 0, 0, 65535, 100000},
        {"small congestion window", 0, 0, 65535, 2000},
        {"small receive window", 0, 0, 700, 14600},
        {"reordering", 0, 200, 65535, 14600},
        {"loss", 50, 0, 65535, 14600},
    };
    return cr_make_param_array(struct network, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct network *row, endpoint_peer, conversations_arrive_intact)
{
    struct capture *capture = download_and_upload();
    struct ideal_params ideal = good_server();
    ideal.loss_permille = row->loss;
    ideal.swap_permille = row->swap;
    ideal.window_bytes = row->window;
    ideal.cwnd_bytes = row->cwnd;
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&replay.side);
    cr_assert_eq(stats->outcomes.total, 2);
    cr_assert_eq(stats->outcomes.of[OUTCOME_INTACT], 2, "%s: %s / %s", row->name,
                 replay_side_result(&replay.side, 0)->why,
                 replay_side_result(&replay.side, 1)->why);
    cr_assert_eq(stats->bytes_to_client, 60006);
    cr_assert_eq(stats->bytes_to_server, 2403);
    cr_assert_eq(stats->stray_frames + stats->bad_frames, 0);
    cr_assert_eq(replay.side.progress_permille(replay.side.self), 1000);
    if (row->loss)
        cr_assert_gt(stats->retransmissions, 0);
    else if (row->window > 1200 && !row->swap)
        cr_assert_eq(stats->retransmissions, 0);
    ideal_replay_free(&replay);
    capture_destroy(capture);
}

struct planted {
    char name[32];
    struct ideal_params bug;
    char words[32];
    uint32_t outcome;
};

ParameterizedTestParameters(endpoint_peer, planted_bugs_are_caught)
{
    static struct planted rows[] = {
        {"a byte to the client", {.corrupt_tx_every = 5}, "to the client is", OUTCOME_DAMAGED},
        {"a byte to the server", {.corrupt_rx_every = 1}, "to the server is", OUTCOME_DAMAGED},
        {"a byte delivered twice", {.double_rx_every = 1}, "twice", OUTCOME_DAMAGED},
        {"a reset out of nowhere",
         {.reset_after_bytes = 3},
         "reset the connection",
         OUTCOME_DAMAGED},
        {"nobody there", {.loss_permille = 1000}, "gave up", OUTCOME_DAMAGED},
    };
    return cr_make_param_array(struct planted, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct planted *row, endpoint_peer, planted_bugs_are_caught)
{
    struct capture_writer w;
    open_file(&w);
    capture_write_download(&w, 20000);
    struct capture *capture = capture_make(&w);
    struct ideal_params ideal = good_server();
    ideal.corrupt_tx_every = row->bug.corrupt_tx_every;
    ideal.corrupt_rx_every = row->bug.corrupt_rx_every;
    ideal.double_rx_every = row->bug.double_rx_every;
    ideal.reset_after_bytes = row->bug.reset_after_bytes;
    ideal.loss_permille = row->bug.loss_permille;
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    const struct conv_result *result = replay_side_result(&replay.side, 0);
    cr_assert_eq(result->outcome, row->outcome, "%s: %d %s", row->name, result->outcome,
                 result->why);
    cr_assert_not_null(strstr(result->why, row->words), "%s: %s", row->name, result->why);
    cr_assert_eq(replay_side_stats(&replay.side)->outcomes.of[row->outcome], 1);
    cr_assert(replay.side.is_done(replay.side.self));
    ideal_replay_free(&replay);
    capture_destroy(capture);
}

ParameterizedTestParameters(endpoint_peer, conversations_arrive_intact_through_the_tcp_core)
{
    static struct network rows[] = {
        {"nothing lost", .window = 19}, {"small ring", .window = 13}, {"loss", 50, .window = 16}};
    return cr_make_param_array(struct network, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct network *row, endpoint_peer,
                  conversations_arrive_intact_through_the_tcp_core)
{
    struct capture *capture = download_and_upload();
    struct core_params core = {.delay_ps = 20 * PS_PER_US,
                               .loss_permille = row->loss,
                               .ring_log2 = (uint8_t)row->window,
                               .endpoint = true};
    struct replay_params params = replay_params_make();
    struct core_replay replay;
    core_replay_run(&replay, capture, &core, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&replay.side);
    cr_assert_eq(stats->outcomes.of[OUTCOME_INTACT], 2, "%s: %s / %s", row->name,
                 replay_side_result(&replay.side, 0)->why,
                 replay_side_result(&replay.side, 1)->why);
    core_replay_free(&replay);
    capture_destroy(capture);
}

/* One stack plays all clients and knows no VLANs, so each tuple may exist only once. */
Test(endpoint_peer, one_tuple_in_two_vlans_gets_two_ports)
{
    struct capture_writer w;
    open_file(&w);
    w.vlan[0] = 10;
    capture_write_download(&w, 2000);
    w.vlan[0] = 20;
    capture_write_download(&w, 3000);
    struct capture *capture = capture_make(&w);
    struct ideal_params ideal = good_server();
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    cr_assert_eq(replay_side_stats(&replay.side)->outcomes.of[OUTCOME_INTACT], 2);
    struct flow_key a = replay_side_result(&replay.side, 0)->key;
    struct flow_key b = replay_side_result(&replay.side, 1)->key;
    cr_assert_eq(a.vlan, VLAN_TAGGED | 10);
    cr_assert_eq(b.vlan, VLAN_TAGGED | 20);
    cr_assert_eq(b.rport, a.rport + 1);
    cr_assert_eq(replay.side.find(replay.side.self, &b), 1);
    struct flow_key other = b;
    other.vlan = a.vlan;
    cr_assert_eq(replay.side.find(replay.side.self, &other), SIZE_MAX);
    ideal_replay_free(&replay);
    capture_destroy(capture);
}

Test(endpoint_peer, what_lwip_refuses_is_partial_with_a_reason)
{
    struct capture_writer w;
    open_file(&w);
    w.client_port = 0;
    capture_write_download(&w, 2000);
    struct capture *capture = capture_make(&w);
    cr_assert_eq(capture_conversation(capture, 0)->partial, PARTIAL_NONE);
    struct ideal_params ideal = good_server();
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&replay.side);
    cr_assert_eq(stats->outcomes.of[PARTIAL_STACK], 1);
    cr_assert_eq(outcome_judged_total(&stats->outcomes), 0);
    cr_assert_eq(stats->frames_sent, 0);
    const struct conv_result *result = replay_side_result(&replay.side, 0);
    cr_assert_eq(result->outcome, PARTIAL_STACK);
    cr_assert_str_eq(result->why, "an address or port that no host can have");
    ideal_replay_free(&replay);
    capture_destroy(capture);
}

Test(endpoint_peer, an_idle_connection_costs_no_tick)
{
    struct capture_writer w;
    open_file(&w);
    capture_writer_handshake(&w);
    capture_writer_tcp(&w, false, C, S, PSH_ACK, "x", 1);
    capture_writer_tcp(&w, true, S, C + 1, PSH_ACK, "y", 1);
    capture_writer_tcp(&w, false, C + 1, S + 1, ACK, NULL, 0); /* the connection stays open */
    struct capture *capture = capture_make(&w);
    struct ideal_params ideal = good_server();
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    cr_assert_eq(replay_side_stats(&replay.side)->outcomes.of[PARTIAL_NO_END], 1);
    struct stage stage = replay.side.stage;
    unsigned ticks = 0;
    for (uint64_t at = stage.next_ps(stage.self); at != TIME_NEVER;
         at = stage.next_ps(stage.self)) {
        cr_assert_lt(++ticks, 5);
        stage.run(stage.self, at);
    }
    ideal_replay_free(&replay);
    capture_destroy(capture);
}

/* A server that completes the handshake and then only acknowledges. It never sends its data. */
struct mute {
    struct frame_pool *pool;
    struct replay_side *side;
    struct packet_out last;
    bool owes;
};

static void mute_take(void *self, struct frame *frame, uint64_t now_ps)
{
    struct mute *mute = self;
    struct packet in;
    (void)now_ps;
    packet_parse(frame->data, frame->len, true, &in);
    frame_free(mute->pool, frame);
    bool syn = (in.seg.flags & TCP_SYN) != 0;
    if (!syn && in.seg.payload_len == 0)
        return;
    struct packet_out *out = &mute->last;
    *out = (struct packet_out){.ip_version = 4, .ttl = 64, .window = 60000};
    memcpy(out->dst_mac, in.src_mac, 6);
    memcpy(out->src_mac, in.dst_mac, 6);
    memcpy(out->src, in.dst, sizeof out->src);
    memcpy(out->dst, in.src, sizeof out->dst);
    out->sport = in.seg.dport;
    out->dport = in.seg.sport;
    out->seq = syn ? S - 1 : S;
    out->ack = in.seg.seq + in.seg.payload_len + syn;
    out->flags = syn ? TCP_SYN | TCP_ACK : TCP_ACK;
    mute->owes = true;
}

Test(endpoint_peer, a_server_that_says_nothing_is_a_stall)
{
    struct capture_writer w;
    open_file(&w);
    capture_write_download(&w, 2000);
    struct capture *capture = capture_make(&w);
    struct replay_params params = replay_params_make();
    struct mute mute = {.pool = frame_pool_create(16)};
    struct frame_sink uplink = {.accept = mute_take, .self = &mute};
    struct replay_side side = replay_side_make(true, &params, capture, mute.pool, uplink);
    uint64_t now_ps = 0;
    while (!side.is_done(side.self)) {
        now_ps = side.stage.next_ps(side.self);
        cr_assert_lt(now_ps, 2 * params.stall_ps);
        side.stage.run(side.self, now_ps);
        if (!mute.owes)
            continue;
        mute.owes = false;
        struct frame *answer = frame_alloc(mute.pool, now_ps);
        answer->len = packet_build(answer->data, &mute.last, 0);
        frame_sink_accept(&side.rx, answer, now_ps);
    }
    side.finish(side.self, now_ps);
    const struct conv_result *result = side.result(side.self, 0);
    cr_assert_eq(result->outcome, OUTCOME_STALLED);
    cr_assert_str_eq(result->why, "stalled: step 2 of 2 waits for bytes of the server");
    cr_assert_eq(side.stats(side.self)->outcomes.of[OUTCOME_STALLED], 1);
    cr_assert_geq(now_ps, params.stall_ps);
    side.destroy(side.self);
    frame_pool_destroy(mute.pool);
    capture_destroy(capture);
}

struct first_frame {
    struct frame_pool *pool;
    uint64_t at_ps;
    struct packet packet;
};

static void keep_first(void *self, struct frame *frame, uint64_t now_ps)
{
    struct first_frame *first = self;
    first->at_ps = now_ps;
    packet_parse(frame->data, frame->len, true, &first->packet);
    frame_free(first->pool, frame);
}

static uint32_t first_number(const struct capture *capture, uint64_t seed)
{
    struct first_frame first = {.pool = frame_pool_create(16)};
    struct replay_params params = replay_params_make();
    params.seed = seed;
    struct frame_sink uplink = {.accept = keep_first, .self = &first};
    struct replay_side side = replay_side_make(true, &params, capture, first.pool, uplink);
    while (first.at_ps == 0)
        side.stage.run(side.self, side.stage.next_ps(side.self));
    cr_assert_eq(first.at_ps, params.start_ps);
    cr_assert_eq(first.packet.kind, PACKET_TCP);
    cr_assert(first.packet.tcp_checksum_ok && first.packet.ip_checksum_ok);
    cr_assert_eq(first.packet.seg.flags, TCP_SYN);
    cr_assert_eq(first.packet.seg.mss, 1460);
    side.destroy(side.self);
    frame_pool_destroy(first.pool);
    return first.packet.seg.seq;
}

Test(endpoint_peer, sequence_numbers_follow_from_the_seed)
{
    struct capture *capture = download_and_upload();
    uint32_t one = first_number(capture, 1);
    uint32_t two = first_number(capture, 2);
    cr_assert_neq(one, two);
    cr_assert_eq(first_number(capture, 1), one, "and from nothing that was before");
    capture_destroy(capture);
}

static void replay_file(const char *dir, const char *name)
{
    char path[1024];
    struct capture_params capture_params;
    struct error err = {0};
    snprintf(path, sizeof path, "%s/%s", dir, name);
    capture_params_default(&capture_params);
    struct capture *capture = capture_load(path, &capture_params, &err);
    if (!capture) {
        cr_assert_eq(err.status, STATUS_BAD_INPUT, "%s", err.text);
        return;
    }
    struct core_params core = {
        .delay_ps = 20 * PS_PER_US, .loss_permille = 10, .ring_log2 = 19, .endpoint = true};
    struct replay_params params = replay_params_make();
    struct core_replay replay;
    core_replay_run(&replay, capture, &core, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&replay.side);
    for (size_t i = 0; i < stats->outcomes.total; i++) {
        const struct conv_result *result = replay_side_result(&replay.side, i);
        enum outcome partial = capture_conversation(capture, i)->partial;
        cr_expect(result->outcome == (partial == PARTIAL_NONE ? OUTCOME_INTACT : partial),
                  "%s %zu: %s", name, i, result->why);
    }
    core_replay_free(&replay);
    capture_destroy(capture);
}

/* Replays further captures, which are not in the project, through a network that loses 1 % of
 * the frames. */
Test(endpoint_peer, every_complete_conversation_of_further_captures_is_intact)
{
    const char *dir = getenv("TOESIM_EXTRA_TRACES");
    if (!dir)
        cr_skip("TOESIM_EXTRA_TRACES names no folder of captures");
    DIR *folder = opendir(dir);
    cr_assert_not_null(folder, "%s", dir);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        if (strstr(entry->d_name, ".pcap"))
            replay_file(dir, entry->d_name);
    closedir(folder);
}
