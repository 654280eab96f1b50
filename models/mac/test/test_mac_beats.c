/* Compares models/mac with the word-by-word reference of beat_mac.h at each rate (docs/timing.md, sections 3.1 to
 * 3.4). */
#include "models/base/rng.h"
#include "models/base/stage_loop.h"
#include "models/mac/mac.h"
#include "models/mac/test/beat_mac.h"
#include "models/test/frame_log.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { FRAMES = 4000, PAUSES = 300, NIC = 0 };

struct beat_row {
    char name[32];
    uint64_t gbps, seed;
    uint32_t word_bytes, align, load_percent;
    bool pause;
};

static struct beat_row rows[] = {
    {"10G, saturated", 10, 1, 8, 4, 120, false},  {"10G, half", 10, 2, 8, 4, 50, false},
    {"10G, paused", 10, 3, 8, 4, 90, true},       {"25G, saturated", 25, 4, 8, 4, 120, false},
    {"25G, half", 25, 5, 8, 4, 50, false},        {"25G, paused", 25, 6, 8, 4, 90, true},
    {"40G, saturated", 40, 7, 16, 8, 120, false}, {"40G, half", 40, 8, 16, 8, 50, false},
    {"40G, paused", 40, 9, 16, 8, 90, true},      {"100G, saturated", 100, 10, 64, 8, 120, false},
    {"100G, half", 100, 11, 64, 8, 50, false},    {"100G, paused", 100, 12, 64, 8, 90, true},
};

static struct {
    struct frame_pool *pool;
    struct mac *a, *b;
    struct mac_params params;
    struct frame_log log;
    struct stage_loop loop;
    struct rng rng;
    uint64_t byte_ps, pauses_sent;
    size_t count, pause_count;
    uint32_t shortest, longest; /* lengths of data frames */
    struct beat_frame frames[FRAMES];
    struct beat_pause pauses[PAUSES];
    uint64_t start_ps[FRAMES], arrive_ps[FRAMES]; /* times of the data frames, in order */
    size_t started, arrived;
} net;

static void on_event(void *self, const struct probe_event *event)
{
    (void)self;
    net.start_ps[net.started++] = event->now_ps;
}

static void on_frame(void *self, struct frame *frame, uint64_t now_ps)
{
    (void)self, (void)now_ps;
    net.arrive_ps[net.arrived++] = frame->mac_time_ps;
    frame_free(net.pool, frame);
}

static void net_open(const struct beat_row *row, struct probe *probe)
{
    memset(&net, 0, sizeof net);
    mac_params_default(&net.params);
    net.params.rate_bps = row->gbps * UINT64_C(1000000000);
    net.params.mtu_bytes = 9000;
    net.params.tx_queue_frames = FRAMES;
    net.byte_ps = 8000 / row->gbps;
    net.pool = frame_pool_create(2 * FRAMES);
    probe_init(probe);
    probe_add(probe, (struct probe_listener){on_event, NULL, UINT64_C(1) << PROBE_FRAME_TX});
    frame_log_init(&net.log, net.pool);
    net.a = mac_create(&net.params, NIC, NULL, frame_log_sink(&net.log), net.pool, NULL, probe);
    net.b = mac_create(&net.params, -1, NULL, (struct frame_sink){on_frame, NULL}, net.pool, NULL,
                       NULL);
    mac_connect(net.a, net.b);
    mac_connect(net.b, net.a);
    stage_loop_init(&net.loop);
    stage_loop_add(&net.loop, mac_stage(net.a, "a"));
    stage_loop_add(&net.loop, mac_stage(net.b, "b"));
    rng_init(&net.rng, row->seed, "beats");
}

static uint64_t line_byte(uint64_t ps) { return ceil_div(ps, net.byte_ps); }

static uint32_t random_len(void)
{
    switch (rng_below(&net.rng, 8)) {
    case 0:
        return 14 + (uint32_t)rng_below(&net.rng, 60);
    case 1:
        return 8991 + (uint32_t)rng_below(&net.rng, 24);
    case 2:
    case 3:
        return 60 + (uint32_t)rng_below(&net.rng, 1455);
    default:
        return 60 + (uint32_t)rng_below(&net.rng, 16);
    }
}

/* Sends a data frame of random length. One frame in eight has a VLAN tag and is 4 bytes longer. */
static void send_data(uint64_t now_ps)
{
    bool is_tagged = rng_below(&net.rng, 8) == 0;
    struct beat_frame *beat = &net.frames[net.count];
    *beat = (struct beat_frame){.ready_byte = line_byte(now_ps + net.params.latency_tx_ps),
                                .len = random_len() + (is_tagged ? 4 : 0),
                                .fill = (uint8_t)(net.count % 251)};
    struct frame *frame = frame_log_make(net.pool, beat->len, now_ps);
    if (is_tagged)
        memcpy(frame->data + 12, "\x81\x00\x00\x07\x88\xb5", 6);
    net.longest = u32_max(net.longest, beat->len);
    net.shortest = net.shortest ? u32_min(net.shortest, beat->len) : beat->len;
    struct frame_sink sink = mac_tx_sink(net.a);
    frame_sink_accept(&sink, frame, now_ps);
    net.count++;
}

