/* host-sw/team/idle.c: inactive is not closed. */
#include "host-sw/test/team_bed.h"

#include "host-sw/team/team.h"

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

/* To the next scan after the idle time. */
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
    cr_assert_eq(bed_stats(&bed)->inactivated, 1);
    cr_assert_eq(bed_stats(&bed)->moves_started, 0);
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

Test(idle, one_with_bytes_to_send_is_left_alone)
{
    host_conn_write(bed.sw, bed.conn, "x", 1);
    cr_assert_null(silence());
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
    cr_assert_eq(bed_stats(&bed)->inactivated, 0);
}

/* Its NIC still has something under way: an acknowledgment to send, or one to come. */
static void find_busy(const struct nic_cmd *freeze)
{
    struct conn_ctx *image = fake_memory(bed.fake, freeze->image);
    image->tcp_state = TCP_ESTABLISHED;
    image->snd_una = bed.iss;
    image->snd_nxt = image->snd_max = bed.iss + 1;
    image->timers = CTX_TIMER_REXMT;
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

/* Runs scan after scan until the connection is frozen again; how long it took. */
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
    cr_assert_eq(bed_stats(&bed)->inactivated, 1);
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
    cr_assert_eq(bed_stats(&bed)->reactivated, 1);
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
