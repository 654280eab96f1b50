/* Tests models/check/move/check_move.c: a lawful move violates nothing, and each false report about it is caught. */
#include "models/base/frame.h"
#include "models/check/check_state.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>

enum { CONN = 5, OTHER = 6, FRAME = 70 };

static struct check *check;
static struct probe probe;

/* The events of a lawful move from NIC 0 to NIC 1, with their times in nanoseconds, and what is reported about them. A
 * test changes one event or one report. */
struct story {
    uint64_t rx, reported_rx, foreign, visible, decided, reported_decided;
    uint64_t event[14], reported[14]; /* when T4 to T12 happen, and the reported times */
    uint64_t completed, rung; /* the completion of FREEZE is in memory; INSTALL's doorbell leaves */
    bool is_pushed;  /* INSTALL is a line of the push window, and no doorbell tells of it */
    bool is_in_list; /* that line is a list, which names no connection */
    uint16_t pushed_gen;
    uint32_t of_conn; /* the connection of the record */
    uint8_t port, kind;
    uint64_t frame_id, begin_frame_id;
};
static struct story story;

static void emit(uint64_t ns, struct probe_event event)
{
    event.now_ps = ns * 1000;
    probe_emit(&probe, &event);
}

static void open_conn(uint32_t conn)
{
    emit(1, (struct probe_event){
                .kind = PROBE_CONN_OPEN, .conn = conn, .opened.irs = 1000, .opened.iss = 5000});
}

static void setup(void)
{
    struct check_params params = {.conn_max = 16};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    open_conn(CONN);
    open_conn(OTHER);
    story = (struct story){.rx = 100,
                           .reported_rx = 100,
                           .foreign = 110,
                           .visible = 120,
                           .decided = 130,
                           .reported_decided = 130,
                           .completed = 168,
                           .rung = 180,
                           .pushed_gen = 2,
                           .of_conn = CONN,
                           .port = 1,
                           .kind = TRIGGER_FRAME,
                           .frame_id = FRAME,
                           .begin_frame_id = FRAME};
    for (unsigned mark = 4; mark <= 12; mark++)
        story.event[mark] = story.reported[mark] = 100 + 10 * mark;
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_move, .init = setup, .fini = teardown);

static void own(uint64_t ns, uint8_t nic, enum own_state state, uint16_t gen)
{
    emit(ns,
         (struct probe_event){
             .kind = PROBE_OWN_STATE, .conn = CONN, .nic = nic, .gen = gen, .own.state = state});
}

/* Reports a mark, unless its time in story.reported is 0. */
static void mark(uint8_t nic, uint16_t gen, unsigned number)
{
    if (!story.reported[number])
        return;
    emit(story.event[number], (struct probe_event){.kind = PROBE_MOVE_MARK,
                                                   .conn = CONN,
                                                   .nic = nic,
                                                   .gen = gen,
                                                   .mark.mark = (uint8_t)number,
                                                   .mark.at_ps = story.reported[number] * 1000});
}

static void trigger_frame(void)
{
    struct frame frame = {.id = FRAME, .len = 60};
    emit(story.rx, (struct probe_event){.kind = PROBE_FRAME_RX,
                                        .conn = PROBE_NO_CONN,
                                        .nic = 1,
                                        .frame.id = FRAME,
                                        .frame.frame = &frame});
    emit(story.foreign, (struct probe_event){.kind = PROBE_MOVE_MARK,
                                             .conn = PROBE_NO_CONN,
                                             .nic = 1,
                                             .mark.mark = MARK_FOREIGN,
                                             .mark.at_ps = story.foreign * 1000,
                                             .mark.frame = &frame});
    emit(story.visible,
         (struct probe_event){.kind = PROBE_RECORD_VISIBLE, .frame.id = FRAME, .nic = 1});
    emit(story.decided,
         (struct probe_event){
             .kind = PROBE_RXIF_STORED, .conn = story.of_conn, .nic = 1, .stored.id = FRAME});
    emit(story.decided,
         (struct probe_event){
             .kind = PROBE_RECORD_USED, .conn = story.of_conn, .nic = 1, .verdict.id = FRAME});
}

