/* Tests models/trace with conversations that contain every kind of segment without effect. The
 * reader must classify them correctly. */
#include "models/base/units.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_bytes.h"
#include "models/trace/test/conv_corpus.h"
#include "models/trace/test/core_server.h"
#include "models/wire/tcp_hdr.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CAPTURES = 4, PORTS = 450, PORT_FIRST = 10000 };
#define LIMIT_PS (UINT64_C(100000) * PS_PER_S)

struct corpus {
    struct corpus_verdict verdicts[2 * PORTS];
    unsigned count;
};

/* Writes one capture of the corpus. The seed alone decides its contents. */
static void write_corpus(struct capture_writer *w, uint64_t seed, struct corpus *corpus)
{
    struct rng rng;
    rng_init(&rng, seed, "corpus");
    corpus->count = 0;
    capture_writer_open(w, false, false, 1);
    w->step_ns = 100000;
    for (uint16_t i = 0; i < PORTS; i++) {
        w->client_port = (uint16_t)(PORT_FIRST + i);
        corpus->count += corpus_write(w, &rng, corpus->verdicts + corpus->count);
    }
}

static bool has_bytes(const uint8_t *stream, uint64_t len, uint32_t isn)
{
    uint64_t i = 0;
    while (i < len && stream[i] == corpus_byte(isn, i))
        i++;
    return i == len;
}

static void compare(uint64_t seed, const struct capture *capture, const struct conversation *conv,
                    const struct corpus_verdict *wanted)
{
    cr_assert_eq(conv->key.rport, wanted->client_port, "seed %" PRIu64 ": not %u, with %s", seed,
                 wanted->client_port, wanted->history);
    cr_expect_eq(conv->partial, PARTIAL_NONE, "seed %" PRIu64 " port %u: %s, with %s", seed,
                 wanted->client_port, outcome_key(conv->partial), wanted->history);
    bool same =
        conv->client_isn == wanted->client_isn && conv->server_isn == wanted->server_isn &&
        conv->client_bytes == wanted->client_bytes && conv->server_bytes == wanted->server_bytes &&
        conv->reset == wanted->reset && conv->reset_by_server == wanted->reset_by_server &&
        conv->client_acked == wanted->client_bytes && conv->server_acked == wanted->server_bytes;
    cr_expect(same,
              "seed %" PRIu64 " port %u: %" PRIu64 "/%" PRIu64 " bytes, %" PRIu64 "/%" PRIu64
              " acked, reset %d %d, with %s",
              seed, wanted->client_port, conv->client_bytes, conv->server_bytes, conv->client_acked,
              conv->server_acked, conv->reset, conv->reset_by_server, wanted->history);
    cr_expect(has_bytes(capture_bytes(capture, conv, CAPTURE_CLIENT), conv->client_bytes,
                        conv->client_isn) &&
                  has_bytes(capture_bytes(capture, conv, CAPTURE_SERVER), conv->server_bytes,
                            conv->server_isn),
              "seed %" PRIu64 " port %u: a byte is wrong, with %s", seed, wanted->client_port,
              wanted->history);
}

/* Replays the capture against a server on models/tcp, which must classify the segments in the
 * same way. */
static void replay(uint64_t seed, const struct capture *capture, const struct corpus *corpus,
                   bool endpoint)
{
    struct core_params core = {.delay_ps = 20 * PS_PER_US, .ring_log2 = 17, .endpoint = endpoint};
    struct replay_params params = replay_params_make();
    struct core_replay run;
    core_replay_run(&run, capture, &core, &params, LIMIT_PS);
    const struct replay_stats *stats = replay_side_stats(&run.side);
    for (unsigned i = 0; i < corpus->count; i++) {
        const struct conv_result *result = replay_side_result(&run.side, i);
        cr_expect_eq(result->outcome, OUTCOME_INTACT, "seed %" PRIu64 " port %u %s: %s, with %s",
                     seed, corpus->verdicts[i].client_port, endpoint ? "endpoint" : "exact",
                     result->why, corpus->verdicts[i].history);
    }
    cr_expect_eq(stats->outcomes.of[OUTCOME_INTACT], corpus->count);
    core_replay_free(&run);
}

