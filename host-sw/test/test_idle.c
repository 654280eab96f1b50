/* Tests host-sw/life/idle.c: an inactive connection is not closed. */
#include "host-sw/life/offload.h"
#include "host-sw/test/team_bed.h"

#include "host-sw/server/server.h"

#include <criterion/criterion.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed.params.idle_ps = 100 * PS_PER_MS;
    bed_start(&bed);
    bed_open(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(idle, .init = setup, .fini = teardown);

/* Runs to the next scan after the idle time. Returns the FREEZE. */
static const struct nic_cmd *silence(void)
{
    fake_run_at(bed.fake, bed.fake->now_ps + bed.params.idle_ps + bed.params.idle_ps / 8);
    return fake_take(bed.fake, 0);
}

static void inactivate(void)
{
    const struct nic_cmd *freeze = silence();
    cr_assert_not_null(freeze);
    bed_frozen(&bed, 0, freeze);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_RELEASE)->gen, bed.gen);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INACTIVE);
}

Test(idle, a_silent_connection_is_frozen_for_keeps_and_rests_in_memory)
{
    const struct nic_cmd *freeze = silence();
    cr_assert_eq(freeze->op, NIC_CMD_FREEZE);
    cr_assert_eq(freeze->flags, NIC_CMD_FLAG_KEEP_IMAGE);
    bed_frozen(&bed, 0, freeze);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_INACTIVATE].completed, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0);
    cr_assert_eq(bed.closed, 0);
    cr_assert_eq(bed.fake->discarded_bytes, 2 * BED_RING_BYTES, "its rings take no memory");
}

Test(idle, one_that_was_heard_lately_is_left_alone)
{
    fake_run_at(bed.fake, bed.fake->now_ps + bed.params.idle_ps / 2);
    bed_applied(&bed, 0, 300, bed.gen, 0, 0, 0);
    fake_run_at(bed.fake, bed.fake->now_ps + bed.params.idle_ps / 2 + bed.params.idle_ps / 4);
    cr_assert_null(fake_take(bed.fake, 0));
}

/* Makes the image that a NIC would write of the connection in this state, with everything read
 * and acknowledged. */
static struct conn_ctx *image_for(const struct nic_cmd *freeze, enum tcp_state state)
{
    struct conn_ctx *image = fake_memory(bed.fake, freeze->image);
    const struct dir_entry *entry = &bed.sw->dir.entries[freeze->conn];
    image->tcp_state = (uint8_t)state;
    image->generation = freeze->gen;
    image->snd_una = image->snd_nxt = image->snd_max = image->tx_prod = entry->tx_prod;
    image->rcv_nxt = image->rx_consumed = image->last_ack_sent = entry->rcv_nxt;
    image->rcv_adv = image->rcv_nxt + BED_RING_BYTES;
    image->snd_wnd = image->max_snd_wnd = 1000;
    image->cwnd = 14600;
    image->timers = 0;
    return image;
}

static void extracted(const struct nic_cmd *freeze, struct conn_ctx *image)
{
    tcp_image_seal(image);
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_RELEASE)->gen, freeze->gen);
}

/* Nothing is received while the path is down, whatever the sender has in flight. */
Test(idle, one_with_unacknowledged_data_rests_and_keeps_its_bytes)
{
    host_conn_write(bed.sw, bed.conn, "x", 1);
    const struct nic_cmd *freeze = silence();
    cr_assert_not_null(freeze);
    struct conn_ctx *image = image_for(freeze, TCP_ESTABLISHED);
    image->snd_una--;
    image->timers = CTX_TIMER_REXMT;
    image->rexmt_deadline = 200000;
    extracted(freeze, image);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INACTIVE);
    cr_assert_eq(bed.fake->discarded_bytes, BED_RING_BYTES, "the receive ring alone");
}

