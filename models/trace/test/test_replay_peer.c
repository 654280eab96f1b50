/* Tests that a capture can be replayed against a server, and that each byte is checked. */
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_writer.h"
#include "models/trace/test/core_server.h"
#include "models/trace/test/ideal_server.h"
#include "models/trace/test/replay_make.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ACK = TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK, FIN_ACK = TCP_FIN | TCP_ACK };
enum { C = WRITER_C, S = WRITER_S };
#define LIMIT_PS (UINT64_C(100000) * PS_PER_S)

static struct ideal_params good_server(void)
{
    return (struct ideal_params){
        .delay_ps = 20 * PS_PER_US, .window_bytes = 65535, .cwnd_bytes = 14600};
}

static void open_file(struct capture_writer *w) { capture_writer_open(w, false, false, 1); }

static void finish(struct ideal_replay *replay, struct capture *capture)
{
    ideal_replay_free(replay);
    capture_destroy(capture);
}

struct network {
    char name[48];
    uint32_t loss, swap, window, cwnd;
};

ParameterizedTestParameters(replay_peer, conversations_arrive_intact)
{
    static struct network rows[] = {
        {"as captured", 0, 0, 65535, 100000},
        {"small congestion window", 0, 0, 65535, 2000},
        {"small receive window", 0, 0, 700, 14600},
        {"reordering", 0, 200, 65535, 14600},
        {"loss", 50, 0, 65535, 14600},
    };
    return cr_make_param_array(struct network, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct network *row, replay_peer, conversations_arrive_intact)
{
    struct capture_writer w;
    open_file(&w);
    capture_write_download(&w, 60000);
    w.client_port = 40001; /* an upload, out of order, ended by the client's reset */
    static char upload[1200];
    memset(upload, 'u', sizeof upload);
    capture_writer_handshake(&w);
    capture_writer_tcp(&w, false, C + 1200, S, PSH_ACK, upload, 1200);
    capture_writer_tcp(&w, false, C, S, PSH_ACK, upload, 1200);
    capture_writer_tcp(&w, true, S, C + 2400, PSH_ACK, "thanks", 6);
    capture_writer_tcp(&w, false, C + 2400, S + 6, ACK, NULL, 0);
    capture_writer_tcp(&w, false, C + 2400, S + 6, TCP_RST | ACK, NULL, 0);
    struct capture *capture = capture_make(&w);
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
    if (row->cwnd == 2000)
        cr_assert_gt(stats->synthetic_acks, 0, "a fresh window never covers 16 segments");
    if (row->loss == 0 && row->window > 1200)
        cr_assert_eq(stats->retransmissions, 0);
    finish(&replay, capture);
}

Test(replay_peer, segments_leave_as_captured)
{
    struct capture_writer w;
    open_file(&w);
    capture_write_download(&w, 32000);
    struct capture *capture = capture_make(&w);
    struct ideal_params ideal = good_server();
    ideal.cwnd_bytes = 100000;
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&replay.side);
    cr_assert_eq(stats->frames_sent, capture_conversation(capture, 0)->segment_count);
    cr_assert_eq(stats->synthetic_acks, 0);
    finish(&replay, capture);
}

/* The times at which the frames of a replay leave, and their lengths. */
struct departures {
    struct frame_pool *pool;
    uint32_t count;
    uint64_t at_ps[8];
    uint32_t len[8];
};

static void note_departure(void *self, struct frame *frame, uint64_t now_ps)
{
    struct departures *seen = self;
    cr_assert_lt(seen->count, sizeof seen->at_ps / sizeof *seen->at_ps);
    seen->at_ps[seen->count] = now_ps;
    seen->len[seen->count++] = frame->len;
    frame_free(seen->pool, frame);
}

