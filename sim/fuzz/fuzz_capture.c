/* Feeds arbitrary bytes to the capture reader as a file, and checks the properties that the
 * reader promises. */
#include "models/base/units.h"
#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"

#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The steps are in stream order, they cover the whole stream, and their conditions never
 * decrease. */
static void check_steps(const struct capture *capture, const struct conversation *conv,
                        enum capture_side side, size_t count, uint64_t own, uint64_t other)
{
    uint64_t sent = 0, rx_bytes = 0, time_ps = 0;
    for (size_t i = 0; i < count; i++) {
        struct app_step there;
        const struct app_step *step = &there;
        capture_step(capture, conv, side, i, &there);
        assert(step->offset == sent && step->rx_bytes <= other);
        assert(step->rx_bytes >= rx_bytes || step->kind == APP_RST);
        assert(step->time_ps >= time_ps || step->kind == APP_RST);
        rx_bytes = step->rx_bytes;
        time_ps = step->time_ps;
        sent += step->kind == APP_SEND ? step->len : 0;
    }
    assert(sent == own);
}

static void check_conversation(const struct capture *capture, const struct conversation *conv)
{
    uint64_t time_ps = 0;
    assert(conv->client_acked <= conv->client_bytes);
    assert(conv->server_acked <= conv->server_bytes);
    for (size_t i = 0; i < conv->segment_count; i++) {
        struct client_segment there;
        const struct client_segment *seg = &there;
        capture_segment(capture, conv, i, &there);
        assert(seg->time_ps >= time_ps);
        assert(seg->options_len <= 40 && seg->options_len % 4 == 0);
        assert(seg->payload_len + seg->options_len <= 1500 - 40);
        time_ps = seg->time_ps;
    }
    if (!conv->replayable)
        return;
    check_steps(capture, conv, CAPTURE_SERVER, conv->server_step_count, conv->server_bytes,
                conv->client_bytes);
    check_steps(capture, conv, CAPTURE_CLIENT, conv->client_step_count, conv->client_bytes,
                conv->server_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    int fd = memfd_create("capture", 0);
    assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct capture_params params;
    struct error err = {0};
    capture_params_default(&params);
    params.bytes_max = 64 << 20;
    params.decap = len & 1;
    struct capture *capture = capture_load(path, &params, &err);
    assert(capture || err.status != STATUS_OK);
    for (size_t i = 0; capture && i < capture_conversation_count(capture); i++)
        check_conversation(capture, capture_conversation(capture, i));
    capture_destroy(capture);
    close(fd);
    return 0;
}