Test(idle, a_timer_of_a_resting_connection_brings_it_back_when_it_is_due)
{
    host_conn_write(bed.sw, bed.conn, "x", 1);
    const struct nic_cmd *freeze = silence();
    struct conn_ctx *image = image_for(freeze, TCP_ESTABLISHED);
    image->snd_una--;
    image->timers = CTX_TIMER_REXMT | CTX_TIMER_DELACK;
    image->rexmt_deadline = 200000;
    image->delack_deadline = 40000;
    uint64_t frozen_ps = bed.fake->now_ps;
    extracted(freeze, image);
    cr_assert_geq(bed.fake->wait_until_ps, bed.fake->now_ps);
    fake_run_at(bed.fake, frozen_ps + 39 * PS_PER_MS);
    cr_assert_null(fake_take(bed.fake, 0));
    fake_run_at(bed.fake, frozen_ps + 40 * PS_PER_MS);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    image = fake_memory(bed.fake, fake_expect(bed.fake, 0, NIC_CMD_INSTALL)->image);
    cr_assert(tcp_image_check(image));
    cr_assert_leq(image->delack_deadline, 0);
    cr_assert_leq(image->rexmt_deadline, 160000);
    cr_assert_geq(image->rexmt_deadline, 159990, "no later than it would have fired");
    cr_assert_eq(bed_stats(&bed)->timers_of_resting, 1);
}

/* RFC 9293 3.6: the peer may stay in CLOSE_WAIT for as long as it likes. */
Test(idle, one_that_is_half_closed_rests_until_its_fin_wait_2_timer)
{
    host_conn_close(bed.sw, bed.conn);
    fake_run(bed.fake, 1u << 31);
    const struct nic_cmd *freeze = silence();
    cr_assert_not_null(freeze);
    struct conn_ctx *image = image_for(freeze, TCP_FIN_WAIT_2);
    image->flags |= CTX_FLAG_FIN_QUEUED | CTX_FLAG_FIN_SENT;
    image->snd_una = image->snd_nxt = image->snd_max = image->tx_prod + 1;
    image->timers = CTX_TIMER_WAIT;
    image->wait_deadline = 60 * 1000 * 1000;
    uint64_t frozen_ps = bed.fake->now_ps;
    extracted(freeze, image);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INACTIVE);
    cr_assert_eq(bed.fake->discarded_bytes, 2 * BED_RING_BYTES);
    fake_run_at(bed.fake, frozen_ps + 59 * PS_PER_S);
    cr_assert_null(fake_take(bed.fake, 0));
    fake_run_at(bed.fake, frozen_ps + 60 * PS_PER_S);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    cr_assert_eq(install->flags & NIC_CMD_FLAG_FIN, NIC_CMD_FLAG_FIN);
}

Test(idle, one_with_a_segment_to_send_goes_back_and_is_counted)
{
    const struct nic_cmd *freeze = silence();
    struct conn_ctx *image = image_for(freeze, TCP_ESTABLISHED);
    image->flags |= CTX_FLAG_ACK_NOW;
    extracted(freeze, image);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    cr_assert_eq(bed_stats(&bed)->not_inactivated[IDLE_REASON_SENDING], 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_INACTIVATE].completed, 0);
}

Test(idle, one_that_is_not_established_is_counted_and_stays)
{
    bed_foreign(&bed, 1, 1, 9000, 0, TCP_SYN, "");
    fake_complete(bed.fake, 1, fake_expect(bed.fake, 1, NIC_CMD_RESERVE), NIC_RESULT_OK);
    fake_complete(bed.fake, 1, fake_expect(bed.fake, 1, NIC_CMD_INSTALL), NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    (void)silence();
    cr_assert_geq(bed_stats(&bed)->not_inactivated[IDLE_REASON_OPENING], 1);
    cr_assert_null(fake_take(bed.fake, 1));
}

/* The peer's window stays closed until the peer is told what the application has read. */
Test(idle, an_application_that_reads_much_brings_it_back)
{
    struct dir_entry *entry = &bed.sw->dir.entries[bed.conn];
    const struct nic_cmd *freeze = silence();
    extracted(freeze, image_for(freeze, TCP_ESTABLISHED));
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INACTIVE);
    /* As if the ring had been full and unread when the connection came to rest. */
    entry->rcv_nxt += BED_RING_BYTES;
    static uint8_t bytes[BED_RING_BYTES];
    cr_assert_eq(host_conn_read(bed.sw, bed.conn, bytes, BED_RING_BYTES / 8), BED_RING_BYTES / 8);
    fake_run(bed.fake, 1u << 31);
    cr_assert_null(fake_take(bed.fake, 0), "too little to tell the peer");
    host_conn_read(bed.sw, bed.conn, bytes, BED_RING_BYTES / 4);
    fake_run(bed.fake, 1u << 31);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_INSTALL)->rx_consumed, entry->rx_consumed);
}

