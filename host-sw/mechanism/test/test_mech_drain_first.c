/* Tests host-sw/mechanism/mech_drain_first.c: the move waits for the peer's acknowledgment. */
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/test/team_bed.h"

#include "host-sw/server/server.h"

#include <criterion/criterion.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
    bed.sw->transfers.mechanism = mechanism_find("drain-first");
    cr_assert_not_null(bed.sw->transfers.mechanism);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(mech_drain_first, .init = setup, .fini = teardown);

/* The application writes these bytes, and the doorbell of the source is rung. */
static void write_bytes(const char *bytes, uint32_t len)
{
    host_conn_write(bed.sw, bed.conn, bytes, len);
    fake_run(bed.fake, 1u << 31);
}

static void foreign(uint32_t seq, const char *payload)
{
    bed_foreign(&bed, 1, 0, seq, bed.iss + 1, TCP_ACK, payload);
}

/* Runs from the FREEZE that is due to the end of the move. Returns the INSTALL. */
static struct nic_cmd move(void)
{
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    bed_frozen(&bed, 0, freeze);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    struct nic_cmd copy = *install;
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].completed, 1);
    return copy;
}

/* The record of the frame says that NIC 0 has applied it, so that its buffer is free again. */
static void injected_is_applied(uint32_t rcv, uint32_t snd)
{
    const struct nic_cmd *inject = fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    fake_complete(bed.fake, 0, inject, NIC_RESULT_OK);
    bed_applied(&bed, 0, inject->frame_id, bed.gen, NIC_RECORD_INJECTED, rcv, snd);
}

Test(mech_drain_first, moves_at_once_when_nothing_is_outstanding)
{
    foreign(1001, "one");
    cr_assert_eq(move().count, 1, "the frame that asked for the move was held");
}

Test(mech_drain_first, waits_until_the_peer_has_acknowledged_what_was_sent)
{
    write_bytes("abcdef", 6);
    foreign(1001, "one");
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE, "the source serves it meanwhile");
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 1);
    injected_is_applied(3, 5);
    cr_assert_null(fake_take(bed.fake, 0), "one byte is missing");
    cr_assert_eq(bed_probes(&bed, PROBE_TRANSFER_MARK), 0);
    bed_applied(&bed, 0, 901, bed.gen, 0, 3, 6);
    cr_assert_eq(bed_last_probe(&bed, PROBE_TRANSFER_MARK)->mark.mark, MARK_OWN);
    cr_assert_eq(move().count, 0);
}

Test(mech_drain_first, the_source_is_told_of_no_new_bytes_while_it_drains)
{
    write_bytes("abcdef", 6);
    uint32_t doorbells = bed.fake->port[0].doorbell_count;
    foreign(1001, "one");
    write_bytes("more", 4);
    cr_assert_eq(bed.fake->port[0].doorbell_count, doorbells);
    injected_is_applied(3, 6);
    cr_assert_eq(move().tx_prod, bed.iss + 11, "INSTALL carries them");
}

Test(mech_drain_first, a_late_move_waits_no_longer)
{
    write_bytes("abcdef", 6);
    foreign(1001, "one");
    injected_is_applied(3, 0);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_MS);
    cr_assert_eq(bed_stats(&bed)->moves_late, 1);
    move();
    cr_assert_eq(bed_probes(&bed, PROBE_TRANSFER_MARK), 0, "not acknowledged, and not said to be");
}

Test(mech_drain_first, stays_and_sends_on_when_the_destination_is_lost)
{
    write_bytes("abcdef", 6);
    foreign(1001, "one");
    injected_is_applied(3, 0);
    write_bytes("more", 4);
    uint32_t doorbells = bed.fake->port[0].doorbell_count;
    bed.fake->port[1].dead = true;
    bed.sw->recovery[1].suspect = true;
    fake_run(bed.fake, 1u << 31);
    cr_assert_not(host_sw_is_up(bed.sw, 1));
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].failed, 1);
    cr_assert_eq(bed_view(&bed, 0).owner, 0);
    cr_assert_eq(bed.fake->port[0].doorbell_count, doorbells + 1, "what was written meanwhile");
    cr_assert_eq(bed.closed, 0);
}

Test(mech_drain_first, an_end_while_it_waits_cancels_the_move)
{
    write_bytes("abcdef", 6);
    foreign(1001, "one");
    injected_is_applied(3, 0);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 1);
    cr_assert_eq(bed.closed, 1);
}
