/* Tests models/stats: nearest-rank percentiles, and the marks of a move. */
#include "models/base/frame.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_bus.h"
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

/* Marks 4 to 6 come from the source under its generation, and the other marks of a NIC come from
 * the destination. */
static void mark(uint64_t ps, unsigned number)
{
    bool at_source = number <= 6;
    emit(ps, (struct probe_event){.kind = PROBE_MOVE_MARK,
                                  .conn = 3,
                                  .gen = at_source ? 1 : 2,
                                  .nic = !at_source,
                                  .mark.mark = (uint8_t)number,
                                  .mark.at_ps = ps});
}

static struct frame frame;

/* A frame for connection 3 arrives on NIC 1, and the host acts on its record at used_ps. */
static void foreign_frame(uint64_t id, uint64_t ps, uint64_t used_ps)
{
    struct frame arrived = {.id = id, .len = 60, .born_ps = ps};
    emit(ps, (struct probe_event){
                 .kind = PROBE_FRAME_RX, .frame.id = id, .nic = 1, .frame.frame = &arrived});
    emit(ps + 1000, (struct probe_event){.kind = PROBE_MOVE_MARK,
                                         .conn = PROBE_NO_CONN,
                                         .nic = 1,
                                         .mark.mark = MARK_FOREIGN,
                                         .mark.at_ps = ps + 1000,
                                         .mark.frame = &arrived});
    emit(ps + 2000, (struct probe_event){.kind = PROBE_RECORD_VISIBLE, .frame.id = id, .nic = 1});
    emit(used_ps,
         (struct probe_event){.kind = PROBE_RECORD_USED, .verdict.id = id, .conn = 3, .nic = 1});
}

static struct move_trigger triggered_by(uint64_t id, uint64_t ps, uint64_t decided_ps)
{
    return (struct move_trigger){
        .at_ps = ps, .decided_ps = decided_ps, .frame_id = id, .kind = TRIGGER_FRAME, .port = 1};
}

/* Makes MOVE_WANTED or MOVE_BEGIN for connection 3, from NIC 0 to NIC 1. */
static struct probe_event move_event(enum probe_kind kind, const struct move_trigger *trigger)
{
    return (struct probe_event){.kind = (uint8_t)kind,
                                .conn = 3,
                                .gen = 1,
                                .nic = 1,
                                .move.from = 0,
                                .move.reason = MOVE_FOREIGN,
                                .move.trigger = trigger};
}

/* A frame of the connection arrives from its peer on either port. */
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
    frame.id = ps;
    frame.born_ps = ps;
    emit(ps, (struct probe_event){.kind = PROBE_FRAME_RX, .frame.id = ps, .frame.frame = &frame});
}

static void open_connection(void)
{
    struct packet packet;
    struct flow_key key;
    peer_frame(1, 0);
    packet_parse(frame.data, frame.len, false, &packet);
    packet_flow_key(&packet, &key);
    emit(2, (struct probe_event){.kind = PROBE_CONN_OPEN, .conn = 3, .opened.key = &key});
}

Test(move_log, a_move_has_all_its_marks_and_phases)
{
    move_log = move_log_create(8);
    probe_init(&probe);
    probe_add(&probe, move_log_listener(move_log));
    open_connection();
    foreign_frame(77, 1000, 5000);
    struct move_trigger trigger = triggered_by(77, 1000, 5000);
    emit(5000, move_event(PROBE_MOVE_WANTED, &trigger));
    emit(5000, move_event(PROBE_MOVE_BEGIN, &trigger));
    for (unsigned m = 4; m <= 11; m++)
        mark(5000 + m * 1000, m);
    cr_assert(move_log_is_moving(move_log));
    emit(17000, (struct probe_event){.kind = PROBE_MOVE_END,
                                     .conn = 3,
                                     .move_end.end = MOVE_END_COMPLETED,
                                     .move_end.held = 1});
    emit(18000, (struct probe_event){.kind = PROBE_TX_BUILT,
                                     .conn = 3,
                                     .gen = 2,
                                     .nic = 1,
                                     .built.seq = 100,
                                     .built.ack = 200,
                                     .built.bytes = 10});
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
    cr_assert(summary.any);
    cr_assert_eq(summary.makespan_ns, 14, "one move takes as long as its reload");
    cr_assert_eq(samples_max(&summary.latency), 14);
    cr_assert_eq(samples_max(&summary.blackout), 5);
    cr_assert_eq(samples_max(&summary.recovery), 30);
    cr_assert_eq(samples_max(&summary.phase[MOVE_PHASE_notify]), 2);
    move_summary_free(&summary);
    move_log_destroy(move_log);
}

static void setup(void)
{
    move_log = move_log_create(8);
    probe_init(&probe);
    probe_add(&probe, move_log_listener(move_log));
}

static void teardown(void) { move_log_destroy(move_log); }

TestSuite(move_log_trigger, .init = setup, .fini = teardown);

