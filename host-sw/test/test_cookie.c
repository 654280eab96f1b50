/* Tests host-sw/life/cookie.c: SYNs that are answered without state, and the connections that
 * open when the cookie comes back. */
#include "host-sw/server/server.h"
#include "host-sw/stack/syn_cookie.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>
#include <string.h>

enum { SEQ = 1000, CLIENT_TSVAL = 77000 };

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed.params.syn_cookies = SYN_COOKIES_ALWAYS;
}

static void teardown(void) { bed_end(&bed); }

TestSuite(cookie, .init = setup, .fini = teardown);

/* Gives the host a segment of client n with options. */
static uint64_t give(unsigned nic, unsigned n, uint32_t seq, uint32_t ack, uint16_t flags,
                     const uint8_t *options, uint32_t options_len)
{
    uint8_t frame[256];
    struct packet_out out = {.ip_version = 4,
                             .ttl = 64,
                             .sport = (uint16_t)(40000 + n),
                             .dport = 80,
                             .seq = seq,
                             .ack = ack,
                             .flags = flags,
                             .window = 500,
                             .options = options,
                             .options_len = options_len};
    memcpy(out.dst_mac, bed.params.mac, 6);
    memcpy(out.dst, bed.params.ipv4, 16);
    memcpy(out.src, bed.params.ipv4, 16);
    out.src[15] = 77;
    uint32_t len = packet_build(frame, &out, 0);
    uint64_t id = fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 1u << nic * NIC_VECTOR_COUNT);
    return id;
}

static struct packet answer_on(unsigned nic)
{
    static uint8_t frame[256];
    struct packet packet;
    const struct nic_cmd *cmd = fake_expect(bed.fake, nic, NIC_CMD_TX_FRAME);
    memcpy(frame, fake_memory(bed.fake, cmd->list), cmd->count);
    packet_parse(frame, cmd->count, true, &packet);
    fake_complete(bed.fake, nic, cmd, NIC_RESULT_OK);
    return packet;
}

Test(cookie, a_syn_is_answered_and_leaves_nothing_behind)
{
    static const uint8_t mss_1000[4] = {2, 4, 0x03, 0xe8};
    bed_start(&bed);
    give(1, 0, SEQ, 0, TCP_SYN, mss_1000, 4);
    struct packet packet = answer_on(1);
    cr_assert_eq(packet.seg.flags, TCP_SYN | TCP_ACK);
    cr_assert_eq(packet.seg.ack, SEQ + 1);
    cr_assert_eq(host_sw_conn_rows(bed.sw), 0);
    cr_assert_eq(bed.syns, 0);
    cr_assert_eq(bed.cookie_syns, 1);
    cr_assert_eq(bed.sw->hold.bytes, 0);
    cr_assert_eq(bed_stats(&bed)->cookies_sent, 1);
    cr_assert_eq(bed_probes(&bed, PROBE_FRAME_ANSWERED), 1);
    cr_assert_null(fake_take(bed.fake, 1));
}

Test(cookie, the_acknowledgment_opens_it_on_the_nic_it_came_in_by)
{
    static const uint8_t mss_1300[4] = {2, 4, 0x05, 0x14};
    bed_start(&bed);
    give(0, 0, SEQ, 0, TCP_SYN, mss_1300, 4);
    struct packet answer = answer_on(0);
    uint64_t id = give(1, 0, SEQ + 1, answer.seg.seq + 1, TCP_ACK, NULL, 0);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    const struct nic_held *held = fake_memory(bed.fake, install->list);
    cr_assert(tcp_image_check(image));
    cr_assert_eq(image->tcp_state, TCP_SYN_RCVD);
    cr_assert_eq(image->rcv_nxt, SEQ + 1);
    cr_assert_eq(image->snd_una, answer.seg.seq);
    cr_assert_eq(image->snd_max, answer.seg.seq + 1);
    cr_assert_eq(image->mss, 1220, "the largest of the table that is not above 1300");
    cr_assert_eq(image->features, 0);
    cr_assert_eq(image->flags & CTX_FLAG_RTT_TIMING, 0);
    cr_assert_eq(image->rcv_adv, SEQ + 1 + answer.seg.window, "what the SYN-ACK offered");
    cr_assert_eq(install->count, 1);
    cr_assert_eq(held[0].frame_id, id);
    cr_assert_eq(bed.syns, 1, "now the application is asked for good");
    cr_assert_eq(bed_stats(&bed)->cookies_good, 1);
}

static uint32_t with_stamps(uint8_t options[20], uint32_t tsval, uint32_t tsecr, bool syn)
{
    static const uint8_t head[] = {1, 1, 8, 10};
    static const uint8_t tail[] = {4, 2, 1, 1, 3, 3, 9, 0};
    memcpy(options, head, 4);
    for (int i = 0; i < 4; i++) {
        options[4 + i] = (uint8_t)(tsval >> (24 - 8 * i));
        options[8 + i] = (uint8_t)(tsecr >> (24 - 8 * i));
    }
    memcpy(options + 12, tail, sizeof tail);
    return syn ? 20 : 12;
}

