/* Tests transmission: payload from the ring, order, acknowledgment policy, timers, host frames,
 * aborts and fences. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static struct rig rig;
static struct rig_peer peer;

static void setup(void) { rig_init(&rig); }

static void teardown(void) { rig_end(&rig); }

TestSuite(toe_tx, .init = setup, .fini = teardown);

static void start(void)
{
    rig_start(&rig);
    rig_establish(&rig, &peer, 1, 0);
}

static void take_records(unsigned nic)
{
    struct nic_record r;
    while (rig_take_record(&rig, nic, &r))
        ;
}

Test(toe_tx, bytes_leave_as_they_are_in_the_ring_across_its_end)
{
    start();
    uint8_t want[12000], got[12000];
    uint32_t base = peer.ack, got_len = 0, seen = rig.nic[0].tx_count;
    for (uint32_t i = 0; i < sizeof want; i++)
        want[i] = (uint8_t)(i * 7 + i / 256);
    for (uint32_t sent = 0; sent < sizeof want;) {
        uint32_t n = u32_min(2000, (uint32_t)sizeof want - sent);
        for (uint32_t i = 0; i < n; i++)
            rig.mem[peer.tx_ring + (base + sent + i) % 4096] = want[sent + i];
        sent += n;
        rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, base + sent);
        rig_run(&rig, 10 * PS_PER_US);
        for (; seen < rig.nic[0].tx_count; seen++) {
            struct packet p = rig_sent(&rig, 0, seen);
            cr_assert_eq(p.seg.seq, base + got_len);
            memcpy(got + got_len, p.seg.payload, p.seg.payload_len);
            got_len += p.seg.payload_len;
        }
        peer.ack = base + got_len;
        rig_segment(&peer, 0, TCP_ACK, NULL, 0);
        rig_run(&rig, 10 * PS_PER_US);
        take_records(0);
        for (; seen < rig.nic[0].tx_count; seen++) {
            struct packet p = rig_sent(&rig, 0, seen);
            memcpy(got + got_len, p.seg.payload, p.seg.payload_len);
            got_len += p.seg.payload_len;
        }
        peer.ack = base + got_len;
    }
    cr_assert_eq(got_len, sizeof want);
    cr_assert_eq(memcmp(got, want, sizeof want), 0);
    cr_assert_gt(rig_probe_count(&rig, PROBE_TX_CREDIT, 0), 3);
}

/* No segment is decided while the line is busy for `tx_ahead` or longer, so few segments wait for the line. */
Test(toe_tx, segments_are_decided_just_before_the_line_is_idle)
{
    rig.params.tx_ahead_ps = 2 * PS_PER_US;
    start();
    uint32_t before = rig.nic[0].tx_count;
    uint64_t now_ps = rig.loop.now_ps, idle_ps = now_ps + 20 * PS_PER_US;
    rig.nic[0].line_busy_until_ps = idle_ps;
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 4000);
    rig_run(&rig, 17 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before);
    rig_run(&rig, 3 * PS_PER_US);
    /* The first segment keeps the line busy for 1.2 us more, so the second follows 1.2 us later. */
    cr_assert_eq(rig.nic[0].tx_count, before + 2);
    cr_assert_gt(rig.nic[0].tx_time[before], idle_ps - 2 * PS_PER_US);
    cr_assert_gt(rig.nic[0].tx_time[before + 1], idle_ps - 2 * PS_PER_US + 1230 * PS_PER_NS);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before + 3);
    cr_assert_gt(rig.nic[0].tx_time[before + 2], idle_ps);
}

Test(toe_tx, posted_policy_acknowledges_only_issued_writes)
{
    start();
    uint32_t before = rig.nic[0].tx_count;
    rig.nic[0].write_hold = true;
    char data[100] = {0};
    rig_segment(&peer, 0, TCP_ACK | TCP_FIN, data, sizeof data); /* a FIN is acknowledged at once */
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before);
    rig_release_dma(&rig, 0);
    rig_run(&rig, PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before + 1);
    int written = rig_probe_find(&rig, PROBE_RX_WRITTEN, 0, peer.seq - 101, 0);
    cr_assert_geq(rig.nic[0].tx_time[before], rig.seen[written].now_ps);
    take_records(0);
}