/* TOESIM_CORPUS_SEED=n tries other conversations. */
static uint64_t first_seed(void)
{
    const char *seed = getenv("TOESIM_CORPUS_SEED");
    return seed ? strtoull(seed, NULL, 10) : 1;
}

/* TOESIM_CORPUS_OUT=FOLDER keeps the captures, for replays with the whole simulator. */
static void keep_copy(const struct capture_writer *w, uint64_t seed)
{
    const char *folder = getenv("TOESIM_CORPUS_OUT");
    char command[512];
    if (!folder)
        return;
    snprintf(command, sizeof command, "cp '%s' '%s/corpus-%" PRIu64 ".pcap'", w->path, folder,
             seed);
    fflush(w->stream);
    cr_assert_eq(system(command), 0);
}

/* Judges one capture. Returns the number of conversations. */
static unsigned judge(uint64_t seed)
{
    static struct corpus corpus;
    struct capture_writer w;
    write_corpus(&w, seed, &corpus);
    keep_copy(&w, seed);
    struct capture *capture = capture_make(&w);
    size_t found = capture_conversation_count(capture);
    uint64_t ignored = 0;
    for (unsigned i = 0; i < corpus.count && i < found; i++) {
        compare(seed, capture, capture_conversation(capture, i), &corpus.verdicts[i]);
        ignored += corpus.verdicts[i].ignored;
    }
    cr_assert_eq(found, corpus.count, "seed %" PRIu64 ": %zu found, %u written", seed, found,
                 corpus.count);
    cr_expect_eq(capture_get_stats(capture)->ignored_segments, ignored,
                 "seed %" PRIu64 ": %" PRIu64 " ignored, not %" PRIu64, seed,
                 capture_get_stats(capture)->ignored_segments, ignored);
    replay(seed, capture, &corpus, false);
    replay(seed, capture, &corpus, true);
    capture_destroy(capture);
    return corpus.count;
}

Test(capture_corpus, each_conversation_is_what_it_was_made_to_be)
{
    unsigned total = 0;
    for (uint64_t seed = first_seed(); seed < first_seed() + CAPTURES; seed++)
        total += judge(seed);
    cr_assert_geq(total, 2000);
}
/* A challenge ACK of another connection comes before a repeated SYN. It must not count as an acknowledgment of a forged
 * FIN far beyond the window. */
Test(capture_corpus, an_ack_of_another_connection_accepts_nothing)
{
    struct capture_writer w;
    capture_writer_open(&w, false, false, 1);
    capture_writer_handshake(&w);
    capture_writer_tcp(&w, false, 1001, 5001, TCP_ACK | TCP_PSH, "four", 4);
    capture_writer_tcp(&w, true, 5001, 1005, TCP_ACK, NULL, 0);
    capture_writer_tcp(&w, false, 1005 + 1000000, 5001, TCP_ACK | TCP_FIN, NULL, 0);
    capture_writer_tcp(&w, false, 1005, 5001, TCP_RST | TCP_ACK, NULL, 0);
    for (unsigned tries = 0; tries < 2; tries++) {
        capture_writer_tcp(&w, false, 90000, 0, TCP_SYN, NULL, 0);
        if (tries == 0) { /* a half-open connection (RFC 9293 3.5.1, figure 9) */
            capture_writer_tcp(&w, true, 70000, 1500000000, TCP_ACK, NULL, 0);
            capture_writer_tcp(&w, false, 1500000000, 0, TCP_RST, NULL, 0);
        }
    }
    capture_writer_tcp(&w, true, 30000, 90001, TCP_SYN | TCP_ACK, NULL, 0);
    capture_writer_tcp(&w, false, 90001, 30001, TCP_ACK, NULL, 0);
    capture_writer_tcp(&w, false, 90001, 30001, TCP_RST | TCP_ACK, NULL, 0);
    struct capture *capture = capture_make(&w);
    cr_expect_eq(capture_conversation_count(capture), 2);
    cr_expect_eq(capture_get_stats(capture)->ignored_segments, 3);
    cr_expect_eq(capture_conversation(capture, 0)->client_bytes, 4);
    capture_destroy(capture);
}
