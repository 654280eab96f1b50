/* Tests host-sw/transfer/place_host.c with host-sw/stack/host_tcp.c: connections of the host's
 * own TCP, and their way to a NIC and back. */
#include "host-sw/life/offload.h"
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CLIENT_SEQ = 1001 };

static struct bed bed;

static void setup(void) { bed_init(&bed); }

static void teardown(void) { bed_end(&bed); }

TestSuite(place, .init = setup, .fini = teardown);

/* Takes the next frame that the host sends through nic, and parses it. The command is completed,
 * so that there is room for another one. */
static struct packet sent(unsigned nic)
{
    static uint8_t frame[2048];
    struct packet packet;
    const struct nic_cmd *cmd = fake_expect(bed.fake, nic, NIC_CMD_TX_FRAME);
    memcpy(frame, fake_memory(bed.fake, cmd->list), cmd->count);
    packet_parse(frame, cmd->count, true, &packet);
    cr_assert(packet.kind == PACKET_TCP && packet.ip_checksum_ok && packet.tcp_checksum_ok);
    fake_complete(bed.fake, nic, cmd, NIC_RESULT_OK);
    return packet;
}

/* Opens client 0 on the host through nic 0, up to ESTABLISHED. */
static void open_on_host(void)
{
    bed.params.offload = OFFLOAD_NONE;
    bed_start(&bed);
    bed_foreign(&bed, 0, 0, CLIENT_SEQ - 1, 0, TCP_SYN, "");
    struct packet syn_ack = sent(0);
    cr_assert_eq(syn_ack.seg.flags, TCP_SYN | TCP_ACK);
    cr_assert_eq(syn_ack.seg.ack, CLIENT_SEQ);
    bed.iss = syn_ack.seg.seq;
    bed.irs = CLIENT_SEQ - 1;
    cr_assert_eq(bed.established, 0);
    bed_foreign(&bed, 0, 0, CLIENT_SEQ, bed.iss + 1, TCP_ACK, "");
    cr_assert_eq(bed.established, 1);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
}

static uint8_t *ring_at(uint64_t ring, uint32_t seq)
{
    return fake_memory(bed.fake, ring + (seq & (BED_RING_BYTES - 1)));
}

Test(place, with_policy_none_the_host_does_the_handshake_and_no_nic_is_asked)
{
    open_on_host();
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_null(fake_take(bed.fake, 1));
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE);
    cr_assert_eq(bed_view(&bed, 0).host_reason, HOST_REASON_POLICY);
    cr_assert_eq(bed_stats(&bed)->host_opened, 1);
    cr_assert_eq(bed_stats(&bed)->host_taken[HOST_REASON_POLICY], 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_OPENING].completed, 0);
}

Test(place, data_goes_through_the_same_rings_and_answers_follow_the_receiving_port)
{
    open_on_host();
    bed_foreign(&bed, 1, 0, CLIENT_SEQ, bed.iss + 1, TCP_ACK, "hello");
    cr_assert_arr_eq(bed.read, "hello", 5);
    cr_assert_arr_eq(ring_at(bed.sw->dir.entries[0].rx_ring, CLIENT_SEQ), "hello", 5);
    cr_assert_eq(bed_view(&bed, 0).rx_if, 1);
    host_conn_write(bed.sw, 0, "answer", 6);
    fake_run(bed.fake, 1u << 31);
    struct packet packet = sent(1);
    cr_assert_eq(packet.seg.payload_len, 6);
    cr_assert_arr_eq(packet.seg.payload, "answer", 6);
    cr_assert_eq(packet.seg.ack, CLIENT_SEQ + 5);
    bed_foreign(&bed, 1, 0, CLIENT_SEQ + 5, bed.iss + 7, TCP_ACK, "");
    cr_assert_eq(bed.writable, 1);
    cr_assert_eq(bed_view(&bed, 0).tx_bytes, 6);
}

Test(place, each_segment_has_its_price)
{
    open_on_host();
    uint64_t segments = bed.fake->charged[CPU_COST_HOST_SEGMENT];
    uint64_t copied = bed.fake->charged[CPU_COST_COPY_64];
    char payload[641] = "";
    memset(payload, 'x', 640);
    bed_foreign(&bed, 0, 0, CLIENT_SEQ, bed.iss + 1, TCP_ACK, payload);
    cr_assert_eq(bed.fake->charged[CPU_COST_HOST_SEGMENT], segments + 1);
    cr_assert_eq(bed.fake->charged[CPU_COST_COPY_64], copied + 20, "into the ring, and out of it");
}

