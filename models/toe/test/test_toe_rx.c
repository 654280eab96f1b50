/* Tests reception: the handshake, data to the ring, foreign frames, drops, full rings and
 * resets. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
    rig_start(&rig);
}

static void teardown(void)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        cr_assert(toe_engine_is_idle(rig.nic[nic].engine));
    rig_end(&rig);
}

TestSuite(toe_rx, .init = setup, .fini = teardown);

Test(toe_rx, syn_as_held_frame_opens_a_connection)
{
    struct rig_peer peer;
    rig_open(&rig, &peer, 3, 0);
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_event reserved = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(reserved.op, NIC_CMD_RESERVE);
    cr_assert_eq(reserved.result, NIC_RESULT_OK);
    struct nic_event installed = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(installed.op, NIC_CMD_INSTALL);
    cr_assert_eq(installed.result, NIC_RESULT_OK);
    cr_assert_eq(installed.cookie, 7);
    struct nic_record r = rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    cr_assert_eq(r.conn, 3);
    cr_assert_eq(r.tcp_state, TCP_SYN_RCVD);
    cr_assert(r.flags & NIC_RECORD_INJECTED);
    cr_assert_eq(rig.nic[0].tx_count, 1);
    struct packet synack = rig_sent(&rig, 0, 0);
    cr_assert_eq(synack.seg.flags, TCP_SYN | TCP_ACK);
    cr_assert_eq(synack.seg.ack, 1001);
    cr_assert_eq(synack.seg.seq, 5000);
    rig_segment(&peer, 0, TCP_ACK, NULL, 0);
    rig_run(&rig, 5 * PS_PER_US);
    r = rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    cr_assert(r.flags & NIC_RECORD_ESTABLISHED);
    cr_assert_not(r.flags & NIC_RECORD_INJECTED);
    cr_assert_eq(r.tcp_state, TCP_ESTABLISHED);
    for (unsigned mark = 9; mark <= 12; mark++)
        cr_assert_geq(rig_probe_find(&rig, PROBE_MOVE_MARK, 0, mark, 0), 0);
}

Test(toe_rx, payload_lands_at_its_place_in_the_ring_and_wraps)
{
    struct rig_peer peer;
    rig_establish(&rig, &peer, 0, 0);
    uint8_t bytes[1000], ring[4096];
    for (int round = 0; round < 5; round++) {
        memset(bytes, 'a' + round, sizeof bytes);
        uint32_t seq = peer.seq;
        rig_segment(&peer, 0, TCP_ACK | TCP_PSH, bytes, sizeof bytes);
        rig_run(&rig, 5 * PS_PER_US);
        struct nic_record r = rig_record(&rig, 0, NIC_VERDICT_APPLIED);
        cr_assert_eq(r.rcv_nxt, peer.seq);
        memcpy(ring, rig.mem + peer.rx_ring, sizeof ring);
        for (uint32_t i = 0; i < sizeof bytes; i++)
            cr_assert_eq(ring[(seq + i) % sizeof ring], 'a' + round);
        rig_doorbell(&rig, 0, 0, 1, NIC_DOORBELL_RX, peer.seq);
        rig_run(&rig, 5 * PS_PER_US);
    }
    const struct toe_stats *stats = toe_engine_stats(rig.nic[0].engine);
    cr_assert_eq(stats->rx_payload_bytes, 5000);
    /* Five segments of 1,000 bytes from 1001 on cross a multiple of 4096 once, so there are six writes. */
    cr_assert_eq(rig_probe_count(&rig, PROBE_RX_WRITTEN, 0), 6);
    cr_assert_eq(rig_probe_count(&rig, PROBE_RX_VISIBLE, 0), 6);
}

Test(toe_rx, foreign_frame_goes_whole_to_a_buffer)
{
    struct rig_peer peer = {.rig = &rig, .port = 40001, .seq = 9, .ack = 1};
    rig_post_buffers(&rig, 1, 2);
    rig_run(&rig, 2 * PS_PER_US);
    struct frame *frame = rig_frame(&peer, TCP_SYN, 9, 0, NULL, 0);
    uint8_t copy[128];
    uint32_t len = frame->len;
    uint64_t id = frame->id;
    memcpy(copy, frame->data, len);
    rig_deliver(&rig, 1, frame);
    rig_run(&rig, 2 * PS_PER_US);
    struct nic_record r = rig_record(&rig, 1, NIC_VERDICT_NOT_MINE);
    cr_assert_eq(r.conn, UINT32_MAX);
    cr_assert_eq(r.nic, 1);
    cr_assert_eq(r.bytes, len);
    cr_assert_eq(r.frame_id, id);
    cr_assert_eq(r.l4_offset, 34);
    cr_assert(r.flags & NIC_RECORD_CHECKSUMS_OK);
    cr_assert(r.flags & NIC_RECORD_IS_TCP);
    cr_assert_eq(memcmp(rig.mem + r.buffer, copy, len), 0);
    cr_assert_geq(rig_probe_find(&rig, PROBE_MOVE_MARK, 1, 1, 0), 0);
    cr_assert_eq(rig_probe_count(&rig, PROBE_RX_VERDICT, 1), 1);
}

