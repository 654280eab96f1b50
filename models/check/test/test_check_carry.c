/* Tests I-MOVE, which compares the context before and after a move, and the time limits of I-LIVE1 and I-TERM. */
#include "models/base/move_event.h"
#include "models/base/units.h"
#include "models/check/check.h"
#include "models/check/check_time.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/nic_bus.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>
#include <string.h>

static struct check *check;
static struct probe probe;
static uint64_t now;

enum { CONN = 5, IRS = 1000, ISS = 5000, DELTA_US = 3 };

static void emit(struct probe_event event)
{
    event.now_ps = now;
    event.conn = CONN;
    probe_emit(&probe, &event);
}

static void own(unsigned nic, enum own_state state, uint16_t gen)
{
    emit((struct probe_event){
        .kind = PROBE_OWN_STATE, .nic = (uint8_t)nic, .gen = gen, .own.state = state});
}

static void context(enum probe_kind kind, unsigned nic, const struct conn_ctx *ctx)
{
    emit((struct probe_event){.kind = (uint8_t)kind, .nic = (uint8_t)nic, .context.image = ctx});
}

static void setup(void)
{
    struct check_params params = {
        .conn_max = 16, .has_app_calls = true, .move_deadline_ps = PS_PER_MS};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    now = 100 * PS_PER_MS;
    emit((struct probe_event){.kind = PROBE_CONN_OPEN, .opened.irs = IRS, .opened.iss = ISS});
    own(0, OWN_ACTIVE, 1);
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_carry, .init = setup, .fini = teardown);

static struct conn_ctx established(void)
{
    uint32_t us = us_ticks(now), ms = ms_ticks(now);
    return (struct conn_ctx){.version = 1,
                             .tcp_state = TCP_ESTABLISHED,
                             .features = CTX_FEATURE_TS,
                             .snd_una = ISS + 1,
                             .snd_nxt = ISS + 1,
                             .snd_max = ISS + 1,
                             .tx_prod = ISS + 1,
                             .rcv_nxt = IRS + 1,
                             .rx_consumed = IRS + 1,
                             .cwnd = 14480,
                             .srtt = 800,
                             .timers = CTX_TIMER_DELACK | CTX_TIMER_KEEPALIVE,
                             .delack_deadline = us + 40000,
                             .keepalive_deadline = ms + 7200000,
                             .ts_recent = 77,
                             .ts_recent_age = ms - 10};
}

/* Moves the connection from NIC 0 to NIC 1 in DELTA_US. */
static void move(const struct conn_ctx *before, const struct conn_ctx *after)
{
    struct conn_ctx image = *before;
    context(PROBE_CTX_WRITTEN, 0, before);
    own(0, OWN_FROZEN, 1);
    context(PROBE_CTX_OUT, 0, &image);
    own(0, OWN_TOMBSTONE, 1);
    now += DELTA_US * PS_PER_US;
    own(1, OWN_ACTIVE, 2);
    context(PROBE_CTX_LIVE, 1, after);
}

static void expect(enum invariant invariant, uint64_t count)
{
    cr_assert_eq(check_violations(check, invariant), count, "%s", check_report(check));
    cr_assert_eq(check_violations_total(check), count, "%s", check_report(check));
}

Test(check_carry, accepts_timers_and_ages_later_by_the_time_between)
{
    struct conn_ctx before = established(), after = before;
    after.delack_deadline += DELTA_US;
    after.own_state = OWN_ACTIVE;
    after.owner = 1;
    after.generation = 2;
    move(&before, &after);
    expect(INVARIANT_MOVE, 0);
}

/* Flips one bit of one field at a time, because a move must not change any of these fields. */
Test(check_carry, catches_a_wrong_bit_in_every_field_that_stays)
{
    static const size_t fields[] = {
        offsetof(struct conn_ctx, tcp_state),    offsetof(struct conn_ctx, features),
        offsetof(struct conn_ctx, last_rx),      offsetof(struct conn_ctx, snd_wnd),
        offsetof(struct conn_ctx, rcv_adv),      offsetof(struct conn_ctx, cwnd),
        offsetof(struct conn_ctx, srtt),         offsetof(struct conn_ctx, timers),
        offsetof(struct conn_ctx, rto_backoff),  offsetof(struct conn_ctx, delack_segs),
        offsetof(struct conn_ctx, ts_offset),    offsetof(struct conn_ctx, ooo),
        offsetof(struct conn_ctx, sacked),       offsetof(struct conn_ctx, peer_mac),
        offsetof(struct conn_ctx, tx_ring),      offsetof(struct conn_ctx, user_timeout),
        offsetof(struct conn_ctx, cc_private_2), offsetof(struct conn_ctx, ts_recent)};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        teardown();
        setup();
        struct conn_ctx before = established(), after = before;
        ((uint8_t *)&after)[fields[i]] ^= 4;
        move(&before, &after);
        cr_assert_eq(check_violations(check, INVARIANT_MOVE), 1, "byte %zu", fields[i]);
    }
}

Test(check_carry, catches_a_deadline_that_is_earlier_than_before)
{
    struct conn_ctx before = established(), after = before;
    after.delack_deadline -= 2;
    move(&before, &after);
    expect(INVARIANT_MOVE, 1);
}