Test(place, a_frame_is_judged_once_and_drops_have_their_reason)
{
    open_on_host();
    uint32_t verdicts = bed_probes(&bed, PROBE_RX_VERDICT);
    bed_foreign(&bed, 0, 0, CLIENT_SEQ, bed.iss + 1, TCP_ACK, "a");
    cr_assert_eq(bed_probes(&bed, PROBE_RX_VERDICT), verdicts + 1);
    bed_foreign(&bed, 0, 0, CLIENT_SEQ, bed.iss + 1, TCP_ACK, "a");
    cr_assert_eq(bed_probes(&bed, PROBE_RX_VERDICT), verdicts + 1);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_TCP_OLD], 1);
}

Test(place, a_lost_segment_is_sent_again_when_its_timer_is_due_and_nothing_runs_before)
{
    open_on_host();
    host_conn_write(bed.sw, 0, "again", 5);
    fake_run(bed.fake, 1u << 31);
    struct packet first = sent(0);
    fake_run(bed.fake, 2);
    cr_assert_null(fake_take(bed.fake, 0));
    uint64_t due_ps = bed.fake->wait_until_ps;
    cr_assert_gt(due_ps, bed.fake->now_ps + 190 * PS_PER_MS);
    cr_assert_lt(due_ps, bed.fake->now_ps + 1100 * PS_PER_MS);
    fake_run_at(bed.fake, due_ps);
    struct packet second = sent(0);
    cr_assert_eq(second.seg.seq, first.seg.seq);
    cr_assert_arr_eq(second.seg.payload, "again", 5);
    cr_assert_eq(host_sw_get_tcp_stats(bed.sw)->retransmissions, 1);
}

Test(place, an_orderly_end_leaves_time_wait_to_the_stack)
{
    open_on_host();
    host_conn_close(bed.sw, 0);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(sent(0).seg.flags & TCP_FIN, TCP_FIN);
    bed_foreign(&bed, 0, 0, CLIENT_SEQ, bed.iss + 2, TCP_ACK | TCP_FIN, "");
    cr_assert_eq(sent(0).seg.ack, CLIENT_SEQ + 1);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_NONE);
    cr_assert_eq(bed_stats(&bed)->time_waits, 1);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_TIME_WAIT);
    cr_assert_eq(host_sw_get_tcp_stats(bed.sw)->live, 0);
}

Test(place, an_abort_sends_one_reset_and_gives_one_notice)
{
    open_on_host();
    host_conn_abort(bed.sw, 0);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(sent(0).seg.flags & TCP_RST, TCP_RST);
    fake_run(bed.fake, 2);
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_LOCAL_ABORT);
    cr_assert_eq(bed_probes(&bed, PROBE_APP_NOTICE), 1);
}

Test(place, a_reset_of_the_peer_is_told_once_and_the_frames_behind_it_are_no_connections)
{
    open_on_host();
    uint8_t frame[2048];
    uint32_t len = bed_segment(frame, 0, CLIENT_SEQ, 0, TCP_RST, "");
    fake_give_frame(bed.fake, 0, NIC_VERDICT_NOT_MINE, frame, len);
    len = bed_segment(frame, 0, CLIENT_SEQ, bed.iss + 1, TCP_ACK, "late");
    fake_give_frame(bed.fake, 0, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 1);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(sent(0).seg.flags, TCP_RST, "to the segment behind it");
    cr_assert_eq(bed.sw->hold.bytes, 0);
}

Test(place, a_nic_that_reads_slowly_is_not_given_more_than_it_can_queue)
{
    open_on_host();
    static uint8_t bytes[BED_RING_BYTES];
    uint32_t taken = 0;
    host_conn_write(bed.sw, 0, bytes, sizeof bytes);
    /* The host reads nothing in between. */
    bed_foreign(&bed, 0, 0, CLIENT_SEQ, bed.iss + 1, TCP_ACK, "");
    while (fake_take(bed.fake, 0))
        taken++;
    cr_assert_gt(taken, 0);
    cr_assert_leq(taken, 64);
}