/* Replays three SYNs that were captured at almost the same time on a line of this rate. */
static void syns_leave_back_to_back(bool endpoint, uint64_t rate_bps, uint64_t ps_per_byte)
{
    struct capture_writer w;
    open_file(&w);
    w.step_ns = 1;
    for (uint16_t i = 0; i < 3; i++) {
        w.client_port = (uint16_t)(40000 + i);
        capture_writer_handshake(&w);
    }
    struct capture *capture = capture_make(&w);
    struct departures seen = {.pool = frame_pool_create(16)};
    struct replay_params params = replay_params_make();
    if (rate_bps)
        params.uplink_bps = rate_bps;
    struct frame_sink uplink = {.accept = note_departure, .self = &seen};
    struct replay_side side = replay_side_make(endpoint, &params, capture, seen.pool, uplink);
    while (seen.count < 3)
        side.stage.run(side.self, side.stage.next_ps(side.self));
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t wire_bytes = u32_max(seen.len[i], 60) + 24; /* FCS, preamble and gap */
        cr_assert_eq(seen.at_ps[i + 1] - seen.at_ps[i], wire_bytes * ps_per_byte);
    }
    side.destroy(side.self);
    frame_pool_destroy(seen.pool);
    capture_destroy(capture);
}

/* IEEE 802.3: a byte takes 0.8 ns at 10 Gb/s, which is the default, and 0.08 ns at 100 Gb/s. */
Test(replay_peer, clients_share_one_line)
{
    for (int endpoint = 0; endpoint < 2; endpoint++) {
        syns_leave_back_to_back(endpoint, 0, 800);
        syns_leave_back_to_back(endpoint, UINT64_C(25000000000), 320);
        syns_leave_back_to_back(endpoint, UINT64_C(100000000000), 80);
    }
}

struct planted {
    char name[48];
    struct ideal_params bug;
    char words[48];
    uint32_t outcome;
};

ParameterizedTestParameters(replay_peer, planted_bugs_are_caught)
{
    static struct planted rows[] = {
        {"a byte to the client", {.corrupt_tx_every = 5}, "to the client is", OUTCOME_DAMAGED},
        {"a byte to the server", {.corrupt_rx_every = 1}, "to the server is", OUTCOME_DAMAGED},
        {"a byte delivered twice", {.double_rx_every = 1}, "twice", OUTCOME_DAMAGED},
        {"a reset out of nowhere",
         {.reset_after_bytes = 3},
         "reset the connection",
         OUTCOME_DAMAGED},
        {"nobody there", {.loss_permille = 1000}, "stalled", OUTCOME_STALLED},
    };
    return cr_make_param_array(struct planted, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct planted *row, replay_peer, planted_bugs_are_caught)
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
    cr_assert_eq(replay_side_stats(&replay.side)->outcomes.total, 1);
    cr_assert(replay.side.is_done(replay.side.self));
    finish(&replay, capture);
}

Test(replay_peer, tuples_taken_on_the_teams_address_move_to_a_free_port)
{
    struct capture_writer w;
    open_file(&w);
    for (uint32_t i = 0; i < 5; i++) {
        w.server_v4 = 0x01010101 + i; /* five servers, one client port */
        capture_writer_handshake(&w);
        capture_writer_tcp(&w, false, C, S, PSH_ACK, "x", 1);
        capture_writer_tcp(&w, true, S, C + 1, PSH_ACK, "y", 1);
        capture_writer_fins(&w, 1, 1);
    }
    struct capture *capture = capture_make(&w);
    struct ideal_params ideal = good_server();
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    cr_assert_eq(replay_side_stats(&replay.side)->outcomes.of[OUTCOME_INTACT], 5);
    for (size_t i = 0; i < 5; i++) {
        const struct flow_key *key = &replay_side_result(&replay.side, i)->key;
        cr_assert_eq(memcmp(key->laddr, params.team_ipv4, 16), 0);
        cr_assert_eq(key->rport, 40000 + i);
        cr_assert_eq(key->lport, 80);
        cr_assert_eq(replay.side.find(replay.side.self, key), i);
    }
    finish(&replay, capture);
}

