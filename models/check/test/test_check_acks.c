/* Tests I-DACK in models/check/check_watch.c: acknowledgments must not be delayed too long (RFC 9293 3.8.6.3). */
#include "models/base/frame.h"
#include "models/base/units.h"
#include "models/check/check_state.h"
#include "models/check/check_time.h"
#include "models/hwif/nic_bus.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CONN = 5, IRS = 1000, ISS = 5000, MTU = 1500, MSS = MTU - 40 };

static struct check *check;
static struct probe probe;
static struct frame sent;

static void report(uint64_t ms, struct probe_event event)
{
    event.conn = CONN;
    event.gen = 1;
    event.now_ps = ms * PS_PER_MS;
    probe_emit(&probe, &event);
}

static void becomes_active(uint64_t ms)
{
    static struct conn_ctx ctx = {.snd_una = ISS + 1, .snd_nxt = ISS + 1, .snd_max = ISS + 1};
    report(ms, (struct probe_event){.kind = PROBE_OWN_STATE, .own.state = OWN_ACTIVE});
    report(ms, (struct probe_event){.kind = PROBE_CTX_LIVE, .context.image = &ctx});
}

/* Reports that bytes of the peer are written to memory and become visible there. `from` counts from the first byte. */
static void arrives(uint64_t ms, uint32_t from, uint32_t bytes)
{
    struct probe_payload payload = {IRS + 1 + from, bytes};
    report(ms, (struct probe_event){.kind = PROBE_RX_QUEUED, .payload = payload});
    report(ms, (struct probe_event){.kind = PROBE_RX_WRITTEN, .payload = payload});
    report(ms, (struct probe_event){.kind = PROBE_RX_VISIBLE, .payload = payload});
}

/* Reports a segment that acknowledges the peer's first `bytes` bytes. */
static void acknowledges(uint64_t ms, uint32_t bytes)
{
    struct packet_out out = {
        .ip_version = 4, .ttl = 64, .seq = ISS + 1, .ack = IRS + 1 + bytes, .flags = TCP_ACK};
    memset(&sent, 0, sizeof sent);
    sent.len = packet_build(sent.data, &out, 0);
    report(ms, (struct probe_event){.kind = PROBE_TX_BUILT, .built = {out.seq, 0, out.ack, &sent}});
}

static void setup(void)
{
    struct check_params params = {.conn_max = 16, .mtu_bytes = MTU};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    report(0, (struct probe_event){.kind = PROBE_CONN_OPEN, .opened = {IRS, ISS, NULL}});
    becomes_active(1);
    acknowledges(1, 0);
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_acks, .init = setup, .fini = teardown);

static void expect_violations(uint64_t count)
{
    cr_assert_eq(check_violations(check, INVARIANT_DACK), count, "%s", check_report(check));
    cr_assert_eq(check_violations_total(check), count, "%s", check_report(check));
}

Test(check_acks, a_delay_below_half_a_second_is_lawful)
{
    arrives(1000, 0, 100);
    acknowledges(1499, 100);
    arrives(2000, 100, 2 * MSS);
    acknowledges(2050, 100 + 2 * MSS);
    expect_violations(0);
}

Test(check_acks, a_longer_delay_is_seen_when_the_acknowledgment_is_built)
{
    arrives(1000, 0, 100);
    acknowledges(1700, 100);
    expect_violations(1);
}

Test(check_acks, two_full_segments_are_not_delayed)
{
    arrives(1000, 0, 2 * MSS - 1);
    acknowledges(1200, 2 * MSS - 1);
    expect_violations(0);
    arrives(2000, 2 * MSS - 1, 2 * MSS);
    acknowledges(2200, 4 * MSS - 1);
    expect_violations(1);
}

Test(check_acks, an_acknowledgment_of_one_of_three_leaves_two)
{
    arrives(1000, 0, 3 * MSS);
    acknowledges(1001, MSS);
    acknowledges(1200, 3 * MSS);
    expect_violations(1);
}

/* No place can acknowledge while the connection moves, so this time does not count. */
Test(check_acks, the_time_without_a_place_does_not_count)
{
    arrives(1000, 0, 2 * MSS);
    report(1000, (struct probe_event){.kind = PROBE_OWN_STATE, .own.state = OWN_TOMBSTONE});
    check_time_passes(check, 1300 * PS_PER_MS);
    expect_violations(0);
}