Test(toe_rx, non_tcp_frame_goes_to_the_host)
{
    rig_post_buffers(&rig, 0, 1);
    struct frame *arp = frame_alloc(rig.pool, 0);
    memset(arp->data, 0, 60);
    memset(arp->data, 0xff, 6);
    arp->data[12] = 0x08;
    arp->data[13] = 0x06;
    arp->len = 60;
    rig_deliver(&rig, 0, arp);
    rig_run(&rig, 3 * PS_PER_US);
    struct nic_record r = rig_record(&rig, 0, NIC_VERDICT_NOT_MINE);
    cr_assert_eq(r.l4_offset, 0);
    cr_assert_not(r.flags & (NIC_RECORD_IS_TCP | NIC_RECORD_CHECKSUMS_OK));
}

Test(toe_rx, without_buffer_the_frame_is_lost_and_the_host_told_once)
{
    struct rig_peer peer = {.rig = &rig, .port = 40001, .seq = 9, .ack = 1};
    rig_segment(&peer, 0, TCP_ACK, NULL, 0);
    rig_segment(&peer, 0, TCP_ACK, NULL, 0);
    rig_run(&rig, 2 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_NO_BUFFER).a, 1);
    rig_no_event(&rig, 0);
    cr_assert_eq(toe_engine_stats(rig.nic[0].engine)->drops.count[DROP_NO_RX_BUFFER], 2);
    cr_assert_eq(rig_probe_count(&rig, PROBE_FRAME_DROPPED, 0), 2);
    cr_assert_eq(rig_probe_count(&rig, PROBE_RX_VERDICT, 0), 2);
}

Test(toe_rx, bad_checksum_and_malformed_are_dropped_without_record)
{
    struct rig_peer peer = {.rig = &rig, .port = 40001, .seq = 9, .ack = 1};
    rig_post_buffers(&rig, 0, 2);
    struct frame *bad = rig_frame(&peer, TCP_ACK, 1, 1, "x", 1);
    bad->data[54] ^= 1;
    rig_deliver(&rig, 0, bad);
    struct frame *torn = rig_frame(&peer, TCP_ACK, 1, 1, "x", 1);
    torn->len = 40;
    rig_deliver(&rig, 0, torn);
    rig_run(&rig, 3 * PS_PER_US);
    struct nic_record r;
    cr_assert_not(rig_take_record(&rig, 0, &r));
    const struct toe_stats *stats = toe_engine_stats(rig.nic[0].engine);
    cr_assert_eq(stats->drops.count[DROP_BAD_CHECKSUM], 1);
    cr_assert_eq(stats->drops.count[DROP_MALFORMED], 1);
}

Test(toe_rx, full_queue_drops_the_newest)
{
    struct rig_peer peer = {.rig = &rig, .port = 40001, .seq = 9, .ack = 1};
    for (uint32_t i = 0; i < rig.params.rx_queue_frames + 5; i++)
        rig_segment(&peer, 0, TCP_ACK, NULL, 0);
    uint64_t full = toe_engine_stats(rig.nic[0].engine)->drops.count[DROP_ENGINE_QUEUE_FULL];
    cr_assert_eq(full, 4); /* one more is being parsed */
    rig_run(&rig, 50 * PS_PER_US);
    (void)rig_event(&rig, 0, NIC_EVENT_NO_BUFFER);
}

Test(toe_rx, full_record_ring_holds_frames_and_loses_none)
{
    struct rig_peer peer;
    rig_establish(&rig, &peer, 0, 0);
    uint32_t ring = 1u << RIG_RING_LOG2;
    for (uint32_t i = 0; i < ring + 6; i++) {
        rig_segment(&peer, 0, TCP_ACK, "0123456789", 10);
        rig_run(&rig, PS_PER_US);
    }
    rig_run(&rig, 5 * PS_PER_US);
    const struct toe_stats *stats = toe_engine_stats(rig.nic[0].engine);
    cr_assert_eq(stats->rx_applied, 2 + ring);
    cr_assert_eq(stats->record_stalls, 1);
    for (uint32_t i = 0; i < ring + 6; i++) {
        struct nic_record r = rig_record(&rig, 0, NIC_VERDICT_APPLIED);
        cr_assert_eq(r.rcv_nxt, 1001 + 10 * (i + 1));
        rig_run(&rig, PS_PER_US);
    }
    cr_assert_eq(stats->rx_applied, 2 + ring + 6);
}

Test(toe_rx, tcp_level_drop_has_a_record_with_its_reason)
{
    struct rig_peer peer;
    rig_establish(&rig, &peer, 0, 0);
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_run(&rig, 2 * PS_PER_US);
    peer.seq -= 3;
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_run(&rig, 2 * PS_PER_US);
    (void)rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    struct nic_record r = rig_record(&rig, 0, NIC_VERDICT_DROPPED);
    cr_assert_eq(r.reason, DROP_TCP_OLD);
    cr_assert_eq(r.conn, 0);
    cr_assert_eq(toe_engine_stats(rig.nic[0].engine)->drops.count[DROP_TCP_OLD], 1);
}