Test(replay_peer, a_conversation_without_syn_is_partial_and_sends_nothing)
{
    struct capture_writer w;
    open_file(&w);
    capture_writer_tcp(&w, false, C, S, PSH_ACK, "x", 1);
    struct capture *capture = capture_make(&w);
    struct ideal_params ideal = good_server();
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&replay.side);
    cr_assert_eq(stats->outcomes.of[PARTIAL_NO_SYN], 1);
    cr_assert_eq(stats->frames_sent, 0);
    cr_assert_eq(replay_side_result(&replay.side, 0)->outcome, PARTIAL_NO_SYN);
    finish(&replay, capture);
}

Test(replay_peer, a_run_cut_short_leaves_conversations_unfinished)
{
    struct capture_writer w;
    open_file(&w);
    capture_write_download(&w, 60000);
    struct capture *capture = capture_make(&w);
    struct ideal_params ideal = good_server();
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, 10 * PS_PER_MS);
    cr_assert_eq(replay_side_result(&replay.side, 0)->outcome, OUTCOME_UNFINISHED);
    cr_assert_lt(replay_side_stats(&replay.side)->bytes_to_client, 60000);
    finish(&replay, capture);
}

ParameterizedTestParameters(replay_peer, conversations_arrive_intact_through_the_tcp_core)
{
    static struct network rows[] = {
        {"as captured", .window = 19}, {"small ring", .window = 13}, {"loss", 50, .window = 16}};
    return cr_make_param_array(struct network, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct network *row, replay_peer,
                  conversations_arrive_intact_through_the_tcp_core)
{
    struct capture_writer w;
    open_file(&w);
    capture_write_download(&w, 60000);
    w.client_port = 40001;
    capture_write_download(&w, 90000);
    struct capture *capture = capture_make(&w);
    struct core_params core = {
        .delay_ps = 20 * PS_PER_US, .loss_permille = row->loss, .ring_log2 = (uint8_t)row->window};
    struct replay_params params = replay_params_make();
    struct core_replay replay;
    core_replay_run(&replay, capture, &core, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&replay.side);
    cr_assert_eq(stats->outcomes.of[OUTCOME_INTACT], 2, "%s: %s / %s", row->name,
                 replay_side_result(&replay.side, 0)->why,
                 replay_side_result(&replay.side, 1)->why);
    cr_assert_eq(stats->bytes_to_client, 150000);
    core_replay_free(&replay);
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
    struct ideal_params ideal = good_server();
    struct replay_params params = replay_params_make();
    struct ideal_replay replay;
    ideal_replay_run(&replay, capture, &ideal, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&replay.side);
    for (size_t i = 0; i < stats->outcomes.total; i++) {
        const struct conv_result *result = replay_side_result(&replay.side, i);
        enum outcome partial = capture_conversation(capture, i)->partial;
        cr_expect(result->outcome == (partial == PARTIAL_NONE ? OUTCOME_INTACT : partial),
                  "%s %zu: %s", name, i, result->why);
    }
    ideal_replay_free(&replay);
    struct core_params core = {.delay_ps = 20 * PS_PER_US, .ring_log2 = 19};
    struct core_replay through_core;
    core_replay_run(&through_core, capture, &core, &params, LIMIT_PS);
    stats = replay_side_stats(&through_core.side);
    cr_expect_eq(stats->outcomes.of[OUTCOME_INTACT], outcome_judged_total(&stats->outcomes),
                 "%s: %" PRIu64 " of %" PRIu64 " intact", name, stats->outcomes.of[OUTCOME_INTACT],
                 outcome_judged_total(&stats->outcomes));
    core_replay_free(&through_core);
    capture_destroy(capture);
}

/* Replays further captures, which are not in the project. */
Test(replay_peer, every_complete_conversation_of_further_captures_is_intact)
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