Test(toe_tx, flushed_policy_acknowledges_only_visible_writes)
{
    rig.params.ack_policy = ACK_POLICY_FLUSHED;
    start();
    uint32_t before = rig.nic[0].tx_count;
    char data[100] = {0};
    rig_segment(&peer, 0, TCP_ACK | TCP_FIN, data, sizeof data);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before + 1);
    int visible = rig_probe_find(&rig, PROBE_RX_VISIBLE, 0, peer.seq - 101, 0);
    cr_assert_geq(visible, 0);
    cr_assert_gt(rig.nic[0].tx_time[before], rig.seen[visible].now_ps);
    take_records(0);
}

Test(toe_tx, recorded_policy_acknowledges_only_what_a_visible_record_reports)
{
    rig.params.ack_policy = ACK_POLICY_RECORDED;
    start();
    uint32_t before = rig.nic[0].tx_count;
    char data[100] = {0};
    rig_segment(&peer, 0, TCP_ACK | TCP_FIN, data, sizeof data);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before + 1);
    int recorded = rig_probe_find(&rig, PROBE_RECORDED, 0, peer.seq, 0);
    cr_assert_geq(recorded, 0);
    cr_assert_gt(rig.nic[0].tx_time[before], rig.seen[recorded].now_ps);
    take_records(0);
}

/* The driver has to know this, because a connection can be rebuilt only from what the NIC has recorded. */
Test(toe_tx, the_policy_recorded_is_a_capability)
{
    rig.params.ack_policy = ACK_POLICY_RECORDED;
    start();
    cr_assert_neq(rig_read32(&rig, 0, NIC_REG_CAPABILITIES) & NIC_CAPABILITY_RECORDED, 0);
}

Test(toe_tx, the_other_policies_are_none)
{
    rig.params.ack_policy = ACK_POLICY_FLUSHED;
    start();
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CAPABILITIES) & NIC_CAPABILITY_RECORDED, 0);
}

Test(toe_tx, full_mac_holds_frames_in_order)
{
    start();
    uint32_t before = rig.nic[0].tx_count;
    rig.nic[0].mac_space = false;
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 3000);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before);
    rig.nic[0].mac_space = true;
    toe_engine_on_tx_space(rig.nic[0].engine, rig.loop.now_ps);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_geq(rig.nic[0].tx_count, before + 2);
    cr_assert_eq(rig_sent(&rig, 0, before).seg.seq, 5001);
    cr_assert_eq(rig_sent(&rig, 0, before + 1).seg.seq,
                 5001 + rig_sent(&rig, 0, before).seg.payload_len);
}

Test(toe_tx, unanswered_data_is_sent_again_by_the_timer)
{
    start();
    uint32_t before = rig.nic[0].tx_count;
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 100);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before + 1);
    rig_run(&rig, 5 * PS_PER_S);
    cr_assert_gt(rig.nic[0].tx_count, before + 2);
    cr_assert_eq(rig_sent(&rig, 0, before + 1).seg.seq, 5001);
    const struct toe_stats *stats = toe_engine_stats(rig.nic[0].engine);
    cr_assert_gt(stats->timers_fired, 1);
    cr_assert_gt(stats->tx_retransmissions, 1);
}

Test(toe_tx, retransmission_overtaken_by_its_ack_carries_no_old_bytes)
{
    start();
    uint32_t before = rig.nic[0].tx_count;
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 100);
    rig_run(&rig, 5 * PS_PER_US);
    rig.nic[0].read_hold = true;
    rig_run(&rig, 2 * PS_PER_S); /* the segment is decided again, but its bytes are not yet read */
    cr_assert_eq(rig.nic[0].tx_count, before + 1);
    peer.ack += 100;
    rig_segment(&peer, 0, TCP_ACK, NULL, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_record(&rig, 0, NIC_VERDICT_APPLIED).snd_una, peer.ack);
    memset(rig.mem + peer.tx_ring, 0xee, 4096); /* the host reuses the ring */
    rig_release_dma(&rig, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_gt(rig.nic[0].tx_count, before + 1);
    for (uint32_t i = before + 1; i < rig.nic[0].tx_count; i++) {
        struct packet p = rig_sent(&rig, 0, i);
        cr_assert_eq(p.seg.flags, TCP_ACK);
        cr_assert_eq(p.seg.payload_len, 0);
        cr_assert_eq(p.seg.seq, peer.ack);
    }
}

