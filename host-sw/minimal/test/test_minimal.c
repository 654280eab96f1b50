/* Tests the minimal program: bring-up, opening, a move with its failures, ends, and the accounts. */
#include "host-sw/minimal/minimal.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

static struct bed bed;

static void set_up(void)
{
    bed_init(&bed);
    bed.params.program = SERVER_PROGRAM_MINIMAL;
}

static void start(void)
{
    set_up();
    bed_start(&bed);
    bed_open(&bed);
}

static void check_accounts(void)
{
    struct host_sw_account accounts[HOST_SW_ACCOUNTS_MAX];
    size_t count = host_sw_audit(bed.sw, false, accounts);
    cr_assert_eq(count, 1);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(accounts[i].kept, accounts[i].claimed, "%s", accounts[i].what);
}

static void end(void)
{
    check_accounts();
    bed_end(&bed);
}

/* Writes the image that the source's FREEZE would write, and completes the command. */
static void frozen(const struct nic_cmd *freeze)
{
    struct conn_ctx *image = fake_memory(bed.fake, freeze->image);
    image->tcp_state = TCP_ESTABLISHED;
    image->snd_una = image->snd_nxt = image->snd_max = image->tx_prod = bed.iss + 1;
    image->rcv_nxt = image->rx_consumed = bed.irs + 1;
    image->generation = freeze->gen;
    tcp_image_seal(image);
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
}

static void move(void)
{
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "held");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    frozen(freeze);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    cr_assert(tcp_image_check(image));
    cr_assert_eq(image->owner, 1);
    cr_assert_eq(image->generation, install->gen);
    const struct nic_held *held = (const void *)fake_memory(bed.fake, install->list);
    uint64_t id = held->frame_id;
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 2u << NIC_VECTOR_COUNT);
    bed_applied(&bed, 1, id, install->gen, NIC_RECORD_INJECTED, 5, 1);
}

TestSuite(minimal, .init = start, .fini = end);

Test(minimal, a_syn_opens_on_the_nic_that_received_it)
{
    cr_assert_eq(bed.established, 1);
    struct dir_view view = bed_view(&bed, 0);
    cr_assert_eq(view.state, DIR_ACTIVE);
    cr_assert_eq(view.owner, 0);
    cr_assert_eq(bed_stats(&bed)->syns, 1);
}

Test(minimal, a_foreign_frame_moves_the_connection)
{
    move();
    const struct nic_cmd *release = fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    cr_assert_eq(release->gen, bed.gen);
    struct dir_view view = bed_view(&bed, 0);
    cr_assert_eq(view.state, DIR_ACTIVE);
    cr_assert_eq(view.owner, 1);
    cr_assert_eq(view.rx_if, 1);
    cr_assert_eq(view.gen, (uint16_t)(bed.gen + 1));
    cr_assert_eq(bed_probes(&bed, PROBE_MOVE_END), 1);
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_END)->move_end.end, MOVE_END_COMPLETED);
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_END)->move_end.held, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].completed, 1);
}

/* The records of the two NICs are read in turn, so a frame that is older at the MAC can be read later. */
Test(minimal, held_frames_are_listed_by_mac_time)
{
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "b");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    bed_foreign(&bed, 0, 0, bed.irs + 2, bed.iss + 1, TCP_ACK, "c");
    bed_foreign(&bed, 1, 0, bed.irs + 3, bed.iss + 1, TCP_ACK, "d");
    frozen(freeze);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_eq(install->count, 3);
    const struct nic_held *held = (const void *)fake_memory(bed.fake, install->list);
    for (uint32_t i = 1; i < install->count; i++)
        cr_assert_leq(held[i - 1].frame_time_ps, held[i].frame_time_ps);
}

Test(minimal, a_refused_reservation_ends_the_connection_with_one_notice)
{
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "held");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_FULL);
    fake_run(bed.fake, 2u << NIC_VECTOR_COUNT);
    frozen(freeze);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_ENGINE_ERROR);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].failed, 1);
}

Test(minimal, a_connection_that_ends_during_its_move_releases_both_nics)
{
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "held");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    fake_expect(bed.fake, 1, NIC_CMD_RELEASE);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_REMOTE_RESET);
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 1);
    cr_assert_eq(bed.closed, 1);
}

Test(minimal, an_image_with_a_wrong_checksum_is_not_installed)
{
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "held");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    struct conn_ctx *image = fake_memory(bed.fake, freeze->image);
    image->cwnd ^= 1;
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_CTX_ERROR);
}

Test(minimal, an_old_event_is_counted_and_has_no_effect)
{
    move();
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed.closed, 0);
    cr_assert_eq(bed_stats(&bed)->stale_events, 1);
}

Test(minimal_start, without_a_nic_the_program_ends)
{
    set_up();
    bed.fake->port[1].dead = true;
    bed_start(&bed);
    cr_assert(bed.fake->ended);
    cr_assert_not(host_sw_is_up(bed.sw, 0));
    cr_assert_not(host_sw_is_up(bed.sw, 1));
    host_sw_destroy(bed.sw);
    fake_destroy(bed.fake);
}

Test(minimal_start, refuses_what_it_cannot_do)
{
    struct host_sw_params params;
    struct minimal_refusal refusal;
    host_sw_params_default(&params);
    cr_assert(minimal_cannot(&params, &refusal)); /* connections rest by default */
    cr_assert_str_eq(refusal.key, "team.idle");
    params.idle_ps = 0;
    cr_assert_not(minimal_cannot(&params, &refusal));
    params.pushes_commands = true;
    cr_assert(minimal_cannot(&params, &refusal));
    cr_assert_str_eq(refusal.key, "team.move.commands");
}
