/* Tests that the invariants of models/check accept lawful sequences of events and catch planted violations. */
#include "models/base/drop_reason.h"
#include "models/base/frame.h"
#include "models/check/check_state.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/nic_bus.h"
#include "models/hwif/nic_desc.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <string.h>

static struct check *check;
static struct probe probe;
static uint64_t now;
static struct frame tx_frame, rx_frame;

enum { CONN = 5, IRS = 1000, ISS = 5000, FIRST_BUILT = 1000 };

static void emit(struct probe_event event)
{
    event.now_ps = now += 1000;
    probe_emit(&probe, &event);
}

/* Emits an event about the connection, as the place `nic` reports it. */
static void report(unsigned nic, uint16_t gen, struct probe_event event)
{
    event.conn = CONN;
    event.nic = (uint8_t)nic;
    event.gen = gen;
    emit(event);
}

static void in_ring(enum probe_kind kind, unsigned nic, uint32_t seq, uint32_t len)
{
    report(nic, 0, (struct probe_event){.kind = (uint8_t)kind, .payload = {seq, len}});
}

static void app_rx(uint64_t offset)
{
    report(0, 0,
           (struct probe_event){.kind = PROBE_APP_RX, .app_rx = {.offset = offset, .len = 10}});
}

static void verdict(uint32_t conn, uint64_t id, enum nic_verdict decided)
{
    emit((struct probe_event){
        .kind = PROBE_RX_VERDICT, .conn = conn, .verdict = {.id = id, .verdict = decided}});
}

/* Emits an event about a frame that need not belong to a connection. */
static void of_frame(enum probe_kind kind, unsigned nic, struct probe_event event)
{
    event.kind = (uint8_t)kind;
    event.conn = PROBE_NO_CONN;
    event.nic = (uint8_t)nic;
    emit(event);
}