static void begin(void)
{
    struct move_trigger trigger = {.at_ps = story.reported_rx * 1000,
                                   .decided_ps = story.reported_decided * 1000,
                                   .frame_id = story.frame_id,
                                   .kind = story.kind,
                                   .port = story.port};
    struct probe_event event = {.conn = CONN, .gen = 1, .nic = 1, .move.trigger = &trigger};
    event.kind = PROBE_MOVE_WANTED;
    emit(story.decided, event);
    trigger.frame_id = story.begin_frame_id;
    event.kind = PROBE_MOVE_BEGIN;
    emit(story.decided, event);
}

static void end(enum move_end outcome)
{
    emit(230,
         (struct probe_event){
             .kind = PROBE_MOVE_END, .conn = CONN, .gen = 2, .nic = 1, .move_end.end = outcome});
}

/* Reports the completion of FREEZE, unless story.completed is 0, which means that the host never sees it. */
static void completion(void)
{
    if (story.completed)
        emit(story.completed, (struct probe_event){.kind = PROBE_CMD_DONE,
                                                   .conn = CONN,
                                                   .nic = 0,
                                                   .gen = 1,
                                                   .done.op = NIC_CMD_FREEZE});
}

static void move(void)
{
    own(50, 0, OWN_ACTIVE, 1);
    trigger_frame();
    begin();
    mark(0, 1, 4);
    own(140, 0, OWN_QUIESCE, 1);
    own(150, 0, OWN_FROZEN, 1);
    mark(0, 1, 5);
    mark(0, 1, 6);
    struct conn_ctx image = {.generation = 1};
    emit(165, (struct probe_event){
                  .kind = PROBE_CTX_OUT, .conn = CONN, .gen = 1, .context.image = &image});
    own(165, 0, OWN_TOMBSTONE, 1);
    completion();
    mark(1, 1, 7);
    if (story.is_pushed)
        emit(story.rung, (struct probe_event){.kind = PROBE_CMD_PUSHED,
                                              .conn = story.is_in_list ? PROBE_NO_CONN : CONN,
                                              .gen = story.is_in_list ? 0 : story.pushed_gen,
                                              .nic = 1,
                                              .pushed.op = story.is_in_list ? NIC_CMD_INSTALL_LIST
                                                                            : NIC_CMD_INSTALL});
    else
        emit(story.rung,
             (struct probe_event){.kind = PROBE_CMD_RUNG, .conn = PROBE_NO_CONN, .nic = 1});
    mark(1, 2, 8);
    mark(1, 2, 9);
    own(190, 1, OWN_HOLD, 2);
    own(200, 1, OWN_ACTIVE, 2);
    mark(1, 2, 10);
    emit(210, (struct probe_event){.kind = PROBE_RX_VERDICT,
                                   .conn = CONN,
                                   .gen = 2,
                                   .nic = 1,
                                   .verdict.id = FRAME,
                                   .verdict.verdict = NIC_VERDICT_APPLIED});
    mark(1, 2, 11);
    end(MOVE_END_COMPLETED);
}

static void expect_only(enum invariant invariant)
{
    cr_assert_geq(check_violations(check, invariant), 1, "%s", check_report(check));
    cr_assert_eq(check_violations(check, invariant), check_violations_total(check), "%s",
                 check_report(check));
}

Test(check_move, a_lawful_move_violates_nothing)
{
    move();
    struct check_transfers reported = {.started = 1, .completed = 1};
    check_count_transfers(check, "a test", TRANSFER_MOVE, &reported, 240000);
    cr_assert_eq(check_violations_total(check), 0, "%s", check_report(check));
}

/* --- I-TRIG --- */

Test(check_move, a_t0_that_is_not_the_frames_time_is_caught)
{
    story.reported_rx = 99;
    move();
    expect_only(INVARIANT_TRIG);
}