Test(place, listeners_of_other_ports_stay_with_the_nics)
{
    bed.params.offload = OFFLOAD_PORTS;
    bed.params.offload_ports.count = 1;
    bed.params.offload_ports.range[0].first = 81;
    bed.params.offload_ports.range[0].last = 90;
    bed_start(&bed);
    bed_foreign(&bed, 0, 0, CLIENT_SEQ - 1, 0, TCP_SYN, ""); /* a SYN to port 80 */
    sent(0);
    cr_assert_eq(bed_view(&bed, 0).host_reason, HOST_REASON_POLICY);
    bed.sw->params.offload_ports.range[0].first = 80;
    bed_foreign(&bed, 0, 1, CLIENT_SEQ - 1, 0, TCP_SYN, "");
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
}

/* --- to the host and back --- */

/* Takes the connection of bed_open() to the host. */
static void onload(void)
{
    bed_start(&bed);
    bed_open(&bed);
    host_sw_request_place(bed.sw, UINT32_MAX, true);
    fake_run(bed.fake, 1u << 31);
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
}

Test(place, an_offloaded_connection_is_taken_back_with_the_next_generation)
{
    onload();
    struct dir_view view = bed_view(&bed, 0);
    cr_assert_eq(view.owner, PLACE_HOST);
    cr_assert_eq(view.state, DIR_ACTIVE);
    cr_assert_eq(view.host_reason, HOST_REASON_REQUEST);
    cr_assert_eq(view.gen, bed.gen + 1);
    cr_assert_eq(view.moves, 0);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_ONLOAD].completed, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0);
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "more");
    cr_assert_arr_eq(bed.read, "more", 4);
    cr_assert_null(fake_take(bed.fake, 1), "no move: the host has it");
}

Test(place, frames_that_come_while_the_nic_freezes_are_applied_by_the_host_in_order)
{
    bed_start(&bed);
    bed_open(&bed);
    host_sw_request_place(bed.sw, bed.conn, true);
    fake_run(bed.fake, 1u << 31);
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    bed_foreign(&bed, 0, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "first ");
    bed_foreign(&bed, 1, 0, bed.irs + 7, bed.iss + 1, TCP_ACK, "second");
    cr_assert_eq(bed.read_count, 0);
    bed_frozen(&bed, 0, freeze);
    cr_assert_arr_eq(bed.read, "first second", 12);
    cr_assert_eq(bed.sw->hold.bytes, 0);
}

Test(place, what_was_written_while_the_nic_froze_is_sent_by_the_host)
{
    bed_start(&bed);
    bed_open(&bed);
    host_sw_request_place(bed.sw, bed.conn, true);
    fake_run(bed.fake, 1u << 31);
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    bed_frozen(&bed, 0, freeze);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    host_conn_write(bed.sw, bed.conn, "late", 4);
    fake_run(bed.fake, 1u << 31);
    struct packet packet = sent(0);
    cr_assert_arr_eq(packet.seg.payload, "late", 4);
    cr_assert_eq(packet.seg.seq, bed.iss + 1);
}

Test(place, a_host_connection_goes_to_the_nic_of_its_last_frame)
{
    onload();
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "more");
    host_sw_request_place(bed.sw, bed.conn, false);
    fake_run(bed.fake, 1u << 31);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    cr_assert(tcp_image_check(image));
    cr_assert_eq(install->gen, bed.gen + 2);
    cr_assert_eq(image->generation, bed.gen + 2);
    cr_assert_eq(image->owner, 1);
    cr_assert_eq(image->rcv_nxt, bed.irs + 5);
    cr_assert_eq(image->move_reason, MOVE_OFFLOADED);
    cr_assert_eq(install->rx_consumed, bed.irs + 5);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INSTALLING);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_OFFLOAD].completed, 1);
    cr_assert_eq(host_sw_get_tcp_stats(bed.sw)->live, 0);
}

Test(place, a_nic_that_refuses_leaves_it_with_the_host_and_nothing_is_lost)
{
    onload();
    host_sw_request_place(bed.sw, bed.conn, false);
    fake_run(bed.fake, 1u << 31);
    fake_complete(bed.fake, 0, fake_expect(bed.fake, 0, NIC_CMD_RESERVE), NIC_RESULT_FULL);
    fake_complete(bed.fake, 0, fake_expect(bed.fake, 0, NIC_CMD_INSTALL), NIC_RESULT_FULL);
    host_conn_write(bed.sw, bed.conn, "kept", 4);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
    cr_assert_eq(bed_view(&bed, 0).host_reason, HOST_REASON_REFUSED);
    cr_assert_eq(bed_stats(&bed)->offload_failed, 1);
    cr_assert_arr_eq(sent(0).seg.payload, "kept", 4);
}