Test(toe_tx, timer_that_gives_up_terminates)
{
    rig.params.tcp.rexmt_max = 3;
    start();
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 100);
    rig_run(&rig, 60 * PS_PER_S);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_NOTICE).detail, NIC_NOTICE_RETRANSMITTING, "R1");
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_TERMINATED).detail, NIC_TERM_RTX_EXHAUSTED);
    cr_assert(toe_engine_is_idle(rig.nic[0].engine));
}

Test(toe_tx, abort_sends_one_reset_at_snd_nxt)
{
    start();
    uint32_t before = rig.nic[0].tx_count;
    struct nic_cmd cmd = {.op = NIC_CMD_ABORT, .gen = 1, .conn = 1, .cookie = 3};
    rig_command(&rig, 0, &cmd);
    rig_command(&rig, 0, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before + 1);
    struct packet reset = rig_sent(&rig, 0, before);
    cr_assert(reset.seg.flags & TCP_RST);
    cr_assert_eq(reset.seg.seq, 5001);
    uint32_t ended = 0, done = 0, absent = 0;
    struct nic_event event;
    while (rig_take_event(&rig, 0, &event)) {
        ended += event.kind == NIC_EVENT_TERMINATED && event.detail == NIC_TERM_LOCAL_ABORT;
        done += event.kind == NIC_EVENT_CMD_DONE && event.result == NIC_RESULT_OK;
        absent += event.kind == NIC_EVENT_CMD_DONE && event.result == NIC_RESULT_ABSENT;
    }
    cr_assert_eq(ended, 1);
    cr_assert_eq(done, 1);
    cr_assert_eq(absent, 1);
}

Test(toe_tx, host_frame_is_sent_as_it_is)
{
    start();
    uint32_t before = rig.nic[0].tx_count;
    uint64_t at = rig_alloc(&rig, 100);
    memset(rig.mem + at, 0x5a, 100);
    struct nic_cmd cmd = {.op = NIC_CMD_TX_FRAME, .list = at, .count = 100};
    rig_command(&rig, 0, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
    (void)rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(rig.nic[0].tx_count, before + 1);
    cr_assert_eq(rig.nic[0].tx[before]->len, 100);
    cr_assert_eq(memcmp(rig.nic[0].tx[before]->data, rig.mem + at, 100), 0);
}

struct cmd_row {
    char name[48];
    struct nic_cmd cmd;
    uint8_t result;
};

Test(toe_tx, bad_commands_say_why)
{
    static const struct cmd_row rows[] = {
        {"nop", {.op = NIC_CMD_NOP}, NIC_RESULT_OK},
        {"unknown", {.op = 99}, NIC_RESULT_UNSUPPORTED},
        {"a number without a command", {.op = 8}, NIC_RESULT_UNSUPPORTED},
        {"short frame", {.op = NIC_CMD_TX_FRAME, .list = 4096, .count = 3}, NIC_RESULT_BAD_FRAME},
        {"long frame",
         {.op = NIC_CMD_RX_INJECT, .list = 4096, .count = 9999},
         NIC_RESULT_BAD_FRAME},
        {"freeze nothing", {.op = NIC_CMD_FREEZE, .gen = 1, .conn = 9}, NIC_RESULT_ABSENT},
        {"id too large", {.op = NIC_CMD_FREEZE, .conn = 1 << 20}, NIC_RESULT_ABSENT},
        {"icmp for nothing",
         {.op = NIC_CMD_ICMP, .gen = 1, .conn = 9, .notice = NIC_NOTICE_PATH_MTU},
         NIC_RESULT_ABSENT},
        {"icmp without a notice",
         {.op = NIC_CMD_ICMP, .gen = 1, .conn = 1},
         NIC_RESULT_UNSUPPORTED},
        {"icmp with an unknown one",
         {.op = NIC_CMD_ICMP, .gen = 1, .conn = 1, .notice = NIC_NOTICE_COUNT},
         NIC_RESULT_UNSUPPORTED},
        {"icmp about nothing in flight",
         {.op = NIC_CMD_ICMP, .gen = 1, .conn = 1, .notice = NIC_NOTICE_PATH_MTU, .count = 1300},
         NIC_RESULT_STALE},
        {"options of nothing", {.op = NIC_CMD_SET, .gen = 1, .conn = 9}, NIC_RESULT_ABSENT},
        {"options of another generation",
         {.op = NIC_CMD_SET, .gen = 2, .conn = 1},
         NIC_RESULT_STALE},
        {"install over active",
         {.op = NIC_CMD_INSTALL, .gen = 2, .conn = 1, .image = 4096},
         NIC_RESULT_DUPLICATE},
        {"too many held",
         {.op = NIC_CMD_INSTALL, .gen = 2, .conn = 4, .count = 9999},
         NIC_RESULT_UNSUPPORTED},
    };
    start();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nic_cmd cmd = rows[i].cmd;
        cmd.cookie = (uint32_t)i;
        rig_command(&rig, 0, &cmd);
        rig_run(&rig, 5 * PS_PER_US);
        struct nic_event event = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
        cr_assert_eq(event.result, rows[i].result, "%s", rows[i].name);
        cr_assert_eq(event.cookie, i, "%s", rows[i].name);
    }
}

