/* Tests how many bytes the two passes store for each record (docs/replay.md, "Captures larger
 * than memory"). The reader itself counts them. */
#include "models/base/rng.h"
#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_writer.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { ACK = TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK };
enum { C = 1001, S = 5001, ROUNDS = 30000, FULL = 1448, SMALL = 6, CONVERSATIONS = 200 };
/* The bound, and the number of bytes that each conversation may add to it. The INDEX_* bounds are
 * for the data that cannot go to disk. */
enum { BYTES_PER_RECORD = 24, BYTES_PER_CONVERSATION = 256, UNPLAYED_BYTES = 160 };
/* A hole needs two records, the one before it and the one after it. So does a patch of bytes
 * that were cut. */
enum { PIECE_BYTES = 24 };
enum { INDEX_FIXED = 64 << 10, INDEX_PER_CONVERSATION = 48 };
#define INDEX_PER_RECORD 0.5

static struct capture_writer w;
static struct rng rng;
static uint8_t payload[FULL];
static uint32_t syn_seq;

static void end(void) { capture_writer_remove(&w); }

static void begin(void)
{
    capture_writer_open(&w, false, true, 1);
    rng_init(&rng, 7, "kept");
}

TestSuite(capture_kept, .init = begin, .fini = end);

/* Writes a segment some time after the one before, with the timestamp option of that time. */
static void segment(bool from_server, uint32_t seq, uint32_t ack, uint16_t flags, uint32_t len)
{
    uint32_t now = (uint32_t)(w.time_ns / 1000000);
    uint8_t options[12] = {1, 1, 8, 10};
    for (int i = 0; i < 4; i++)
        options[4 + i] = options[8 + i] = (uint8_t)(now >> (24 - 8 * i));
    w.options = options;
    w.options_len = sizeof options;
    w.step_ns = 500 + rng_below(&rng, 200000);
    capture_writer_tcp(&w, from_server, seq, ack, flags, payload, len);
}

static struct capture *load(void)
{
    struct capture_params params;
    struct error err = {0};
    capture_params_default(&params);
    struct capture *capture = capture_load(w.path, &params, &err);
    cr_assert_not_null(capture, "%s", err.text);
    return capture;
}

/* Checks the bound. `more` is the number of bytes that holes and patches may add for each
 * record. */
static struct capture *check(double more)
{
    capture_writer_close(&w);
    struct capture *capture = load();
    const struct capture_stats *stats = capture_get_stats(capture);
    double records = (double)stats->records;
    double conversations = (double)capture_conversation_count(capture);
    double kept_of_each = conversations * BYTES_PER_CONVERSATION;
    double first = ((double)stats->first_pass_bytes - kept_of_each) / records;
    double second = ((double)stats->second_pass_bytes - kept_of_each) / records;
    double index = (double)stats->index_bytes - conversations * INDEX_PER_CONVERSATION;
    cr_expect_leq(first, BYTES_PER_RECORD + more, "%.2f bytes per record in the first pass", first);
    cr_expect_leq(second, BYTES_PER_RECORD, "%.2f bytes per record for the second pass", second);
    cr_expect_leq(index, INDEX_FIXED + records * INDEX_PER_RECORD, "%.0f bytes stay in memory",
                  index);
    if (getenv("TOESIM_KEPT_PRINT"))
        fprintf(stderr, "%.0f records of %.0f: %.2f %.2f %.0f %.0f\n", records, conversations,
                (double)stats->first_pass_bytes / records,
                (double)stats->second_pass_bytes / records, (double)stats->index_bytes, index);
    return capture;
}

Test(capture_kept, a_download_of_full_frames)
{
    capture_writer_handshake(&w);
    uint32_t at = S;
    for (uint32_t i = 0; i < ROUNDS; i++, at += FULL) {
        w.window = 501;
        segment(true, at, C, ACK, FULL);
        w.window = (uint16_t)(2000 + rng_below(&rng, 500));
        if (i % 2)
            segment(false, C, at + FULL, ACK, 0);
    }
    capture_destroy(check(0));
}

Test(capture_kept, an_upload_of_full_frames)
{
    capture_writer_handshake(&w);
    uint32_t at = C;
    for (uint32_t i = 0; i < ROUNDS; i++, at += FULL) {
        w.window = 501;
        segment(false, at, S, ACK, FULL);
        w.window = (uint16_t)(2000 + rng_below(&rng, 500));
        if (i % 2)
            segment(true, S, at + FULL, ACK, 0);
    }
    capture_destroy(check(0));
}