static void go_to_host(void)
{
    host_sw_request_place(bed.sw, bed.conn, true);
    fake_run(bed.fake, 1u << 31);
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
}

Test(idle, one_on_the_hosts_own_tcp_rests_too_and_comes_back_there)
{
    go_to_host();
    cr_assert_null(silence());
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INACTIVE);
    cr_assert_not(host_tcp_has(&bed.sw->tcp, bed.conn), "it takes no place in its table");
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "back");
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST, "where it was asked to be");
    fake_run(bed.fake, 1u << 31);
    cr_assert_arr_eq(bed.read, "back", 4);
}

/* The host's own TCP retransmits and lets the connection rest again, so nothing is lost. */
Test(idle, one_on_the_host_that_rests_with_data_in_flight_sends_it_again)
{
    go_to_host();
    host_conn_write(bed.sw, bed.conn, "x", 1);
    fake_run(bed.fake, 1u << 31);
    const struct nic_cmd *sent = fake_expect(bed.fake, 0, NIC_CMD_TX_FRAME);
    fake_complete(bed.fake, 0, sent, NIC_RESULT_OK);
    (void)silence();
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INACTIVE);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_S);
    cr_assert_eq(bed_stats(&bed)->timers_of_resting, 1);
    const struct nic_cmd *again = fake_expect(bed.fake, 0, NIC_CMD_TX_FRAME);
    struct packet packet;
    packet_parse(fake_memory(bed.fake, again->list), again->count, true, &packet);
    cr_assert_eq(packet.seg.seq, bed.iss + 1);
    cr_assert_eq(packet.seg.payload_len, 1);
}

Test(idle, without_a_usable_port_the_host_takes_it)
{
    inactivate();
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        fake_post_event(bed.fake, nic, (struct nic_event){.kind = NIC_EVENT_LINK, .a = 0});
    fake_run(bed.fake, 2 | 2u << NIC_VECTOR_COUNT);
    host_conn_write(bed.sw, bed.conn, "x", 1);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
    cr_assert_eq(bed_view(&bed, 0).host_reason, HOST_REASON_NO_MEMBER);
}

/* */
Test(idle, a_frame_that_arrives_while_freezing_wins)
{
    const struct nic_cmd *freeze = silence();
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    bed_frozen(&bed, 0, freeze);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    cr_assert_eq(install->count, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_INACTIVATE].completed, 0);
}

/* The NIC still has work for the connection: an acknowledgment to send, or one to receive. */
static void find_busy(const struct nic_cmd *freeze)
{
    struct conn_ctx *image = fake_memory(bed.fake, freeze->image);
    image->tcp_state = TCP_ESTABLISHED;
    image->snd_una = bed.iss;
    image->snd_nxt = image->snd_max = bed.iss + 1;
    image->timers = CTX_TIMER_REXMT;
    image->rexmt_deadline = 999; /* earlier than the image could be back from memory */
    tcp_image_seal(image);
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    fake_complete(bed.fake, 0, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 0, install, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE);
    bed.gen = install->gen;
}

Test(idle, one_that_is_not_quiet_in_its_nic_goes_back_at_once)
{
    find_busy(silence());
    fake_run_at(bed.fake, bed.fake->now_ps + bed.params.idle_ps / 4);
    cr_assert_null(fake_take(bed.fake, 0), "not asked again before another idle time");
}

/* Runs one scan after the other until the connection is frozen again. Returns how long that
 * took. */