Test(toe_rx, reset_terminates_once_and_context_is_gone)
{
    struct rig_peer peer;
    rig_establish(&rig, &peer, 0, 0);
    rig_post_buffers(&rig, 0, 1);
    rig_segment(&peer, 0, TCP_RST, NULL, 0);
    rig_run(&rig, 2 * PS_PER_US);
    struct nic_event event = rig_event(&rig, 0, NIC_EVENT_TERMINATED);
    cr_assert_eq(event.detail, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(event.conn, 0);
    cr_assert_eq(event.gen, 1);
    rig_segment(&peer, 0, TCP_ACK, NULL, 0);
    rig_run(&rig, 2 * PS_PER_US);
    rig_no_event(&rig, 0);
    (void)rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    (void)rig_record(&rig, 0, NIC_VERDICT_NOT_MINE);
    cr_assert_eq(rig_probe_count(&rig, PROBE_CONN_GONE, 0), 1);
    rig_freeze(&peer, 0);
    rig_run(&rig, 2 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_ABSENT);
}

Test(toe_rx, both_fins_close_in_order_and_the_last_ack_is_sent)
{
    struct rig_peer peer;
    rig_establish(&rig, &peer, 0, 0);
    /* The server closes first, so it ends in TIME_WAIT. */
    rig_doorbell(&rig, 0, 0, 1, NIC_DOORBELL_FIN, 5001);
    rig_run(&rig, 3 * PS_PER_US);
    uint32_t n = rig.nic[0].tx_count;
    cr_assert(rig_sent(&rig, 0, n - 1).seg.flags & TCP_FIN);
    peer.ack = 5002;
    rig_segment(&peer, 0, TCP_ACK | TCP_FIN, NULL, 0);
    rig_run(&rig, 3 * PS_PER_US);
    struct nic_event event = rig_event(&rig, 0, NIC_EVENT_CLOSED);
    cr_assert_eq(event.detail, TCP_TIME_WAIT);
    cr_assert_eq(event.a, 5002);
    cr_assert_eq(event.b, peer.seq);
    cr_assert_eq(rig.nic[0].tx_count, n + 1);
    struct packet last = rig_sent(&rig, 0, n);
    cr_assert_eq(last.seg.flags, TCP_ACK);
    cr_assert_eq(last.seg.ack, peer.seq);
    (void)rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    /* A NIC that no longer counts as owner must not build a frame. */
    int gone = rig_probe_find(&rig, PROBE_OWN_STATE, 0, OWN_ABSENT, 0);
    cr_assert_lt(rig_probe_find(&rig, PROBE_TX_BUILT, 0, 5002, 0), gone);
}

Test(toe_rx, armed_interrupt_comes_once_after_the_record)
{
    struct rig_peer peer;
    rig_establish(&rig, &peer, 0, 0);
    cr_assert_eq(rig.nic[0].irqs[NIC_VECTOR_RECORD], 0);
    rig_write32(&rig, 0, NIC_REG_ARM_RECORD, rig.nic[0].record_consumer);
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_run(&rig, 2 * PS_PER_US);
    cr_assert_eq(rig.nic[0].irqs[NIC_VECTOR_RECORD], 1);
    /* Arming the interrupt while entries are unseen makes the NIC send it at once. */
    rig_write32(&rig, 0, NIC_REG_ARM_RECORD, rig.nic[0].record_consumer);
    rig_run(&rig, 2 * PS_PER_US);
    cr_assert_eq(rig.nic[0].irqs[NIC_VECTOR_RECORD], 2);
}

Test(toe_rx, moderation_keeps_interrupts_apart)
{
    struct rig_peer peer;
    rig_establish(&rig, &peer, 0, 0);
    rig_write32(&rig, 0, NIC_REG_MODERATION_NS, 20000);
    for (int i = 0; i < 3; i++) {
        rig_write32(&rig, 0, NIC_REG_ARM_RECORD, rig.nic[0].record_consumer + (uint32_t)i);
        rig_segment(&peer, 0, TCP_ACK, "abc", 3);
        rig_run(&rig, 2 * PS_PER_US);
    }
    cr_assert_eq(rig.nic[0].irqs[NIC_VECTOR_RECORD], 1);
    rig_run(&rig, 30 * PS_PER_US);
    cr_assert_eq(rig.nic[0].irqs[NIC_VECTOR_RECORD], 2);
}

/* A run may end at any time. The frame pool asserts that every frame was returned. */
Test(toe_rx_end, an_engine_destroyed_at_work_gives_all_frames_back)
{
    for (uint64_t ns = 0; ns < 2000; ns += 4) {
        struct rig_peer peer;
        setup();
        rig_establish(&rig, &peer, 0, 0);
        for (int i = 0; i < 3; i++)
            rig_segment(&peer, 0, TCP_ACK, "abc", 3);
        rig_run(&rig, ns * PS_PER_NS);
        rig_end(&rig);
    }
}