Test(toe_tx, full_event_ring_keeps_events_and_holds_commands)
{
    start();
    uint32_t n = (1u << RIG_RING_LOG2) + 5;
    for (uint32_t i = 0; i < n; i++) {
        struct nic_cmd cmd = {.op = NIC_CMD_NOP, .cookie = i};
        rig_command(&rig, 0, &cmd);
        rig_run(&rig, 2 * PS_PER_US);
    }
    for (uint32_t i = 0; i < n; i++) {
        cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).cookie, i);
        rig_run(&rig, 2 * PS_PER_US);
    }
    rig_no_event(&rig, 0);
    cr_assert_gt(toe_engine_stats(rig.nic[0].engine)->event_stalls, 0);
}

static void assert_dead(void)
{
    uint32_t sent = rig.nic[0].tx_count;
    cr_assert(rig.nic[0].mac_fenced);
    cr_assert(rig_read32(&rig, 0, NIC_REG_STATUS) & NIC_STATUS_FENCED);
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 200);
    rig_run(&rig, PS_PER_S);
    cr_assert_eq(rig.nic[0].tx_count, sent);
    cr_assert_eq(toe_engine_stats(rig.nic[0].engine)->drops.count[DROP_FENCED], 1);
}

Test(toe_tx, fenced_nic_sends_and_accepts_nothing)
{
    start();
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 3000);
    rig_run(&rig, 100 * PS_PER_NS); /* the segment is decided, and its payload is being read */
    struct pcie_device d = toe_engine_device(rig.nic[0].engine);
    d.ops->fence(d.self, true, rig.loop.now_ps);
    assert_dead();
    cr_assert(rig.nic[0].is_dark);
    rig_write32(&rig, 0, NIC_REG_CONTROL, NIC_CONTROL_ENABLE);
    cr_assert(rig.nic[0].is_dark, "a fenced NIC cannot be enabled");
    d.ops->fence(d.self, false, rig.loop.now_ps);
    cr_assert_not(rig_read32(&rig, 0, NIC_REG_STATUS) & NIC_STATUS_FENCED);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CONTROL), 0);
    cr_assert(rig.nic[0].is_dark, "nobody takes frames yet");
    rig_write32(&rig, 0, NIC_REG_CONTROL, NIC_CONTROL_ENABLE);
    cr_assert_not(rig.nic[0].is_dark);
}

/* Writes that are in progress when the NIC fences itself reach memory and are reported. */
Test(toe_tx, writes_under_way_at_a_fence_of_its_own_are_still_reported)
{
    start();
    rig_write32(&rig, 0, NIC_REG_HEARTBEAT_US, 100);
    rig_run(&rig, 99 * PS_PER_US);
    rig.nic[0].write_hold = true;
    rig_segment(&peer, 0, TCP_ACK, "abcd", 4);
    rig_run(&rig, 2 * PS_PER_US);
    cr_assert(rig.nic[0].mac_fenced);
    cr_assert_lt(rig_probe_find(&rig, PROBE_RX_WRITTEN, 0, peer.seq - 4, 0), 0);
    rig_release_dma(&rig, 0);
    rig_run(&rig, 2 * PS_PER_US);
    cr_assert_geq(rig_probe_find(&rig, PROBE_RX_WRITTEN, 0, peer.seq - 4, 0), 0);
    cr_assert_geq(rig_probe_find(&rig, PROBE_RX_VISIBLE, 0, peer.seq - 4, 0), 0);
    take_records(0);
}