static uint64_t until_asked(const struct nic_cmd **freeze)
{
    uint64_t since_ps = bed.fake->now_ps;
    do {
        fake_run_at(bed.fake, bed.fake->now_ps + bed.params.idle_ps / 8);
        *freeze = fake_take(bed.fake, 0);
        cr_assert_lt(bed.fake->now_ps, since_ps + 100 * bed.params.idle_ps);
    } while (!*freeze);
    return bed.fake->now_ps - since_ps;
}

Test(idle, one_found_busy_again_and_again_is_asked_less_and_less_until_it_is_heard)
{
    const struct nic_cmd *freeze = silence();
    for (unsigned times = 1; times <= 16; times *= 2) {
        find_busy(freeze);
        uint64_t waited_ps = until_asked(&freeze);
        cr_assert_geq(waited_ps, times * bed.params.idle_ps, "found busy %u", times);
        cr_assert_leq(waited_ps, times * bed.params.idle_ps + bed.params.idle_ps / 4);
    }
    find_busy(freeze);
    bed_applied(&bed, 0, 300, bed.gen, 0, 0, 0);
    cr_assert_leq(until_asked(&freeze), bed.params.idle_ps + bed.params.idle_ps / 4);
    bed_frozen(&bed, 0, freeze);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_INACTIVATE].completed, 1);
}

/* */
Test(idle, the_next_frame_brings_it_back_on_the_nic_that_received_it)
{
    inactivate();
    uint64_t slept_ps = bed.fake->now_ps;
    fake_run_at(bed.fake, bed.fake->now_ps + 3 * PS_PER_S);
    uint64_t id = bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "back");
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    cr_assert(tcp_image_check(image));
    cr_assert_eq(image->move_reason, MOVE_REACTIVATED);
    cr_assert_geq(image->last_send, 3 * PS_PER_S / PS_PER_US, "ages grew while it slept");
    cr_assert_leq(image->last_send, (bed.fake->now_ps - slept_ps) / PS_PER_US + 1);
    const struct nic_held *held = fake_memory(bed.fake, install->list);
    cr_assert_eq(held[0].frame_id, id);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_REACTIVATE].completed, 1);
    cr_assert_eq(bed_stats(&bed)->resets_sent, 0);
    cr_assert_eq(bed_view(&bed, 0).moves, 0);
}

Test(idle, an_application_that_writes_brings_it_back_on_its_last_nic)
{
    inactivate();
    host_conn_write(bed.sw, bed.conn, "hello", 5);
    fake_run(bed.fake, 1u << 31);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_INSTALL)->tx_prod, bed.iss + 6);
}

/* */
Test(idle, one_that_finds_no_room_at_reactivation_goes_on_with_the_host)
{
    inactivate();
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "back");
    fake_complete(bed.fake, 1, fake_expect(bed.fake, 1, NIC_CMD_RESERVE), NIC_RESULT_FULL);
    fake_complete(bed.fake, 1, fake_expect(bed.fake, 1, NIC_CMD_INSTALL), NIC_RESULT_FULL);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
    cr_assert_eq(bed.closed, 0);
    bed_foreign(&bed, 1, 0, 1005, bed.iss + 1, TCP_ACK, "again");
    cr_assert_arr_eq(bed.read, "backagain", 9);
}

Test(idle, keepalive_is_kept_by_the_host)
{
    const struct nic_cmd *freeze = silence();
    struct conn_ctx *image = fake_memory(bed.fake, freeze->image);
    image->flags |= CTX_FLAG_KEEPALIVE;
    image->keepalive_deadline = 5000;
    image->tcp_state = TCP_ESTABLISHED;
    image->generation = bed.gen;
    image->snd_una = image->snd_nxt = image->snd_max = image->tx_prod = bed.iss + 1;
    image->rcv_nxt = image->rx_consumed = image->last_ack_sent = bed.irs + 1;
    image->timers = CTX_TIMER_KEEPALIVE;
    image->cwnd = 14600;
    tcp_image_seal(image);
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INACTIVE);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    fake_run_at(bed.fake, bed.fake->now_ps + 4 * PS_PER_S);
    cr_assert_null(fake_take(bed.fake, 0));
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_S);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    image = fake_memory(bed.fake, install->image);
    cr_assert_eq(image->keepalive_deadline, 0, "due");
}