Test(check_move, a_frame_of_the_other_port_is_caught)
{
    story.port = 0;
    move();
    expect_only(INVARIANT_TRIG);
}

Test(check_move, a_frame_of_another_connection_is_caught)
{
    story.of_conn = OTHER;
    move();
    expect_only(INVARIANT_TRIG);
}

Test(check_move, a_move_that_begins_for_another_frame_than_decided_is_caught)
{
    story.begin_frame_id = FRAME + 1;
    move();
    expect_only(INVARIANT_TRIG);
}

Test(check_move, a_link_event_that_nobody_saw_is_caught)
{
    story.kind = TRIGGER_LINK;
    story.frame_id = story.begin_frame_id = 0;
    move();
    expect_only(INVARIANT_TRIG);
}

Test(check_move, a_link_event_at_its_instant_is_right)
{
    emit(100, (struct probe_event){.kind = PROBE_PORT_LINK, .conn = PROBE_NO_CONN, .nic = 1});
    story.kind = TRIGGER_LINK;
    story.frame_id = story.begin_frame_id = 0;
    move();
    cr_assert_eq(check_violations_total(check), 0, "%s", check_report(check));
}

Test(check_move, a_frame_that_triggers_two_moves_is_caught)
{
    own(50, 0, OWN_ACTIVE, 1);
    trigger_frame();
    begin();
    end(MOVE_END_CANCELLED);
    begin();
    expect_only(INVARIANT_TRIG);
}

/* --- I-MARK --- */

/* These marks are reported right after another event of the same time, so a later time is wrong. T4 and T9 are reported
 * before their event. */
static const struct late_mark {
    char name[24];
    unsigned mark;
} late_marks[] = {{"T5 after FROZEN", 5}, {"T10 after ACTIVE", 10}, {"T11 after the frame", 11}};

Test(check_move, a_mark_later_than_its_event_is_caught)
{
    for (size_t i = 0; i < sizeof late_marks / sizeof late_marks[0]; i++) {
        teardown();
        setup();
        story.event[late_marks[i].mark] += 2;
        story.reported[late_marks[i].mark] += 2;
        move();
        cr_assert_geq(check_violations(check, INVARIANT_MARK), 1, "%s", late_marks[i].name);
    }
}

Test(check_move, a_mark_that_is_told_with_another_time_is_caught)
{
    for (unsigned number = 4; number <= 11; number++) {
        teardown();
        setup();
        story.reported[number]--;
        move();
        cr_assert_geq(check_violations(check, INVARIANT_MARK), 1, "T%u", number);
    }
}

Test(check_move, a_completed_move_without_one_of_its_marks_is_caught)
{
    for (unsigned number = 4; number <= 10; number++) {
        teardown();
        setup();
        story.reported[number] = 0;
        move();
        cr_assert_geq(check_violations(check, INVARIANT_MARK), 1, "T%u", number);
    }
}

Test(check_move, an_image_that_is_seen_without_a_completion_is_caught)
{
    story.completed = 0;
    move();
    expect_only(INVARIANT_MARK);
}

Test(check_move, an_install_that_is_issued_before_or_after_its_doorbell_is_caught)
{
    static const uint64_t wrong[] = {178, 182};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        teardown();
        setup();
        story.rung = wrong[i];
        move();
        expect_only(INVARIANT_MARK);
    }
}

/* Other than a doorbell, a line names its connection and generation. */
Test(check_move, an_install_that_is_pushed_is_issued_when_its_line_is_written)
{
    story.is_pushed = true;
    move();
    cr_assert_eq(check_violations(check, INVARIANT_MARK), 0);
    teardown();
    setup();
    story.is_pushed = true;
    story.rung = 182;
    move();
    expect_only(INVARIANT_MARK);
    teardown();
    setup();
    story.is_pushed = true;
    story.pushed_gen = 1;
    move();
    expect_only(INVARIANT_MARK);
}