static void setup_with(const struct check_params *params)
{
    check = check_create(params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    now = 0;
    report(0, 0, (struct probe_event){.kind = PROBE_CONN_OPEN, .opened = {IRS, ISS, NULL}});
}

static void setup(void) { setup_with(&(struct check_params){.conn_max = 16}); }

static void teardown(void) { check_destroy(check); }

static void own(unsigned nic, enum own_state state, uint16_t gen)
{
    report(nic, gen, (struct probe_event){.kind = PROBE_OWN_STATE, .own = {(uint8_t)state}});
}

/* Reports that a frame is built and that it leaves the MAC at once. */
static void built_with(unsigned nic, uint16_t gen, uint32_t seq, uint32_t ack, uint16_t flags,
                       const char *payload)
{
    struct packet_out out = {.ip_version = 4, .ttl = 64, .seq = seq, .ack = ack, .flags = flags};
    uint32_t len = (uint32_t)strlen(payload);
    static uint64_t built_frames;
    memset(&tx_frame, 0, sizeof tx_frame);
    tx_frame.id = FIRST_BUILT + built_frames++;
    memcpy(tx_frame.data + packet_header_bytes(&out), payload, len);
    tx_frame.len = packet_build(tx_frame.data, &out, len);
    report(nic, gen,
           (struct probe_event){.kind = PROBE_TX_BUILT, .built = {seq, len, ack, &tx_frame}});
    of_frame(PROBE_FRAME_TX, nic, (struct probe_event){.frame = {tx_frame.id, &tx_frame}});
}

static void built(unsigned nic, uint16_t gen, uint32_t seq, uint32_t ack, const char *payload)
{
    built_with(nic, gen, seq, ack, TCP_ACK, payload);
}

static void written(unsigned nic, uint32_t seq, uint32_t len)
{
    in_ring(PROBE_RX_QUEUED, nic, seq, len);
    in_ring(PROBE_RX_WRITTEN, nic, seq, len);
}

static void visible(unsigned nic, uint32_t seq, uint32_t len)
{
    in_ring(PROBE_RX_VISIBLE, nic, seq, len);
}

static void image(enum probe_kind kind, unsigned nic, const struct conn_ctx *ctx)
{
    report(nic, 0, (struct probe_event){.kind = (uint8_t)kind, .context.image = ctx});
}

static void received(uint64_t id, unsigned nic)
{
    rx_frame.len = 60;
    of_frame(PROBE_FRAME_RX, nic, (struct probe_event){.frame = {id, &rx_frame}});
}

static void expect_only(enum invariant invariant)
{
    cr_assert_eq(check_violations(check, invariant), 1, "%s: %llu", invariant_key(invariant),
                 (unsigned long long)check_violations(check, invariant));
    cr_assert_eq(check_violations_total(check), 1, "%s", check_report(check));
    cr_assert_not_null(strstr(check_report(check), invariant_key(invariant)));
}

TestSuite(check, .init = setup, .fini = teardown);

Test(check, a_lawful_move_violates_nothing)
{
    struct conn_ctx ctx = {.snd_una = ISS, .snd_nxt = ISS + 6, .snd_max = ISS + 6};
    own(0, OWN_ACTIVE, 1);
    received(7, 0);
    verdict(CONN, 7, NIC_VERDICT_APPLIED);
    written(0, IRS + 1, 10);
    built(0, 1, ISS + 1, IRS + 11, "hello");
    visible(0, IRS + 1, 10);
    report(0, 0, (struct probe_event){.kind = PROBE_RXIF_STORED, .stored = {.id = 7}});
    report(0, 0, (struct probe_event){.kind = PROBE_RECORD_USED, .verdict.id = 7});
    app_rx(0);
    own(0, OWN_QUIESCE, 1);
    own(0, OWN_FROZEN, 1);
    image(PROBE_CTX_OUT, 0, &ctx);
    own(0, OWN_TOMBSTONE, 1);
    ctx.generation = 2;
    ctx.owner = 1;
    image(PROBE_CTX_IN, 1, &ctx);
    own(1, OWN_ACTIVE, 2);
    built(1, 2, ISS + 1, IRS + 11, "hello again");
    check_finish(check, &(struct check_places){0}, now);
    cr_assert_eq(check_violations_total(check), 0, "%s", check_report(check));
}

Test(check, own_catches_two_active_nics)
{
    own(0, OWN_ACTIVE, 1);
    own(1, OWN_ACTIVE, 2);
    cr_assert_eq(check_violations(check, INVARIANT_OWN), 1);
}

Test(check, tx1_catches_a_frame_built_after_freeze)
{
    own(0, OWN_ACTIVE, 1);
    own(0, OWN_FROZEN, 1);
    built(0, 1, ISS + 1, IRS + 1, "x");
    expect_only(INVARIANT_TX1);
}

Test(check, tx1_catches_a_frame_of_an_old_generation)
{
    own(0, OWN_ACTIVE, 2);
    built(0, 1, ISS + 1, IRS + 1, "x");
    expect_only(INVARIANT_TX1);
}

Test(check, gen_catches_a_repeated_generation)
{
    own(0, OWN_ACTIVE, 1);
    own(0, OWN_TOMBSTONE, 1);
    own(1, OWN_ACTIVE, 1);
    expect_only(INVARIANT_GEN);
}

static void refused(unsigned nic, uint16_t gen)
{
    report(nic, gen,
           (struct probe_event){.kind = PROBE_CTX_REFUSED, .refused.result = NIC_RESULT_BAD_IMAGE});
}

/* A place refuses the image twice with the same generation. The connection is then returned with the next generation,
 * which the other place may refuse as well. */
Test(check, gen_counts_the_generations_that_were_refused)
{
    for (uint16_t refusals = 1; refusals <= 2; refusals++) {
        teardown();
        setup();
        own(0, OWN_ACTIVE, 1);
        own(0, OWN_TOMBSTONE, 1);
        for (uint16_t i = 1; i <= refusals; i++) {
            refused(i & 1, (uint16_t)(1 + i));
            refused(i & 1, (uint16_t)(1 + i));
        }
        own(0, OWN_ACTIVE, (uint16_t)(2 + refusals));
        own(0, OWN_TOMBSTONE, (uint16_t)(2 + refusals));
        own(1, OWN_ACTIVE, (uint16_t)(3 + refusals));
        cr_assert_eq(check_violations_total(check), 0, "%u refused", refusals);
    }
}

Test(check, gen_lets_the_second_try_have_the_refused_generation)
{
    own(0, OWN_ACTIVE, 1);
    own(0, OWN_TOMBSTONE, 1);
    refused(1, 2);
    own(1, OWN_ACTIVE, 2);
    cr_assert_eq(check_violations_total(check), 0);
}

struct gen_row {
    char name[40];
    uint16_t refused, activated;
};

Test(check, gen_catches_a_generation_that_nobody_refused)
{
    static const struct gen_row rows[] = {{"skipped, no refusal", 0, 3},
                                          {"the old one", 2, 1},
                                          {"one too many", 2, 4},
                                          {"another was refused", 9, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        teardown();
        setup();
        own(0, OWN_ACTIVE, 1);
        own(0, OWN_TOMBSTONE, 1);
        if (rows[i].refused)
            refused(1, rows[i].refused);
        own(0, OWN_ACTIVE, rows[i].activated);
        cr_assert_eq(check_violations(check, INVARIANT_GEN), 1, "%s", rows[i].name);
    }
}

Test(check, fence_catches_activation_before_extraction)
{
    own(0, OWN_ACTIVE, 1);
    own(0, OWN_FROZEN, 1);
    own(1, OWN_ACTIVE, 2);
    expect_only(INVARIANT_FENCE);
}

Test(check, fence_catches_activation_before_the_last_write_is_visible)
{
    own(0, OWN_ACTIVE, 1);
    written(0, IRS + 1, 10);
    own(0, OWN_TOMBSTONE, 1);
    own(1, OWN_ACTIVE, 2);
    expect_only(INVARIANT_FENCE);
}

Test(check, crc_catches_a_changed_image)
{
    struct conn_ctx ctx = {.snd_una = ISS, .snd_nxt = ISS, .snd_max = ISS, .cwnd = 14600};
    image(PROBE_CTX_OUT, 0, &ctx);
    ctx.cwnd = 1460;
    image(PROBE_CTX_IN, 1, &ctx);
    expect_only(INVARIANT_CRC);
}

Test(check, crc_lets_time_go_on_and_never_back)
{
    struct conn_ctx ctx = {.snd_una = ISS,
                           .snd_nxt = ISS,
                           .snd_max = ISS,
                           .ts_recent_age = 5,
                           .keepalive_deadline = 100};
    image(PROBE_CTX_OUT, 0, &ctx);
    ctx.ts_recent_age = 60005;
    ctx.keepalive_deadline = 40;
    image(PROBE_CTX_IN, 1, &ctx);
    cr_assert_eq(check_violations_total(check), 0, "%s", check_report(check));
    ctx.ts_recent_age = 4;
    image(PROBE_CTX_IN, 1, &ctx);
    expect_only(INVARIANT_CRC);
}

Test(check, snd_catches_an_install_that_forgot_sent_bytes)
{
    struct conn_ctx ctx = {.snd_una = ISS, .snd_nxt = ISS + 1, .snd_max = ISS + 1};
    own(0, OWN_ACTIVE, 1);
    built(0, 1, ISS + 1, IRS + 1, "sent");
    image(PROBE_CTX_IN, 1, &ctx);
    expect_only(INVARIANT_SND);
}

Test(check, ack_catches_an_acknowledgement_of_bytes_not_written)
{
    own(0, OWN_ACTIVE, 1);
    written(0, IRS + 1, 10);
    written(0, IRS + 21, 10); /* there is a hole before these bytes */
    built(0, 1, ISS + 1, IRS + 12, "");
    expect_only(INVARIANT_ACK);
}

Test(check, ack_accepts_a_filled_hole)
{
    own(0, OWN_ACTIVE, 1);
    written(0, IRS + 11, 10);
    written(0, IRS + 1, 10);
    built(0, 1, ISS + 1, IRS + 21, "");
    cr_assert_eq(check_violations_total(check), 0);
}

/* With the policy recorded, the bytes may be visible for long: the host does not know of them before their record. */
Test(check, ack_catches_bytes_that_no_visible_record_reports)
{
    teardown();
    setup_with(&(struct check_params){.conn_max = 16, .ack_flushed = true, .ack_recorded = true});
    own(0, OWN_ACTIVE, 1);
    in_ring(PROBE_RECORDED, 0, IRS + 1, 0);
    built(0, 1, ISS + 1, IRS + 1, "");
    written(0, IRS + 1, 10);
    visible(0, IRS + 1, 10);
    in_ring(PROBE_RECORDED, 0, IRS + 11, 0);
    built(0, 1, ISS + 1, IRS + 11, "");
    cr_assert_eq(check_violations_total(check), 0);
    written(0, IRS + 11, 10);
    visible(0, IRS + 11, 10);
    built(0, 1, ISS + 1, IRS + 21, "");
    expect_only(INVARIANT_ACK);
}

Test(check, own_counts_the_host_as_a_place)
{
    own(PLACE_HOST, OWN_ACTIVE, 1);
    own(1, OWN_ACTIVE, 2);
    cr_assert_eq(check_violations(check, INVARIANT_OWN), 1);
    own(1, OWN_ABSENT, 2);
    own(PLACE_HOST, OWN_TOMBSTONE, 1);
    own(0, OWN_ACTIVE, 3);
    cr_assert_eq(check_violations(check, INVARIANT_OWN), 1);
}

/* Reports a frame without payload that tells the peer this acknowledgment, this window and these options. */
static void announce(uint32_t ack, uint16_t flags, uint16_t window, const uint8_t *options,
                     uint32_t options_len)
{
    struct packet_out out = {.ip_version = 4,
                             .ttl = 64,
                             .seq = ISS,
                             .ack = ack,
                             .flags = flags,
                             .window = window,
                             .options = options,
                             .options_len = options_len};
    tx_frame.len = packet_build(tx_frame.data, &out, 0);
    report(0, 1, (struct probe_event){.kind = PROBE_TX_BUILT, .built = {ISS, 0, ack, &tx_frame}});
}

Test(check, ackfwd_catches_an_acknowledgement_that_goes_back)
{
    own(0, OWN_ACTIVE, 1);
    written(0, IRS + 1, 100);
    announce(IRS + 51, TCP_ACK, 50, NULL, 0);
    announce(IRS + 51, TCP_ACK, 50, NULL, 0);
    announce(IRS + 1, TCP_RST, 0, NULL, 0); /* ignored, as ACK is not set */
    cr_assert_eq(check_violations_total(check), 0);
    announce(IRS + 50, TCP_ACK, 51, NULL, 0);
    expect_only(INVARIANT_ACKFWD);
}

Test(check, wnd_catches_an_edge_that_goes_back_by_more_than_rounding)
{
    static const uint8_t scale_4[] = {1, 3, 3, 4};
    own(0, OWN_ACTIVE, 1);
    written(0, IRS + 1, 100);
    announce(IRS + 1, TCP_SYN | TCP_ACK, 1600, scale_4, sizeof scale_4);
    announce(IRS + 1, TCP_ACK, 100, NULL, 0);
    announce(IRS + 2, TCP_ACK, 99, NULL, 0); /* 15 bytes lower, which is less than a unit of 16 */
    cr_assert_eq(check_violations_total(check), 0);
    announce(IRS + 2, TCP_ACK, 98, NULL, 0);
    expect_only(INVARIANT_WND);
}

Test(check, tsv_catches_a_timestamp_that_goes_back)
{
    uint8_t stamps[] = {1, 1, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0};
    own(0, OWN_ACTIVE, 1);
    announce(IRS + 1, TCP_ACK, 0, stamps, sizeof stamps);
    announce(IRS + 1, TCP_ACK, 0, stamps, sizeof stamps);
    cr_assert_eq(check_violations_total(check), 0);
    stamps[6] = 0;
    announce(IRS + 1, TCP_ACK, 0, stamps, sizeof stamps);
    expect_only(INVARIANT_TSV);
}

Test(check, seq_catches_a_retransmission_with_other_bytes)
{
    own(0, OWN_ACTIVE, 1);
    built(0, 1, ISS + 1, IRS + 1, "abcdef");
    built(0, 1, ISS + 3, IRS + 1, "cXef");
    expect_only(INVARIANT_SEQ);
}

Test(check, seq_remembers_nothing_that_was_acknowledged)
{
    own(0, OWN_ACTIVE, 1);
    built(0, 1, ISS + 1, IRS + 1, "abcdef");
    report(0, 0, (struct probe_event){.kind = PROBE_TX_CREDIT, .credit.snd_una = ISS + 5});
    built(0, 1, ISS + 3, IRS + 1, "XXef"); /* "XX" is acknowledged, so it is not compared */
    cr_assert_not_null(check->conns[CONN]->sent.bytes);
    report(0, 0, (struct probe_event){.kind = PROBE_TX_CREDIT, .credit.snd_una = ISS + 7});
    cr_assert_null(check->conns[CONN]->sent.bytes);
    built(0, 1, ISS + 7, IRS + 1, "gh");
    cr_assert_eq(check_violations_total(check), 0);
    built(0, 1, ISS + 7, IRS + 1, "gX");
    expect_only(INVARIANT_SEQ);
}

Test(check, ack_looks_at_the_field_only_with_the_ack_bit)
{
    own(0, OWN_ACTIVE, 1);
    built_with(0, 1, ISS + 1, IRS + 2000, TCP_RST, "");
    cr_assert_eq(check_violations_total(check), 0);
    built_with(0, 1, ISS + 1, IRS + 2000, TCP_RST | TCP_ACK, "");
    expect_only(INVARIANT_ACK);
}

Test(check, nodup_catches_bytes_delivered_twice)
{
    own(0, OWN_ACTIVE, 1);
    written(0, IRS + 1, 20);
    visible(0, IRS + 1, 20);
    app_rx(0);
    app_rx(5);
    expect_only(INVARIANT_NODUP);
}

Test(check, nodup_catches_bytes_that_are_not_in_memory)
{
    app_rx(0);
    expect_only(INVARIANT_NODUP);
}

Test(check, the_report_has_time_connection_and_last_events)
{
    own(0, OWN_ACTIVE, 1);
    own(1, OWN_ACTIVE, 2);
    static const char *const parts[] = {"connection 5", "OWN_STATE", "3000 ps"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        cr_assert_not_null(strstr(check_report(check), parts[i]), "%s", parts[i]);
}