/* Begins a move of connection 3 and freezes the connection at its source, which has the context
 * only in DRAM if is_cold is set. */
static const struct move_row *frozen_move(bool is_cold)
{
    struct move_trigger trigger = triggered_by(77, 1000, 5000);
    foreign_frame(77, 1000, 5000);
    emit(5000, move_event(PROBE_MOVE_WANTED, &trigger));
    emit(5000, move_event(PROBE_MOVE_BEGIN, &trigger));
    mark(6000, MARK_FREEZE);
    emit(7000, (struct probe_event){.kind = PROBE_MOVE_MARK,
                                    .conn = 3,
                                    .gen = 1,
                                    .mark.mark = MARK_FROZEN,
                                    .mark.at_ps = 7000,
                                    .mark.is_cold = is_cold});
    mark(8000, MARK_DRAINED);
    return move_log_row(move_log, move_log_count(move_log) - 1);
}

Test(move_log_trigger, a_move_is_cold_if_the_source_had_to_fetch_the_context)
{
    cr_expect_not(frozen_move(false)->cold);
    cr_expect(frozen_move(true)->cold);
    cr_expect_not(frozen_move(false)->cold);
}

/* While the move waits for its turn, more frames pass than a memory of fixed size could hold. */
Test(move_log_trigger, a_move_that_waits_keeps_the_frame_that_asked_for_it)
{
    enum { OTHERS = 100000 };
    uint64_t id = 1000, ps = 1000;
    for (int sent = 0; sent < 4; sent++)
        emit(ps, (struct probe_event){.kind = PROBE_FRAME_TX, .frame.id = 1, .nic = 1});
    foreign_frame(id, ps, ps + 5000);
    struct move_trigger trigger = triggered_by(id, ps, ps + 5000);
    emit(ps + 5000, move_event(PROBE_MOVE_WANTED, &trigger));
    for (uint64_t i = 1; i <= OTHERS; i++)
        foreign_frame(id + i, ps + i * 10000, ps + i * 10000 + 5000);
    uint64_t begun = ps + OTHERS * 10000 + 6000;
    emit(begun, move_event(PROBE_MOVE_BEGIN, &trigger));
    const struct move_row *row = move_log_row(move_log, 0);
    cr_assert_eq(row->trigger_number, 5, "the fifth record of the port's capture");
    cr_assert_eq(row->mark_ps[0], ps);
    cr_assert_eq(row->mark_ps[1], ps + 1000);
    cr_assert_eq(row->mark_ps[2], ps + 2000);
    cr_assert_eq(row->mark_ps[3], ps + 5000);
    cr_assert_eq(row->mark_ps[MOVE_BEGUN], begun);
}

Test(move_log_trigger, a_link_event_gives_t0_and_no_t1_and_t2)
{
    foreign_frame(77, 1000, 5000); /* the latest frame is not the trigger */
    struct move_trigger trigger = {
        .at_ps = 7000, .decided_ps = 9000, .kind = TRIGGER_LINK, .port = 0};
    emit(9000, move_event(PROBE_MOVE_WANTED, &trigger));
    emit(9000, move_event(PROBE_MOVE_BEGIN, &trigger));
    mark(20000, 10);
    emit(21000, (struct probe_event){
                    .kind = PROBE_MOVE_END, .conn = 3, .move_end.end = MOVE_END_COMPLETED});
    const struct move_row *row = move_log_row(move_log, 0);
    cr_assert_eq(row->mark_ps[0], 7000);
    cr_assert(row->mark_ps[1] == TIME_NEVER && row->mark_ps[2] == TIME_NEVER);
    cr_assert_eq(row->trigger_number, 0);
    struct move_summary summary;
    move_log_summarize(move_log, &summary);
    cr_assert_eq(samples_max(&summary.latency), 13);
    cr_assert_eq(summary.phase[MOVE_PHASE_detect].count, 0);
    move_summary_free(&summary);
}

/* Begins a move at `t0_ps`, and ends it at `end_ps`. A move that succeeds is active before its end. */
static void one_move(uint64_t t0_ps, uint64_t active_ps, uint64_t end_ps)
{
    struct move_trigger trigger = {.at_ps = t0_ps, .decided_ps = t0_ps, .kind = TRIGGER_CALL};
    emit(t0_ps, move_event(PROBE_MOVE_WANTED, &trigger));
    emit(t0_ps, move_event(PROBE_MOVE_BEGIN, &trigger));
    if (active_ps)
        mark(active_ps, MARK_ACTIVE);
    emit(end_ps,
         (struct probe_event){.kind = PROBE_MOVE_END,
                              .conn = 3,
                              .move_end.end = active_ps ? MOVE_END_COMPLETED : MOVE_END_FAILED});
}

