/* Tests how much memory the conversations of a replay take (docs/replay.md, "Captures larger than memory"). The reader
 * and the peers count it themselves. */
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/ideal_server.h"
#include "models/trace/test/replay_make.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { C = WRITER_C, S = WRITER_S, PSH_ACK = TCP_PSH | TCP_ACK };
enum { FLOOD = 20000, CONVERSATIONS = 600, PORTS = 50000 };
#define LIMIT_PS (3600 * PS_PER_S)
/* The bounds of docs/replay.md. */
enum { READER_BYTES = 48, CLOSED_BYTES = 128, STATE_BYTES = 2048, AWAY_BYTES = 1024 };
/* What the peers have in memory however few conversations there are. */
enum { FIXED_BYTES = 8192 };

static struct capture_writer w;

static void begin(void)
{
    capture_writer_open(&w, false, true, 1);
    w.step_ns = 10000;
}

static void client(uint32_t number)
{
    w.client_v4 = 0x0a010000 + number / PORTS;
    w.client_port = (uint16_t)(10000 + number % PORTS);
}

static void talk(void)
{
    capture_writer_tcp(&w, false, C, S, PSH_ACK, "question", 8);
    capture_writer_tcp(&w, true, S, C + 8, PSH_ACK, "answer", 6);
    capture_writer_tcp(&w, false, C + 8, S + 6, TCP_ACK, "", 0);
}

static void run(struct ideal_replay *replay, const struct capture *capture, bool endpoint,
                uint32_t loss_permille)
{
    struct replay_params params = replay_params_make();
    struct ideal_params ideal = {.delay_ps = 10 * PS_PER_US,
                                 .window_bytes = 65535,
                                 .cwnd_bytes = 10000,
                                 .loss_permille = loss_permille,
                                 .endpoint = endpoint};
    ideal_replay_run(replay, capture, &ideal, &params, LIMIT_PS);
}

static void end(struct ideal_replay *replay, struct capture *capture)
{
    ideal_replay_free(replay);
    capture_destroy(capture);
}

/* Nobody answers the SYNs of a flood, so nothing is kept of them for the replay. Each SYN is repeated when its tuple is on
 * disk, and is still of the same conversation. */
static void unanswered(bool endpoint)
{
    struct replay_memory memory;
    struct ideal_replay replay;
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    begin();
    for (uint32_t i = 0; i < 2 * FLOOD; i++) {
        client(i % FLOOD);
        capture_writer_tcp(&w, false, 1000 + i % FLOOD, 0, TCP_SYN, "", 0);
    }
    struct capture *capture = capture_make(&w);
    const struct capture_stats *stats = capture_get_stats(capture);
    double each = (double)stats->index_bytes / FLOOD;
    cr_expect_leq(each, READER_BYTES, "%.1f bytes of the reader", each);
    run(&replay, capture, endpoint, 0);
    replay.side.memory(replay.side.self, &memory);
    cr_expect_eq(memory.states_most, 0);
    cr_expect_eq(memory.away_bytes, 0);
    cr_expect_leq(memory.fixed_bytes, FIXED_BYTES, "%zu bytes", (size_t)memory.fixed_bytes);
    cr_expect_eq(replay_side_stats(&replay.side)->outcomes.of[PARTIAL_NO_SYN_ACK], FLOOD);
    cr_expect_eq(replay_side_result(&replay.side, FLOOD - 1)->outcome, PARTIAL_NO_SYN_ACK);
    end(&replay, capture);
}

Test(replay_kept, unanswered_in_exact_mode) { unanswered(false); }
Test(replay_kept, unanswered_in_endpoint_mode) { unanswered(true); }

static void expect_closed(struct ideal_replay *replay, size_t open_max)
{
    struct replay_memory memory;
    replay->side.memory(replay->side.self, &memory);
    double each = ((double)memory.fixed_bytes - FIXED_BYTES) / CONVERSATIONS;
    double away = (double)memory.away_bytes / CONVERSATIONS;
    cr_expect_leq(each, CLOSED_BYTES, "%.1f bytes in memory", each);
    cr_expect_leq(away, AWAY_BYTES, "%.1f bytes on disk", away);
    cr_expect_leq(memory.states_most, open_max, "%zu states at a time", memory.states_most);
    cr_expect_leq(memory.state_bytes, STATE_BYTES);
    cr_expect_eq(memory.states, 0);
    cr_expect_eq(replay_side_stats(&replay->side)->outcomes.of[OUTCOME_INTACT], CONVERSATIONS);
    for (size_t i = 0; i < CONVERSATIONS; i++) {
        const struct conv_result *result = replay_side_result(&replay->side, i);
        cr_assert_eq(result->outcome, OUTCOME_INTACT, "%zu: %s", i, result->why);
        cr_assert_eq(result->bytes_to_server, 8);
        cr_assert_eq(result->bytes_to_client, 6);
        cr_assert_eq(result->key.rport, 10000 + i);
    }
}

/* Each conversation ends before the next one begins. If frames are lost, the server repeats its FIN after the end, so
 * that states are brought back. */
static void one_by_one(bool endpoint, uint32_t loss_permille, size_t open_max)
{
    struct ideal_replay replay;
    begin();
    for (uint32_t i = 0; i < CONVERSATIONS; i++) {
        client(i);
        capture_writer_handshake(&w);
        talk();
        capture_writer_fins(&w, 8, 6);
        w.time_ns += 5000000;
    }
    struct capture *capture = capture_make(&w);
    run(&replay, capture, endpoint, loss_permille);
    expect_closed(&replay, open_max);
    end(&replay, capture);
}

Test(replay_kept, closed_in_exact_mode) { one_by_one(false, 0, 2); }
Test(replay_kept, closed_with_losses) { one_by_one(false, 100, CONVERSATIONS); }
Test(replay_kept, closed_in_endpoint_mode) { one_by_one(true, 0, CONVERSATIONS / 4); }
Test(replay_kept, closed_in_endpoint_mode_with_losses) { one_by_one(true, 100, CONVERSATIONS); }

/* All conversations are open at the same time, and at the end nothing but their results is left. */
Test(replay_kept, all_open_at_the_same_time)
{
    struct ideal_replay replay;
    struct replay_memory memory;
    begin();
    for (uint32_t i = 0; i < CONVERSATIONS; i++) {
        client(i);
        capture_writer_handshake(&w);
    }
    for (uint32_t i = 0; i < CONVERSATIONS; i++) {
        client(i);
        talk();
        capture_writer_fins(&w, 8, 6);
    }
    struct capture *capture = capture_make(&w);
    run(&replay, capture, false, 0);
    replay.side.memory(replay.side.self, &memory);
    cr_expect_eq(memory.states_most, CONVERSATIONS);
    expect_closed(&replay, CONVERSATIONS);
    end(&replay, capture);
}

/* The folder for the states that are put away does not exist. The capture reports the error, and the replay ends. */
Test(replay_kept, no_room_on_the_disk)
{
    struct ideal_replay replay;
    struct error err = {0};
    begin();
    for (uint32_t i = 0; i < CONVERSATIONS; i++) {
        client(i);
        capture_writer_handshake(&w);
        talk();
        capture_writer_fins(&w, 8, 6);
    }
    struct capture *capture = capture_make(&w);
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    setenv("TMPDIR", "/nowhere", 1);
    run(&replay, capture, false, 0);
    cr_assert_eq(capture_trouble(capture, &err), STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/nowhere"), "%s", err.text);
    end(&replay, capture);
}