Test(place, one_beyond_the_limit_waits_on_the_host_until_a_place_is_free)
{
    bed.params.offload_max = 1;
    bed_start(&bed);
    bed_open(&bed);
    bed_foreign(&bed, 1, 1, CLIENT_SEQ - 1, 0, TCP_SYN, "");
    struct packet syn_ack = sent(1);
    bed_foreign(&bed, 1, 1, CLIENT_SEQ, syn_ack.seg.seq + 1, TCP_ACK, "");
    cr_assert_eq(bed_view(&bed, 1).owner, PLACE_HOST);
    cr_assert_eq(bed_view(&bed, 1).host_reason, HOST_REASON_TABLE_FULL);
    cr_assert_null(fake_take(bed.fake, 1));
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    cr_assert_eq(fake_expect(bed.fake, 1, NIC_CMD_INSTALL)->conn, 1);
}

Test(place, one_that_waits_and_ends_is_forgotten_by_the_queue)
{
    bed.params.offload_max = 0;
    bed_start(&bed);
    for (unsigned i = 0; i < 3; i++) {
        bed_foreign(&bed, 0, i, CLIENT_SEQ - 1, 0, TCP_SYN, "");
        sent(0);
    }
    bed_foreign(&bed, 0, 1, CLIENT_SEQ, 0, TCP_RST, "");
    bed.sw->params.offload_max = 2;
    fake_run(bed.fake, 1u << 31);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_INSTALL)->conn, 0);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_INSTALL)->conn, 2);
    cr_assert_null(fake_take(bed.fake, 0));
}

static void link_event(unsigned nic, uint32_t up)
{
    fake_post_event(bed.fake, nic, (struct nic_event){.kind = NIC_EVENT_LINK, .a = up});
    fake_run(bed.fake, 2u << nic * NIC_VECTOR_COUNT);
}

Test(place, when_no_port_is_usable_the_host_keeps_it_until_one_is)
{
    bed_start(&bed);
    bed_open(&bed);
    link_event(1, 0);
    cr_assert_null(fake_take(bed.fake, 0), "its own port is up");
    link_event(0, 0);
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
    cr_assert_eq(bed_view(&bed, 0).host_reason, HOST_REASON_NO_MEMBER);
    host_conn_write(bed.sw, bed.conn, "later", 5);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(host_sw_get_tcp_stats(bed.sw)->unsent, 1);
    bed.fake->port[0].dead = true; /* the NIC is reset, and nothing of the connection was in it */
    fake_run(bed.fake, 1u << NIC_BUS_PORT_BIT);
    cr_assert_eq(bed.closed, 0);
    link_event(1, 1);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_eq(install->tx_prod, bed.iss + 6);
}

Test(place, a_connection_with_too_many_holes_goes_to_the_host)
{
    bed.params.offload_out_of_order_max = 2;
    bed_start(&bed);
    bed_open(&bed);
    for (int i = 0; i < 2; i++) {
        cr_assert_null(fake_take(bed.fake, 0));
        fake_post_record(bed.fake, 0,
                         (struct nic_record){.conn = bed.conn,
                                             .gen = bed.gen,
                                             .verdict = NIC_VERDICT_DROPPED,
                                             .reason = DROP_TCP_OOO_FULL,
                                             .tcp_state = TCP_ESTABLISHED,
                                             .frame_id = bed.fake->next_frame_id++,
                                             .rcv_nxt = bed.irs + 1,
                                             .snd_una = bed.iss + 1});
        fake_run(bed.fake, 1);
    }
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    cr_assert_eq(bed_view(&bed, 0).host_reason, HOST_REASON_OUT_OF_ORDER);
}

Test(place, a_dead_port_gives_back_what_it_did_not_send_and_the_other_one_goes_on)
{
    open_on_host();
    host_conn_write(bed.sw, 0, "lost", 4);
    fake_run(bed.fake, 1u << 31);
    fake_expect(bed.fake, 0, NIC_CMD_TX_FRAME); /* this command never completes */
    bed.fake->port[0].dead = true;
    fake_run(bed.fake, 1u << NIC_BUS_PORT_BIT);
    cr_assert_not(host_sw_is_up(bed.sw, 0));
    cr_assert_eq(bed.closed, 0, "the host has it, not the NIC");
    cr_assert_eq(bed.sw->tcp.unread[0], 0);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_S);
    cr_assert_arr_eq(sent(1).seg.payload, "lost", 4);
}
