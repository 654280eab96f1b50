/* Tests the audit at the end of a run, the length of TIME_WAIT, and the checks that a NIC learns of a write or a close
 * in time. */
#include "models/check/check_state.h"
#include "models/check/host/check_audit.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/nic_bus.h"

#include <criterion/criterion.h>

static struct check *check;
static struct probe probe;

enum { CONN = 3, IRS = 1000, ISS = 5000, DIR_STATE_TIME_WAIT = 7 };
#define MS UINT64_C(1000000000)
#define TWO_MSL (100 * MS)

static const struct flow_key key = {.lport = 80, .rport = 4000, .ip_version = 4};

static void emit(uint64_t now_ps, struct probe_event event)
{
    event.now_ps = now_ps;
    probe_emit(&probe, &event);
}

static void setup(void)
{
    struct check_params params = {
        .conn_max = 8, .time_wait_ps = TWO_MSL, .ring_bytes = 4096, .has_app_calls = true};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    emit(1, (struct probe_event){.kind = PROBE_CONN_OPEN,
                                 .conn = CONN,
                                 .opened.irs = IRS,
                                 .opened.iss = ISS,
                                 .opened.key = &key});
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_audit, .init = setup, .fini = teardown);

static void own(uint64_t now_ps, unsigned nic, enum own_state state)
{
    emit(now_ps, (struct probe_event){.kind = PROBE_OWN_STATE,
                                      .conn = CONN,
                                      .nic = (uint8_t)nic,
                                      .gen = 1,
                                      .own.state = (uint8_t)state});
}

static void expect(enum invariant invariant, uint64_t count)
{
    cr_assert_eq(check_violations(check, invariant), count, "%s", check_report(check));
    cr_assert_eq(check_violations_total(check), count, "%s", check_report(check));
}

Test(check_audit, accounts_must_agree)
{
    check_settle(check, &(struct check_account){"things", 3, 3}, MS);
    expect(INVARIANT_AUDIT, 0);
    check_settle(check, &(struct check_account){"things", 4, 3}, MS);
    expect(INVARIANT_AUDIT, 1);
}

Test(check_audit, nothing_is_left_of_a_move)
{
    const uint64_t none[NIC_COUNT] = {0, 0}, one[NIC_COUNT] = {1, 0};
    own(MS, 0, OWN_ACTIVE);
    check_settle_rest(check, one, 2 * MS);
    expect(INVARIANT_AUDIT, 0);
    check_settle_rest(check, none, 2 * MS);
    expect(INVARIANT_AUDIT, 1);
}

Test(check_audit, a_tombstone_is_a_leak)
{
    const uint64_t entries[NIC_COUNT] = {0, 0};
    own(MS, 1, OWN_TOMBSTONE);
    check_settle_rest(check, entries, 2 * MS);
    expect(INVARIANT_AUDIT, 1);
}

static void time_wait_from(uint64_t now_ps)
{
    emit(now_ps, (struct probe_event){
                     .kind = PROBE_DIR_STATE, .conn = CONN, .dir.state = DIR_STATE_TIME_WAIT});
}

static void time_wait_over(uint64_t now_ps, bool reopened)
{
    emit(now_ps, (struct probe_event){.kind = PROBE_TIME_WAIT_OVER,
                                      .conn = PROBE_NO_CONN,
                                      .over.is_reopened = reopened,
                                      .over.key = &key});
}

Test(check_audit, time_wait_lasts_two_msl)
{
    time_wait_from(MS);
    time_wait_over(MS + TWO_MSL, false);
    expect(INVARIANT_TWAIT, 0);
}

Test(check_audit, time_wait_may_be_reopened_early)
{
    time_wait_from(MS);
    time_wait_over(2 * MS, true);
    expect(INVARIANT_TWAIT, 0);
}

Test(check_audit, time_wait_is_not_over_early)
{
    time_wait_from(MS);
    time_wait_over(TWO_MSL, false);
    expect(INVARIANT_TWAIT, 1);
}

Test(check_audit, time_wait_does_not_last_longer)
{
    time_wait_from(MS);
    time_wait_over(3 * TWO_MSL + MS, false);
    expect(INVARIANT_TWAIT, 1);
}

Test(check_audit, time_wait_is_not_forgotten)
{
    time_wait_from(MS);
    check_finish(check, &(struct check_places){0}, 4 * TWO_MSL);
    expect(INVARIANT_TWAIT, 1);
}

static void live(uint64_t now_ps, enum probe_kind kind, uint32_t tx_prod, uint32_t flags)
{
    struct conn_ctx ctx = {.tcp_state = TCP_ESTABLISHED,
                           .snd_una = ISS + 1,
                           .snd_nxt = ISS + 1,
                           .snd_max = ISS + 1,
                           .snd_wnd = 1000,
                           .tx_prod = tx_prod,
                           .rx_consumed = IRS + 1,
                           .flags = flags};
    emit(now_ps, (struct probe_event){
                     .kind = (uint8_t)kind, .conn = CONN, .gen = 1, .context.image = &ctx});
}

static void write_at(uint64_t now_ps)
{
    own(MS, 0, OWN_ACTIVE);
    live(MS, PROBE_CTX_LIVE, ISS + 1, 0);
    emit(now_ps,
         (struct probe_event){
             .kind = PROBE_APP_TX, .conn = CONN, .payload.seq = ISS + 1, .payload.bytes = 9});
}

Test(check_audit, what_is_written_is_told)
{
    write_at(2 * MS);
    live(3 * MS, PROBE_CTX_WRITTEN, ISS + 10, 0);
    check_finish(check, &(struct check_places){0}, 3000 * MS);
    cr_assert_eq(check_violations(check, INVARIANT_DB), 0, "%s", check_report(check));
}

Test(check_audit, what_is_written_is_not_kept_back)
{
    write_at(2 * MS);
    check_finish(check, &(struct check_places){0}, 3000 * MS);
    expect(INVARIANT_DB, 1);
}

Test(check_audit, a_close_is_told)
{
    own(MS, 0, OWN_ACTIVE);
    live(MS, PROBE_CTX_LIVE, ISS + 1, 0);
    emit(2 * MS,
         (struct probe_event){.kind = PROBE_APP_SHUT, .conn = CONN, .payload.seq = ISS + 1});
    check_finish(check, &(struct check_places){0}, 1000 * MS);
    expect(INVARIANT_FINSEQ, 0);
    check_finish(check, &(struct check_places){0}, 3000 * MS);
    expect(INVARIANT_FINSEQ, 1);
}