Test(capture_kept, one_conversation_of_small_frames)
{
    capture_writer_handshake(&w);
    uint32_t c = C, s = S;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t asked = 1 + (uint32_t)rng_below(&rng, SMALL),
                 answered = 1 + (uint32_t)rng_below(&rng, SMALL);
        segment(false, c, s, PSH_ACK, asked);
        c += asked;
        segment(true, s, c, PSH_ACK, answered);
        s += answered;
    }
    capture_destroy(check(0));
}

Test(capture_kept, small_frames_of_200_conversations)
{
    uint32_t c[CONVERSATIONS], s[CONVERSATIONS];
    for (unsigned k = 0; k < CONVERSATIONS; k++) {
        w.client_port = (uint16_t)(10000 + k);
        capture_writer_handshake(&w);
        c[k] = C;
        s[k] = S;
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        unsigned k = (unsigned)rng_below(&rng, CONVERSATIONS);
        uint32_t asked = 1 + (uint32_t)rng_below(&rng, SMALL),
                 answered = 1 + (uint32_t)rng_below(&rng, SMALL);
        w.client_port = (uint16_t)(10000 + k);
        segment(false, c[k], s[k], PSH_ACK, asked);
        c[k] += asked;
        segment(true, s[k], c[k], PSH_ACK, answered);
        s[k] += answered;
    }
    capture_destroy(check(0));
}

/* The conversations have one record up to some hundreds of records. */
Test(capture_kept, conversations_of_any_length)
{
    for (unsigned k = 0; k < 2 * CONVERSATIONS; k++) {
        w.client_port = (uint16_t)(10000 + k);
        w.options_len = 0;
        w.step_ns = 1000;
        capture_writer_handshake(&w);
        for (uint32_t i = 0; i < k; i++)
            segment(i % 2, (i % 2 ? S : C) + i / 2 * SMALL, (i % 2 ? C + SMALL : S) + i / 2 * SMALL,
                    PSH_ACK, SMALL);
    }
    capture_destroy(check(0));
}

/* The snap length cuts each full frame, so a part of its bytes is known and a part is not. */
Test(capture_kept, a_snap_length)
{
    w.snaplen = 96;
    capture_writer_handshake(&w);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        segment(false, C + i * FULL, S, ACK, FULL);
        if (i % 2)
            segment(true, S, C + (i + 1) * FULL, ACK, 0);
    }
    capture_destroy(check(0));
}

/* Fills the tuple and the initial sequence number of a SYN whose sender is a random host. */
static void random_syn(uint32_t number)
{
    w.client_v4 = 0x0a000000 + number;
    w.client_port = (uint16_t)(1024 + rng_below(&rng, 60000));
    w.step_ns = 500 + rng_below(&rng, 200000);
    syn_seq = (uint32_t)rng_u64(&rng);
    capture_writer_tcp(&w, false, syn_seq, 0, TCP_SYN, "", 0);
}

/* Of a conversation of one record, the record takes no more than another. */
Test(capture_kept, syns_that_nobody_answers)
{
    for (uint32_t i = 0; i < ROUNDS; i++)
        random_syn(i);
    struct capture *capture = check(0);
    const struct capture_stats *stats = capture_get_stats(capture);
    double first = (double)stats->first_pass_bytes / ROUNDS;
    double of_each = (double)stats->conversation_bytes / ROUNDS;
    cr_assert_eq(capture_conversation_count(capture), ROUNDS);
    cr_expect_leq(first, BYTES_PER_RECORD, "%.2f bytes per record in the first pass", first);
    cr_expect_eq(stats->second_pass_bytes, 0);
    cr_expect_leq(of_each, UNPLAYED_BYTES, "%.2f bytes of each conversation", of_each);
    capture_destroy(capture);
}

/* Of a conversation of two records, a SYN and the reset that refuses it, the records take at most 48 bytes more. */
Test(capture_kept, syns_that_are_refused)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        random_syn(i);
        capture_writer_tcp(&w, true, 0, syn_seq + 1, TCP_RST | TCP_ACK, "", 0);
    }
    struct capture *capture = check(0);
    const struct capture_stats *stats = capture_get_stats(capture);
    double first = (double)stats->first_pass_bytes / (double)stats->records;
    cr_expect_leq(first, 2 * BYTES_PER_RECORD, "%.2f bytes per record in the first pass", first);
    capture_destroy(capture);
}

static void check_complete(const struct capture *capture, uint64_t bytes)
{
    const struct conversation *conv = capture_conversation(capture, 0);
    cr_assert_eq(capture_conversation_count(capture), 1);
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert_eq(conv->client_bytes, bytes);
    cr_assert_eq(conv->client_acked, bytes);
}

/* Every second segment is lost, and all of these are sent again at the end. So there are half as
 * many holes as records. */