/* Lets a send a pause frame between its data frames. Its quanta are 0, so it does not pause b. */
static void send_own_pause(uint64_t now_ps)
{
    net.frames[net.count++] =
        (struct beat_frame){.ready_byte = line_byte(now_ps + net.params.latency_tx_ps),
                            .len = 60,
                            .fill = 255,
                            .is_control = true};
    mac_send_pause(net.a, 0, now_ps);
    net.pauses_sent++;
}

/* Lets b, whose line is idle, pause a. The pause frame begins in the next start lane, and a learns of it after the last
 * bit and the receive latency. */
static void send_pause(uint32_t align, uint64_t now_ps)
{
    uint16_t quanta = rng_below(&net.rng, 4) ? (uint16_t)rng_below(&net.rng, 60) : 0;
    uint64_t start = line_byte(now_ps + net.params.latency_tx_ps);
    start = (start + align - 1) / align * align;
    uint64_t heard_ps = (start + 72) * net.byte_ps + net.params.cable_ps + net.params.latency_rx_ps;
    uint64_t from_ps = heard_ps + net.params.latency_tx_ps;
    net.pauses[net.pause_count++] = (struct beat_pause){
        line_byte(from_ps), line_byte(from_ps + (uint64_t)quanta * 64 * net.byte_ps)};
    mac_send_pause(net.b, quanta, now_ps);
}

static void send_stream(const struct beat_row *row)
{
    uint64_t now_ps = 0, pause_after_ps = 0;
    while (net.count < FRAMES) {
        /* The mean frame has about 1400 bytes. Two of three frames follow at once, so there are bursts. */
        uint64_t mean_ps = 1400 * net.byte_ps * 100 / row->load_percent;
        if (rng_below(&net.rng, 3) == 0)
            now_ps += rng_below(&net.rng, 6 * mean_ps);
        stage_loop_run(&net.loop, now_ps);
        send_data(now_ps);
        if (!row->pause || net.count == FRAMES || rng_below(&net.rng, 8) != 0)
            continue;
        send_own_pause(now_ps);
        /* The line of b must have been idle for so long that the gap after its last frame has no effect. */
        if (now_ps < pause_after_ps || net.pause_count == PAUSES)
            continue;
        send_pause(row->align, now_ps);
        pause_after_ps = now_ps + 200 * net.byte_ps;
    }
    stage_loop_run(&net.loop, now_ps + PS_PER_S);
}

ParameterizedTestParameters(mac_beats, each_first_and_last_beat_is_that_of_the_reference)
{
    return cr_make_param_array(struct beat_row, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct beat_row *row, mac_beats,
                  each_first_and_last_beat_is_that_of_the_reference)
{
    struct probe probe;
    net_open(row, &probe);
    send_stream(row);
    cr_assert(beat_mac_run(row->word_bytes, row->align, net.frames, net.count, net.pauses,
                           net.pause_count),
              "%s: the reference cannot read its own words", row->name);
    size_t data = 0;
    uint64_t word_ps = row->word_bytes * net.byte_ps;
    for (size_t i = 0; i < net.count; i++) {
        const struct beat_frame *beat = &net.frames[i];
        if (beat->is_control)
            continue;
        uint64_t start_ps = net.start_ps[data];
        uint64_t last_ps = net.arrive_ps[data] - net.params.cable_ps - net.byte_ps;
        data++;
        cr_assert_eq(start_ps / word_ps, beat->first_word, "%s: frame %zu", row->name, i);
        cr_assert_eq(last_ps / word_ps, beat->last_word, "%s: frame %zu", row->name, i);
        cr_assert_eq(start_ps, beat->first_byte * net.byte_ps);
        cr_assert_eq(last_ps, beat->last_byte * net.byte_ps);
    }
    cr_assert_eq(data, net.started);
    cr_assert_eq(data, net.arrived);
    cr_assert_eq(mac_get_stats(net.a)->tx_pause, net.pauses_sent);
    cr_assert_eq(mac_get_stats(net.a)->rx_pause, net.pause_count);
    cr_assert_eq(mac_get_stats(net.b)->rx_pause, net.pauses_sent);
    cr_assert(row->pause == (net.pause_count > 50));
    cr_assert(net.shortest < 20 && net.longest > 9014, "%u to %u", net.shortest, net.longest);
    mac_destroy(net.a);
    mac_destroy(net.b);
    cr_assert_eq(frame_pool_in_use(net.pool), 0);
    frame_pool_destroy(net.pool);
}