Test(check_move, an_install_in_a_list_is_issued_when_the_line_of_the_list_is_written)
{
    story.is_pushed = story.is_in_list = true;
    move();
    cr_assert_eq(check_violations(check, INVARIANT_MARK), 0);
    teardown();
    setup();
    story.is_pushed = story.is_in_list = true;
    story.rung = 182;
    move();
    expect_only(INVARIANT_MARK);
}

Test(check_move, a_record_that_is_visible_before_the_lookup_is_caught)
{
    story.foreign = 125;
    move();
    expect_only(INVARIANT_MARK);
}

/* --- I-SUM --- */

Test(check_move, counters_that_disagree_are_caught)
{
    static const struct check_transfers wrong[] = {
        {.started = 1}, {.started = 1, .failed = 1}, {.started = 2, .completed = 2}};
    move();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_count_transfers(check, "a test", TRANSFER_MOVE, &wrong[i], 240000);
        cr_assert_eq(check_violations(check, INVARIANT_SUM), i + 1);
    }
}

Test(check_move, transfers_of_another_kind_are_counted_by_themselves)
{
    static const struct check_transfers reported = {.started = 2, .completed = 1, .cancelled = 1};
    move();
    for (int i = 0; i < 2; i++)
        emit(300000, (struct probe_event){.kind = PROBE_TRANSFER_BEGIN,
                                          .conn = CONN,
                                          .nic = PLACE_HOST,
                                          .move.kind = TRANSFER_ONLOAD});
    emit(310000, (struct probe_event){.kind = PROBE_TRANSFER_END,
                                      .conn = CONN,
                                      .move_end.kind = TRANSFER_ONLOAD,
                                      .move_end.end = MOVE_END_COMPLETED});
    check_count_transfers(check, "a test", TRANSFER_ONLOAD, &reported, 320000);
    cr_assert_eq(check_violations(check, INVARIANT_SUM), 1, "one of them has not ended");
    emit(330000, (struct probe_event){.kind = PROBE_TRANSFER_END,
                                      .conn = CONN,
                                      .move_end.kind = TRANSFER_ONLOAD,
                                      .move_end.end = MOVE_END_CANCELLED});
    check_count_transfers(check, "a test", TRANSFER_ONLOAD, &reported, 340000);
    check_count_transfers(check, "a test", TRANSFER_OFFLOAD, &(struct check_transfers){0}, 340000);
    cr_assert_eq(check_violations_total(check), 1, "%s", check_report(check));
}

Test(check_move, a_move_that_ends_twice_is_caught)
{
    move();
    end(MOVE_END_FAILED);
    expect_only(INVARIANT_SUM);
}

/* The host acts on a record of generation `gen` of NIC 1 at the time `ns`. */
static void use_record(uint64_t ns, uint16_t gen, enum nic_verdict verdict)
{
    emit(ns, (struct probe_event){.kind = PROBE_RECORD_USED,
                                  .conn = CONN,
                                  .gen = gen,
                                  .nic = 1,
                                  .verdict.id = FRAME + 1,
                                  .verdict.verdict = (uint8_t)verdict});
}

/* I-FENCE: nothing orders what a granted NIC writes and what the old one writes. */
Test(check_move, a_record_of_the_new_place_before_the_completion_of_freeze_is_caught)
{
    trigger_frame();
    begin();
    use_record(150, 1, NIC_VERDICT_APPLIED);
    cr_assert_eq(check_violations(check, INVARIANT_FENCE), 0, "the old place may go on");
    use_record(155, 2, NIC_VERDICT_RESERVED);
    cr_assert_eq(check_violations(check, INVARIANT_FENCE), 0, "the frame is the host's");
    use_record(160, 2, NIC_VERDICT_APPLIED);
    cr_assert_eq(check_violations(check, INVARIANT_FENCE), 1);
}

Test(check_move, a_record_of_the_new_place_after_the_completion_of_freeze_is_right)
{
    trigger_frame();
    begin();
    completion();
    use_record(170, 2, NIC_VERDICT_APPLIED);
    cr_assert_eq(check_violations(check, INVARIANT_FENCE), 0);
}