Test(capture_kept, holes)
{
    static const uint8_t shift_14[4] = {1, 3, 3, 14};
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    w.options = shift_14;
    w.options_len = sizeof shift_14;
    w.window = UINT16_MAX;
    capture_writer_handshake(&w);
    w.options_len = 0;
    for (int part = 1; part >= 0; part--)
        for (uint32_t i = 0; i < ROUNDS; i++) {
            uint32_t at = (part ? i : ROUNDS - 1 - i) * 2 + (uint32_t)part;
            payload[0] = (uint8_t)(at * 7);
            capture_writer_tcp(&w, false, C + at, S, PSH_ACK, payload, 1);
        }
    capture_writer_tcp(&w, true, S, C + 2 * ROUNDS, ACK, "", 0);
    capture_writer_fins(&w, 2 * ROUNDS, 0);
    struct capture *capture = check(PIECE_BYTES / 2.);
    check_complete(capture, 2 * ROUNDS);
    for (uint32_t at = 0; at < 2 * ROUNDS; at += 331) {
        uint8_t byte;
        capture_stream(capture, capture_conversation(capture, 0), CAPTURE_CLIENT, at, &byte, 1);
        cr_assert_eq(byte, (uint8_t)(at * 7), "byte %u", at);
    }
    capture_destroy(capture);
}

/* Each segment is cut by the snap length, and most are sent again uncut. So there are as many
 * patches as segments. */
Test(capture_kept, bytes_that_come_later)
{
    enum { CUT = 54 + 1, LEN = 4 };
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    capture_writer_handshake(&w);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        for (uint32_t k = 0; k < LEN; k++)
            payload[k] = (uint8_t)(i * 7 + k);
        w.snaplen = CUT;
        capture_writer_tcp(&w, false, C + i * LEN, S, PSH_ACK, payload, LEN);
        w.snaplen = UINT16_MAX;
        if (i % 5)
            capture_writer_tcp(&w, false, C + i * LEN, S, PSH_ACK, payload, LEN);
        capture_writer_tcp(&w, true, S, C + (i + 1) * LEN, ACK, "", 0);
    }
    capture_writer_fins(&w, ROUNDS * LEN, 0);
    struct capture *capture = check(PIECE_BYTES / 2.);
    check_complete(capture, ROUNDS * LEN);
    for (uint32_t i = 0; i < ROUNDS; i += 13) {
        uint8_t bytes[LEN];
        capture_stream(capture, capture_conversation(capture, 0), CAPTURE_CLIENT, i * LEN, bytes,
                       LEN);
        for (uint32_t k = 0; k < (i % 5 ? LEN : 1); k++)
            cr_assert_eq(bytes[k], (uint8_t)(i * 7 + k), "byte %u of segment %u", k, i);
    }
    capture_destroy(capture);
}

/* Both sides send resets without effect, because the server acknowledges new bytes later, so it still has the
 * connection. At the end one reset has an effect. */
Test(capture_kept, resets)
{
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    w.window = UINT16_MAX;
    capture_writer_handshake(&w);
    uint32_t at = 0;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        capture_writer_tcp(&w, false, C + at, S, PSH_ACK, "x", 1);
        capture_writer_tcp(&w, i % 2, i % 2 ? S : C + at + 1, 0, TCP_RST, "", 0);
        at++;
        if (i % 10000 == 9999)
            capture_writer_tcp(&w, true, S, C + at, ACK, "", 0);
    }
    capture_writer_tcp(&w, true, S, C + at, TCP_RST | ACK, "", 0);
    struct capture *capture = check(0);
    const struct conversation *conv = capture_conversation(capture, 0);
    cr_assert_eq(capture_conversation_count(capture), 1);
    /* The server acknowledged new bytes after all resets except its last two: one follows the last byte, and one ends
     * the conversation. */
    cr_assert(conv->reset);
    cr_assert_eq(conv->client_bytes, ROUNDS);
    cr_assert_eq(conv->client_acked, ROUNDS);
    cr_assert_eq(capture_get_stats(capture)->ignored_segments, ROUNDS - 1);
    capture_destroy(capture);
}

/* The segments fit into memory, but their verdicts do not, and there is no folder for them. */
Test(capture_kept, no_room_on_the_disk)
{
    struct capture_params params;
    struct error err = {0};
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    setenv("TMPDIR", "/nowhere", 1);
    w.step_ns = 1000;
    capture_writer_handshake(&w);
    for (uint32_t i = 0; i < 6000; i++)
        capture_writer_tcp(&w, false, C + i, S, PSH_ACK, "x", 1);
    capture_writer_close(&w);
    capture_params_default(&params);
    cr_assert_null(capture_load(w.path, &params, &err));
    cr_assert_eq(err.status, STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/nowhere"), "%s", err.text);
}
