/* models/stats: nearest-rank percentiles and the marks of a move. */
#include "models/base/frame.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"
#include "models/stats/move_log.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>

struct rank_row {
    char name[48];
    unsigned permille;
    uint64_t expected;
};

static const struct rank_row rank_rows[] = {
    {"the median of ten is the fifth", 500, 50}, {"p90 of ten is the ninth", 900, 90},
    {"p99 of ten is the largest", 990, 100},     {"the smallest permille is the first", 1, 10},
    {"p100 is the largest", 1000, 100},
};

Test(samples, nearest_rank)
{
    struct samples s;
    samples_init(&s);
    for (uint64_t v = 100; v > 0; v -= 10)
        samples_add(&s, v);
    for (size_t i = 0; i < sizeof rank_rows / sizeof rank_rows[0]; i++)
        cr_assert_eq(samples_percentile(&s, rank_rows[i].permille), rank_rows[i].expected, "%s",
                     rank_rows[i].name);
    samples_free(&s);
}

Test(samples, values_added_after_a_question_count)
{
    struct samples s;
    samples_init(&s);
    samples_add(&s, 5);
    cr_assert_eq(samples_max(&s), 5);
    samples_add(&s, 3);
    cr_assert_eq(samples_min(&s), 3);
    samples_free(&s);
}

static struct probe probe;
static struct move_log *move_log;

static void emit(uint64_t ps, struct probe_event event)
{
    event.now_ps = ps;
    probe_emit(&probe, &event);
}

static void mark(uint64_t ps, unsigned number)
{
    emit(ps, (struct probe_event){
                 .kind = PROBE_MOVE_MARK, .conn = 3, .gen = 2, .nic = 1, .a = number, .b = ps});
}

static struct frame frame;

/* A frame of the moved connection from its peer, on either port. */
static void peer_frame(uint64_t ps, uint32_t ack)
{
    struct packet_out out = {.ip_version = 4,
                             .ttl = 64,
                             .sport = 1000,
                             .dport = 80,
                             .seq = 200,
                             .ack = ack,
                             .flags = TCP_ACK};
    ip_addr_from_v4(out.src, 0x0a000002);
    ip_addr_from_v4(out.dst, 0x0a000001);
    frame.len = packet_build(frame.data, &out, 0);
    emit(ps, (struct probe_event){.kind = PROBE_FRAME_RX, .a = ps, .data = &frame});
}

static void open_connection(void)
{
    struct packet packet;
    struct flow_key key;
    peer_frame(1, 0);
    packet_parse(frame.data, frame.len, false, &packet);
    packet_flow_key(&packet, &key);
    emit(2, (struct probe_event){.kind = PROBE_CONN_OPEN, .conn = 3, .data = &key});
}

Test(move_log, a_move_has_all_its_marks_and_phases)
{
    move_log = move_log_create(8);
    probe_init(&probe);
    probe_add(&probe, move_log_listener(move_log));
    open_connection();
    emit(1000, (struct probe_event){.kind = PROBE_FRAME_RX, .a = 77, .nic = 1, .data = &frame});
    emit(2000, (struct probe_event){.kind = PROBE_RX_VERDICT, .a = 77, .b = NIC_VERDICT_NOT_MINE});
    emit(3000, (struct probe_event){.kind = PROBE_RECORD_VISIBLE, .a = 77});
    emit(5000, (struct probe_event){.kind = PROBE_RECORD_USED, .a = 77, .conn = 3});
    emit(5000,
         (struct probe_event){
             .kind = PROBE_MOVE_BEGIN, .conn = 3, .gen = 1, .nic = 1, .a = 0, .b = MOVE_FOREIGN});
    for (unsigned m = 4; m <= 11; m++)
        mark(5000 + m * 1000, m);
    cr_assert(move_log_is_moving(move_log));
    emit(17000, (struct probe_event){.kind = PROBE_MOVE_END, .conn = 3, .a = 1, .b = 1});
    emit(18000,
         (struct probe_event){.kind = PROBE_TX_BUILT, .conn = 3, .a = 100, .b = 200, .len = 10});
    mark(18000, 12);
    cr_assert_not(move_log_is_moving(move_log));
    peer_frame(30000, 109);
    peer_frame(31000, 110);
    const struct move_row *row = move_log_row(move_log, 0);
    static const uint64_t expected[MOVE_MARKS] = {1000,  2000,  3000,  5000,  9000,  10000, 11000,
                                                  12000, 13000, 14000, 15000, 16000, 18000, 31000};
    for (int m = 0; m < MOVE_MARKS; m++)
        cr_assert_eq(row->mark_ps[m], expected[m], "T%d is %llu", m,
                     (unsigned long long)row->mark_ps[m]);
    struct move_summary summary;
    move_log_summarize(move_log, &summary);
    cr_assert_eq(samples_max(&summary.latency), 14);
    cr_assert_eq(samples_max(&summary.blackout), 5);
    cr_assert_eq(samples_max(&summary.recovery), 30);
    cr_assert_eq(samples_max(&summary.phase[MOVE_PHASE_notify]), 2);
    move_summary_free(&summary);
    move_log_destroy(move_log);
}
