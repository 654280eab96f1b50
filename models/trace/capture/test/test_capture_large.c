/* Tests conversations that have more segments than are in memory while the decisions about them
 * are made (models/trace/conversation/conv_view.c), and the progress reports and interruptions
 * of these decisions. */
#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_bytes.h"
#include "models/trace/test/capture_writer.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { ACK = TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK, FIN_ACK = TCP_FIN | TCP_ACK };
enum { C = 1001, S = 5001, ROUNDS = 20000, FIN_AT = 100, RESET_AT = 300, LATE_AT = 500 };

static struct capture_writer w;

static void end(void) { capture_writer_remove(&w); }

static void begin(void) { capture_writer_open(&w, false, false, 1); }

TestSuite(capture_large, .init = begin, .fini = end);

/* Both sides send, two bytes at a time. An early FIN of the client and an early reset of the
 * server have no effect, and two segments of the client change places. */
static void write_long(void)
{
    capture_writer_handshake(&w);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (i == LATE_AT)
            capture_writer_tcp(&w, false, C + 2 * i + 2, S + 2 * i, PSH_ACK, "ab", 2);
        if (i != LATE_AT + 1)
            capture_writer_tcp(&w, false, C + 2 * i, S + 2 * i, PSH_ACK, "ab", 2);
        if (i == FIN_AT)
            capture_writer_tcp(&w, false, C + 2 * i + 2, S + 2 * i, FIN_ACK, "", 0);
        capture_writer_tcp(&w, true, S + 2 * i, C + 2 * i + 2, PSH_ACK, "cd", 2);
        if (i == RESET_AT)
            capture_writer_tcp(&w, true, S + 2 * i + 2, C + 2 * i + 2, TCP_RST | ACK, "", 0);
    }
    capture_writer_fins(&w, 2 * ROUNDS, 2 * ROUNDS);
    capture_writer_close(&w);
}

static struct capture *load(const struct capture_params *params)
{
    struct error err = {0};
    struct capture *capture = capture_load(w.path, params, &err);
    cr_assert_not_null(capture, "%s", err.text);
    return capture;
}

static void check_long(const struct capture *capture)
{
    const struct conversation *conv = capture_conversation(capture, 0);
    cr_assert_eq(capture_conversation_count(capture), 1);
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert(!conv->reset && conv->server_fin);
    cr_assert_eq(capture_get_stats(capture)->ignored_segments, 2);
    cr_assert_eq(conv->client_bytes, 2 * ROUNDS);
    cr_assert_eq(conv->server_acked, 2 * ROUNDS);
    const uint8_t *bytes = capture_bytes(capture, conv, CAPTURE_CLIENT);
    for (uint32_t i = 0; i < 2 * ROUNDS; i++)
        cr_assert_eq(bytes[i], "ab"[i % 2]);
    const struct client_segment *seg = capture_segments(capture, conv);
    size_t ignored = 0, ahead = 0;
    for (size_t i = 0; i < conv->segment_count; i++) {
        ignored += seg[i].ignored;
        ahead += seg[i].ahead;
        cr_assert(!seg[i].ignored || (seg[i].flags & TCP_FIN));
    }
    cr_assert_eq(ignored, 1); /* the early FIN of the client */
    cr_assert_eq(ahead, 1);
    const struct app_step *step = capture_steps(capture, conv, CAPTURE_SERVER);
    cr_assert_eq(conv->server_step_count, ROUNDS + 1);
    for (uint32_t i = 0; i < ROUNDS; i++)
        cr_assert(step[i].offset == UINT64_C(2) * i && step[i].rx_bytes <= UINT64_C(2) * i + 2);
}

Test(capture_large, verdicts_stay_whatever_is_in_memory)
{
    struct capture_params params;
    capture_params_default(&params);
    write_long();
    struct capture *capture = load(&params);
    check_long(capture);
    capture_destroy(capture);
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    capture = load(&params);
    check_long(capture);
    capture_destroy(capture);
}

struct progress {
    uint64_t calls, done, total;
    int stop_at; /* the number of calls after which the reading is interrupted; 0 means never */
    int stop;
};

static void on_progress(void *self, enum capture_phase phase, uint64_t done, uint64_t total)
{
    struct progress *progress = self;
    if (phase != CAPTURE_DECIDING)
        return;
    cr_assert(done <= total && done >= progress->done);
    progress->done = done;
    progress->total = total;
    progress->stop = ++progress->calls == (uint64_t)progress->stop_at;
}

Test(capture_large, the_deciding_tells_how_far_it_is)
{
    struct progress progress = {0};
    struct capture_params params;
    capture_params_default(&params);
    params.on_progress = on_progress;
    params.progress_self = &progress;
    write_long();
    capture_destroy(load(&params));
    cr_assert_gt(progress.calls, 10);
    cr_assert_gt(progress.done, progress.total / 10 * 8);
}

Test(capture_large, the_deciding_obeys_the_stop_flag)
{
    struct progress progress = {.stop_at = 5};
    struct capture_params params;
    struct error err = {0};
    capture_params_default(&params);
    params.on_progress = on_progress;
    params.progress_self = &progress;
    params.stop = &progress.stop;
    write_long();
    cr_assert_null(capture_load(w.path, &params, &err));
    /* The user has ended the run. The environment is in order, so the exit status is that of the
     * signal. */
    cr_assert_eq(err.status, STATUS_FAILED);
    cr_assert(strstr(err.text, "interrupted"), "%s", err.text);
    cr_assert_eq(progress.calls, 5, "it went on for %u looks", (unsigned)progress.calls - 5);
}

/* Each ACK acknowledges as much as its window allows. After some ten thousand ACKs the stream
 * would be longer than any stream can be. */
Test(capture_large, claims_beyond_any_stream_are_ignored)
{
    static const uint8_t shift_14[4] = {1, 3, 3, 14};
    struct capture_params params;
    capture_params_default(&params);
    w.options = shift_14;
    w.options_len = sizeof shift_14;
    capture_writer_tcp(&w, false, C - 1, 0, TCP_SYN, "", 0);
    capture_writer_tcp(&w, true, S - 1, C, TCP_SYN | ACK, "", 0);
    w.options_len = 0;
    w.window = UINT16_MAX;
    uint32_t acked = S, step = (uint32_t)UINT16_MAX << 14;
    for (uint32_t i = 0; i < 2 * ROUNDS; i++, acked += step)
        capture_writer_tcp(&w, false, C, acked, ACK, "", 0);
    capture_writer_close(&w);
    struct capture *capture = load(&params);
    /* Sequence numbers wrap, so some of the later ones are equal to old ones. */
    cr_assert_gt(capture_get_stats(capture)->ignored_segments, ROUNDS / 2);
    cr_assert_lt(capture_get_stats(capture)->ignored_segments, 2 * ROUNDS - 10000);
    capture_destroy(capture);
}