Test(check_carry, catches_a_deadline_that_is_too_late)
{
    struct conn_ctx before = established(), after = before;
    after.delack_deadline += DELTA_US + 3;
    move(&before, &after);
    expect(INVARIANT_MOVE, 1);
}

Test(check_carry, knows_a_timer_that_does_not_run)
{
    struct conn_ctx before = established(), after = before;
    before.timers = after.timers = CTX_TIMER_KEEPALIVE;
    after.delack_deadline = 0;
    move(&before, &after);
    expect(INVARIANT_MOVE, 0);
}

Test(check_carry, accepts_what_the_application_wrote_meanwhile)
{
    struct conn_ctx before = established(), after = before;
    emit((struct probe_event){.kind = PROBE_APP_TX, .payload.seq = ISS + 1, .payload.bytes = 10});
    after.tx_prod += 10;
    move(&before, &after);
    expect(INVARIANT_MOVE, 0);
}

Test(check_carry, catches_that_the_new_place_does_not_know_what_was_written)
{
    struct conn_ctx before = established(), after = before;
    emit((struct probe_event){.kind = PROBE_APP_TX, .payload.seq = ISS + 1, .payload.bytes = 10});
    move(&before, &after);
    expect(INVARIANT_MOVE, 1);
}

/* A mechanism that rebuilds a context names the fields that it cannot carry. All other fields are still compared. */
Test(check_carry, a_field_that_the_mechanism_does_not_carry_may_differ_and_no_other)
{
    static const char *const not_carried[] = {"srtt", "cwnd", NULL};
    struct conn_ctx before = established(), after = before;
    struct move_trigger why = {.at_ps = now, .decided_ps = now, .kind = TRIGGER_CALL};
    struct probe_event begin = {.kind = PROBE_TRANSFER_BEGIN,
                                .nic = 1,
                                .move.kind = TRANSFER_OFFLOAD,
                                .move.trigger = &why,
                                .move.not_carried = not_carried};
    emit(begin);
    after.srtt = before.srtt + 5;
    after.cwnd = before.cwnd + 5;
    move(&before, &after);
    expect(INVARIANT_MOVE, 0);
    after = before;
    begin.move.not_carried = NULL;
    emit(begin);
    after.srtt = before.srtt + 5;
    move(&before, &after);
    expect(INVARIANT_MOVE, 1);
}

Test(check_carry, catches_a_move_that_does_not_end)
{
    struct move_trigger why = {.at_ps = now, .decided_ps = now}; /* I-TRIG has its own tests */
    emit((struct probe_event){.kind = PROBE_MOVE_BEGIN,
                              .nic = 1,
                              .move.from = 0,
                              .move.reason = MOVE_FOREIGN,
                              .move.trigger = &why});
    now += 1000 * PS_PER_MS;
    own(0, OWN_QUIESCE, 1);
    cr_assert_eq(check_violations(check, INVARIANT_LIVE1), 0);
    now += 2000 * PS_PER_MS;
    own(0, OWN_FROZEN, 1);
    cr_assert_eq(check_violations(check, INVARIANT_LIVE1), 1);
}

Test(check_carry, catches_a_move_that_does_not_end_though_no_event_comes)
{
    struct move_trigger why = {.at_ps = now, .decided_ps = now};
    emit((struct probe_event){.kind = PROBE_MOVE_BEGIN,
                              .nic = 1,
                              .move.from = 0,
                              .move.reason = MOVE_FOREIGN,
                              .move.trigger = &why});
    check_time_passes(check, now + 1000 * PS_PER_MS);
    cr_assert_eq(check_violations(check, INVARIANT_LIVE1), 0);
    check_time_passes(check, now + 3000 * PS_PER_MS);
    cr_assert_eq(check_violations(check, INVARIANT_LIVE1), 1);
}

Test(check_carry, catches_an_end_the_application_is_not_told_of)
{
    emit((struct probe_event){
        .kind = PROBE_CONN_GONE, .gen = 1, .ended.cause = NIC_TERM_REMOTE_RESET});
    now += 2000 * PS_PER_MS;
    own(0, OWN_ABSENT, 1);
    expect(INVARIANT_TERM, 1);
}

Test(check_carry, accepts_an_end_the_application_is_told_of)
{
    emit((struct probe_event){
        .kind = PROBE_CONN_GONE, .gen = 1, .ended.cause = NIC_TERM_REMOTE_RESET});
    emit((struct probe_event){.kind = PROBE_APP_CLOSED, .ended.cause = NIC_TERM_REMOTE_RESET});
    now += 2000 * PS_PER_MS;
    own(0, OWN_ABSENT, 1);
    expect(INVARIANT_TERM, 0);
}

Test(check_carry, catches_a_wrong_cause_and_a_second_call)
{
    context(PROBE_CTX_LIVE, 0, &(struct conn_ctx){.tcp_state = TCP_ESTABLISHED});
    emit((struct probe_event){
        .kind = PROBE_CONN_GONE, .gen = 1, .ended.cause = NIC_TERM_REMOTE_RESET});
    emit((struct probe_event){.kind = PROBE_APP_CLOSED, .ended.cause = NIC_TERM_KEEPALIVE});
    expect(INVARIANT_TERM, 1);
    emit((struct probe_event){.kind = PROBE_APP_CLOSED, .ended.cause = NIC_TERM_REMOTE_RESET});
    expect(INVARIANT_TERM, 2);
}