Test(cookie, timestamps_bring_scale_and_sack_back)
{
    uint8_t options[20];
    bed.cookie_offer = CTX_FEATURE_MSS | CTX_FEATURE_TS | CTX_FEATURE_WS | CTX_FEATURE_SACK;
    bed_start(&bed);
    uint32_t len = with_stamps(options, CLIENT_TSVAL, 0, true);
    give(0, 0, SEQ, 0, TCP_SYN, options, len);
    struct packet answer = answer_on(0);
    cr_assert_eq(answer.seg.options,
                 TCP_HAS_MSS | TCP_HAS_WS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TS);
    cr_assert_eq(answer.seg.tsecr, CLIENT_TSVAL);
    len = with_stamps(options, CLIENT_TSVAL + 2, answer.seg.tsval, false);
    give(0, 0, SEQ + 1, answer.seg.seq + 1, TCP_ACK, options, len);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct conn_ctx *image =
        fake_memory(bed.fake, fake_expect(bed.fake, 0, NIC_CMD_INSTALL)->image);
    cr_assert_eq(image->features, CTX_FEATURE_TS | CTX_FEATURE_WS | CTX_FEATURE_SACK);
    cr_assert_eq(image->snd_ws, 9);
    cr_assert_eq(image->rcv_ws, 3);
    cr_assert_eq(image->mss, 536, "no MSS was announced");
    uint32_t next = ms_ticks(bed.fake->now_ps) + image->ts_offset;
    cr_assert_geq((int32_t)(next - answer.seg.tsval), 0, "time goes on from there");
}

Test(cookie, a_wrong_one_opens_nothing_and_may_be_early)
{
    bed_start(&bed);
    give(0, 0, SEQ, 0, TCP_SYN, NULL, 0);
    struct packet answer = answer_on(0);
    /* A second data segment arrives first. The peer must not be reset. */
    give(1, 0, SEQ + 1461, answer.seg.seq + 1, TCP_ACK, NULL, 0);
    cr_assert_null(fake_take(bed.fake, 1));
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_COOKIE], 1);
    cr_assert_eq(bed_stats(&bed)->cookies_bad, 1);
    /* A number of another period is not a cookie, so it is answered with a reset as usual. */
    give(1, 0, SEQ + 1, answer.seg.seq + 1 + (2u << 27), TCP_ACK, NULL, 0);
    cr_assert_eq(answer_on(1).seg.flags, TCP_RST);
    cr_assert_eq(host_sw_conn_rows(bed.sw), 0);
}

Test(cookie, nothing_is_believed_when_none_was_sent_lately)
{
    bed_start(&bed);
    give(0, 0, SEQ, 0, TCP_SYN, NULL, 0);
    struct packet answer = answer_on(0);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * SYN_COOKIE_PERIOD_PS);
    give(0, 0, SEQ + 1, answer.seg.seq + 1, TCP_ACK, NULL, 0);
    cr_assert_eq(answer_on(0).seg.flags, TCP_RST);
    cr_assert_eq(bed_stats(&bed)->cookies_bad, 0);
}

Test(cookie, auto_begins_when_the_backlog_is_full_and_ends_when_it_is_not)
{
    bed.params.syn_cookies = SYN_COOKIES_AUTO;
    bed.params.syn_backlog = 1;
    bed_start(&bed);
    bed_open(&bed); /* an established connection no longer counts as embryonic */
    give(0, 1, SEQ, 0, TCP_SYN, NULL, 0);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    give(0, 2, SEQ, 0, TCP_SYN, NULL, 0);
    cr_assert_eq(answer_on(0).seg.flags, TCP_SYN | TCP_ACK);
    cr_assert_eq(bed_stats(&bed)->cookies_sent, 1);
    cr_assert_eq(bed_stats(&bed)->embryonic_max, 1);
    cr_assert_eq(host_sw_conn_rows(bed.sw), 2);
}

Test(cookie, off_drops_what_the_backlog_has_no_room_for)
{
    bed.params.syn_cookies = SYN_COOKIES_OFF;
    bed.params.syn_backlog = 1;
    bed_start(&bed);
    give(0, 1, SEQ, 0, TCP_SYN, NULL, 0);
    give(0, 2, SEQ, 0, TCP_SYN, NULL, 0);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_SYN_BACKLOG], 1);
    cr_assert_eq(bed_stats(&bed)->cookies_sent, 0);
    cr_assert_eq(host_sw_conn_rows(bed.sw), 1);
}

Test(cookie, nobody_listens_and_it_is_refused_as_ever)
{
    bed.refuse = true;
    bed_start(&bed);
    give(0, 0, SEQ, 0, TCP_SYN, NULL, 0);
    cr_assert_eq(answer_on(0).seg.flags, TCP_RST | TCP_ACK);
}