Test(move_log_trigger, the_makespan_is_that_of_completed_moves)
{
    struct move_summary summary;
    one_move(1000, 0, 3000);
    move_log_summarize(move_log, &summary);
    cr_expect_not(summary.any, "no move has completed");
    move_summary_free(&summary);
    one_move(5000, 9000, 9500);
    one_move(20000, 24000, 30000);
    one_move(40000, 0, 50000);
    move_log_summarize(move_log, &summary);
    cr_expect(summary.any);
    cr_expect_eq(summary.makespan_ns, 19, "from 5000 to 24000 ps");
    move_summary_free(&summary);
}

/* A transfer of another kind does not end the time line of the move before it, and is not
 * counted as a move. */
Test(move_log_trigger, other_transfers_have_rows_and_a_time_line_of_their_own)
{
    struct move_trigger trigger = {.at_ps = 1000, .decided_ps = 1000, .kind = TRIGGER_CALL};
    struct probe_event begin = move_event(PROBE_MOVE_BEGIN, &trigger);
    begin.move.mechanism = "mine";
    emit(1000, begin);
    mark(2000, MARK_ACTIVE);
    emit(2000, (struct probe_event){.kind = PROBE_TRANSFER_MARK,
                                    .conn = 3,
                                    .nic = 1,
                                    .mark.mark = MARK_OWN + 1,
                                    .mark.at_ps = 1500});
    emit(3000, (struct probe_event){
                   .kind = PROBE_MOVE_END, .conn = 3, .move_end.end = MOVE_END_COMPLETED});
    begin.kind = PROBE_TRANSFER_BEGIN;
    begin.gen = 2;
    begin.nic = PLACE_HOST;
    begin.move.from = 1;
    begin.move.kind = TRANSFER_ONLOAD;
    emit(4000, begin);
    mark(5000, MARK_FIRST_BUILT);
    emit(6000, (struct probe_event){.kind = PROBE_TRANSFER_MARK,
                                    .conn = 3,
                                    .gen = 3,
                                    .nic = PLACE_HOST,
                                    .mark.mark = MARK_ACTIVE,
                                    .mark.at_ps = 6000});
    emit(7000, (struct probe_event){
                   .kind = PROBE_TX_BUILT, .conn = 3, .gen = 3, .nic = PLACE_HOST, .built.seq = 9});
    emit(8000, (struct probe_event){.kind = PROBE_TRANSFER_END,
                                    .conn = 3,
                                    .move_end.kind = TRANSFER_ONLOAD,
                                    .move_end.end = MOVE_END_COMPLETED});
    cr_assert_eq(move_log_count(move_log), 2);
    const struct move_row *move = move_log_row(move_log, 0), *other = move_log_row(move_log, 1);
    cr_assert_eq(move->mark_ps[MARK_FIRST_BUILT], 5000, "after the other transfer has begun");
    cr_assert_eq(move->own_ps[1], 1500);
    cr_assert_eq(move->own_ps[0], TIME_NEVER);
    cr_assert_eq(other->kind, TRANSFER_ONLOAD);
    cr_assert_eq(other->mark_ps[MARK_ACTIVE], 6000);
    cr_assert_eq(other->mark_ps[MARK_FIRST_BUILT], 7000, "the host's own TCP has no engine");
    cr_assert_eq(other->mark_ps[MARK_FREEZE], TIME_NEVER);
    cr_assert_eq(move_log_counts(move_log, TRANSFER_MOVE).by_outcome[MOVE_COMPLETED], 1);
    cr_assert_eq(move_log_counts(move_log, TRANSFER_ONLOAD).total, 1);
    struct move_summary summary;
    move_log_summarize(move_log, &summary);
    cr_assert_eq(summary.latency.count, 1);
    move_summary_free(&summary);
    struct samples own;
    samples_init(&own);
    move_log_own_phase(move_log, "mine", 1, &own);
    move_log_own_phase(move_log, "another", 1, &own);
    cr_assert_eq(own.count, 1);
    samples_free(&own);
}

Test(move_log_trigger, outcome_and_lateness_are_told_apart)
{
    static const enum move_end ends[] = {MOVE_END_COMPLETED, MOVE_END_FAILED, MOVE_END_CANCELLED};
    static const enum move_outcome outcomes[] = {MOVE_COMPLETED, MOVE_FAILED, MOVE_CANCELLED};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct move_trigger trigger = {.at_ps = 1000, .decided_ps = 1000, .kind = TRIGGER_CALL};
        emit(1000, move_event(PROBE_MOVE_WANTED, &trigger));
        emit(1000, move_event(PROBE_MOVE_BEGIN, &trigger));
        cr_assert(move_log_is_moving(move_log));
        emit(2000, (struct probe_event){.kind = PROBE_MOVE_END,
                                        .conn = 3,
                                        .move_end.end = ends[i],
                                        .move_end.is_late = i == 0});
        cr_assert_eq(move_log_is_moving(move_log), ends[i] == MOVE_END_COMPLETED);
        cr_assert_eq(move_log_row(move_log, i)->outcome, outcomes[i]);
        cr_assert_eq(move_log_row(move_log, i)->late, i == 0);
    }
}