Test(toe_tx, overdue_heartbeat_fences)
{
    start();
    rig_write32(&rig, 0, NIC_REG_HEARTBEAT_US, 100);
    for (int i = 0; i < 5; i++) {
        rig_run(&rig, 90 * PS_PER_US);
        rig_write32(&rig, 0, NIC_REG_HEARTBEAT, 1);
    }
    cr_assert_not(rig.nic[0].mac_fenced);
    rig_run(&rig, 101 * PS_PER_US);
    assert_dead();
    cr_assert_eq(rig.nic[0].slot[1].state, OWN_ACTIVE, "a fence leaves the cache as it is");
    cr_assert(rig.nic[0].is_dark, "the switch is to notice");
    rig_write32(&rig, 0, NIC_REG_CONTROL, NIC_CONTROL_RESET);
    cr_assert_not(rig.nic[0].mac_fenced);
    cr_assert_eq(rig.nic[0].slot[1].state, OWN_ABSENT, "a reset clears it");
    cr_assert_eq(rig.nic[0].cache_resets, 1);
    rig_write32(&rig, 0, NIC_REG_CONTROL, NIC_CONTROL_RESET);
    cr_assert_eq(rig.nic[0].cache_resets, 1, "nobody has used it since");
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_STATUS), NIC_STATUS_READY);
}

Test(toe_tx, failed_payload_read_fences_instead_of_sending_garbage)
{
    start();
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 100);
    rig.nic[0].link_up = false;
    rig_run(&rig, 5 * PS_PER_US);
    assert_dead();
}

Test(toe_tx, empty_frame_pool_delays_but_loses_nothing)
{
    start();
    static struct frame *taken[4096];
    uint32_t n = 0, before = rig.nic[0].tx_count;
    while ((taken[n] = frame_alloc(rig.pool, 0)))
        n++;
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 100);
    rig_run(&rig, 20 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before);
    for (uint32_t i = 0; i < n; i++)
        frame_free(rig.pool, taken[i]);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig.nic[0].tx_count, before + 1);
    cr_assert_not(rig_sent(&rig, 0, before).seg.flags & TCP_RST);
}

Test(toe_tx, registers_read_back)
{
    start();
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_MAGIC), NIC_MAGIC);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CONN_MAX), RIG_CONNS);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_MAC_LO), 0x44332202);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_MAC_HI), 0x6655);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CMD_RING), rig.nic[0].cmd_ring);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CMD_RING + NIC_REG_RING_LOG2), RIG_RING_LOG2);
    rig_write32(&rig, 0, NIC_REG_MTU, 100000);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_MTU), FRAME_MTU_MAX);
    toe_engine_on_link(rig.nic[0].engine, false, rig.loop.now_ps);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_LINK), 0);
    rig_run(&rig, PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_LINK).a, 0);
}

Test(toe_tx, lookup_key_goes_to_a_cache_that_was_not_used)
{
    start();
    uint32_t before = rig.nic[0].hash_words;
    rig_write32(&rig, 0, NIC_REG_LOOKUP_KEY, 7);
    cr_assert_eq(rig.nic[0].hash_words, before, "a connection is there");
    rig_write32(&rig, 0, NIC_REG_CONTROL, NIC_CONTROL_RESET);
    rig_write32(&rig, 0, NIC_REG_LOOKUP_KEY, 8);
    cr_assert_eq(rig.nic[0].hash_words, before + 1);
    cr_assert_eq(rig.nic[0].hash_word, 8);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_LOOKUP_KEY), 0, "nobody reads a secret");
}

Test(toe_tx, ipv6_in_a_vlan_is_answered_in_kind)
{
    rig.ip_version = 6;
    rig.vlan = VLAN_TAGGED | 77;
    start();
    uint32_t before = rig.nic[0].tx_count;
    memcpy(rig.mem + peer.tx_ring + peer.ack % 4096, "hello", 5);
    rig_doorbell(&rig, 0, 1, 1, NIC_DOORBELL_TX, peer.ack + 5);
    rig_run(&rig, 5 * PS_PER_US);
    struct packet p = rig_sent(&rig, 0, before);
    cr_assert_eq(p.ip_version, 6);
    cr_assert_eq(p.vlan_count, 1);
    cr_assert_eq(p.vlan_tci[0] & VLAN_VID_MASK, 77);
    cr_assert_eq(memcmp(p.seg.payload, "hello", 5), 0);
}
