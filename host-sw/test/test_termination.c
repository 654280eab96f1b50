/* Tests host-sw/life/termination.c and host-sw/stack: all ways in which a connection ends, and
 * the answers to later segments. */
#include "host-sw/test/team_bed.h"

#include "host-sw/server/server.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed.params.tcp.time_wait_us = 1000;
    bed_start(&bed);
    bed_open(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(termination, .init = setup, .fini = teardown);

static void closed_event(enum tcp_state state, uint8_t features)
{
    fake_post_event(bed.fake, 0,
                    (struct nic_event){.kind = NIC_EVENT_CLOSED,
                                       .gen = bed.gen,
                                       .conn = bed.conn,
                                       .detail = (uint8_t)state,
                                       .a = bed.iss + 2,
                                       .b = bed.irs + 2,
                                       .ts_recent = 100,
                                       .ts_offset = 7,
                                       .features = features});
    fake_run(bed.fake, 2);
}

struct cause_row {
    char name[48];
    enum nic_term_cause cause;
};
ParameterizedTestParameters(termination_causes, premature_end_is_one_notice_with_its_cause)
{
    static struct cause_row rows[] = {
        {"remote reset", NIC_TERM_REMOTE_RESET}, {"retries exhausted", NIC_TERM_RTX_EXHAUSTED},
        {"keepalive", NIC_TERM_KEEPALIVE},       {"context error", NIC_TERM_CTX_ERROR},
        {"engine error", NIC_TERM_ENGINE_ERROR}, {"handshake timeout", NIC_TERM_HANDSHAKE_TIMEOUT},
    };
    return cr_make_param_array(struct cause_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct cause_row *row, termination_causes,
                  premature_end_is_one_notice_with_its_cause, .init = setup, .fini = teardown)
{
    bed_terminated(&bed, 0, bed.gen, row->cause);
    /* The NIC reports it twice, but the application is told once. */
    bed_terminated(&bed, 0, bed.gen, row->cause);
    cr_assert_eq(bed.closed, 1, "%s", row->name);
    cr_assert_eq(bed.cause, row->cause, "%s", row->name);
    cr_assert_eq(bed_probes(&bed, PROBE_APP_NOTICE), 1, "%s", row->name);
    cr_assert_eq(bed_view(&bed, 0).cause, row->cause);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_FREE);
    cr_assert_eq(bed.fake->freed_bytes, 2 * BED_RING_BYTES, "both rings came back");
}

/* */
Test(termination, an_end_of_an_old_generation_is_counted_and_harmless)
{
    bed_move(&bed);
    bed_terminated(&bed, 0, (uint16_t)(bed.gen - 1), NIC_TERM_ENGINE_ERROR);
    cr_assert_eq(bed.closed, 0);
    cr_assert_eq(bed_stats(&bed)->stale_events, 1);
}

Test(termination, an_orderly_end_without_time_wait_frees_the_tuple)
{
    closed_event(TCP_CLOSED, 0);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_NONE);
    cr_assert_eq(bed_probes(&bed, PROBE_APP_NOTICE), 0);
    cr_assert_eq(bed_stats(&bed)->closed, 1);
    bed_foreign(&bed, 0, 0, 1000, 0, TCP_SYN, "");
    cr_assert_eq(host_sw_conn_rows(bed.sw), 2);
}

/* the repeated FIN may arrive on either port. */
Test(termination, time_wait_answers_a_repeated_fin_on_the_other_port_until_it_expires)
{
    closed_event(TCP_TIME_WAIT, CTX_FEATURE_TS);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_TIME_WAIT);
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 2, TCP_FIN | TCP_ACK, "");
    const struct nic_cmd *tx = fake_expect(bed.fake, 1, NIC_CMD_TX_FRAME);
    struct packet packet;
    packet_parse(fake_memory(bed.fake, tx->list), tx->count, true, &packet);
    cr_assert(packet.tcp_checksum_ok);
    cr_assert_eq(packet.seg.flags, TCP_ACK);
    cr_assert_eq(packet.seg.seq, bed.iss + 2);
    cr_assert_eq(packet.seg.ack, bed.irs + 2);
    cr_assert_eq(packet.seg.tsecr, 100);
    bed_foreign(&bed, 1, 0, bed.irs + 2, bed.iss + 2, TCP_ACK, "");
    cr_assert_null(fake_take(bed.fake, 1), "the expected ACK needs no answer");
    bed_foreign(&bed, 1, 0, bed.irs + 2, 0, TCP_RST, "");
    cr_assert_null(fake_take(bed.fake, 1), "RFC 1337");
    cr_assert_eq(bed_view(&bed, 0).state, DIR_TIME_WAIT);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_TIME_WAIT], 3);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_MS);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_FREE);
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 2, TCP_FIN | TCP_ACK, "");
    packet_parse(fake_memory(bed.fake, fake_expect(bed.fake, 1, NIC_CMD_TX_FRAME)->list), 60, true,
                 &packet);
    cr_assert_neq(packet.seg.flags & TCP_RST, 0);
}

/* RFC 6191 */
Test(termination, a_newer_syn_in_time_wait_opens_with_larger_numbers)
{
    closed_event(TCP_TIME_WAIT, 0);
    bed_foreign(&bed, 1, 0, bed.irs, 0, TCP_SYN, "");
    fake_expect(bed.fake, 1, NIC_CMD_TX_FRAME); /* an old SYN is only acknowledged */
    bed_foreign(&bed, 1, 0, bed.irs + 1000, 0, TCP_SYN, "");
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    cr_assert_gt((int32_t)(image->snd_nxt - (bed.iss + 2)), 0);
    cr_assert_eq(host_sw_conn_rows(bed.sw), 2);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_FREE);
}

Test(termination, an_abort_is_one_command_and_one_end)
{
    host_conn_abort(bed.sw, bed.conn);
    fake_run(bed.fake, 1u << 31);
    const struct nic_cmd *cmd = fake_expect(bed.fake, 0, NIC_CMD_ABORT);
    fake_complete(bed.fake, 0, cmd, NIC_RESULT_OK);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_LOCAL_ABORT);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_LOCAL_ABORT);
}

Test(termination, an_abort_that_came_too_late_leaves_the_real_cause)
{
    host_conn_abort(bed.sw, bed.conn);
    fake_run(bed.fake, 1u << 31);
    fake_complete(bed.fake, 0, fake_expect(bed.fake, 0, NIC_CMD_ABORT), NIC_RESULT_ABSENT);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed.closed, 0);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed.cause, NIC_TERM_REMOTE_RESET);
}

Test(termination, the_peers_fin_is_told_once_and_is_no_byte)
{
    bed_applied(&bed, 0, 300, bed.gen, NIC_RECORD_PEER_FIN, 1, 0);
    bed_applied(&bed, 0, 301, bed.gen, NIC_RECORD_PEER_FIN, 1, 0);
    cr_assert_eq(bed.peer_fins, 1);
    cr_assert_eq(bed.read_count, 0);
    host_conn_close(bed.sw, bed.conn);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed.fake->port[0].doorbells[0].kind, NIC_DOORBELL_FIN);
    cr_assert_eq(bed.fake->port[0].doorbells[0].value, bed.iss + 1);
}

Test(termination, a_segment_after_the_end_meets_a_reset_not_a_move)
{
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "late");
    fake_expect(bed.fake, 1, NIC_CMD_TX_FRAME);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0);
}

/* --- a NIC whose PCIe link is lost --- */

static void port_event(unsigned nic) { fake_run(bed.fake, 1u << (NIC_BUS_PORT_BIT + nic)); }

static void fail_nic(unsigned nic)
{
    bed.fake->port[nic].dead = true;
    port_event(nic);
}

Test(termination, a_lost_link_ends_the_connections_there_at_once_with_one_notice_each)
{
    fail_nic(0);
    cr_assert_not(host_sw_is_up(bed.sw, 0));
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_ENGINE_ERROR);
    port_event(0);
    cr_assert_eq(bed.closed, 1);
}

Test(termination, an_error_of_a_port_whose_nic_answers_ends_nothing)
{
    port_event(0);
    cr_assert(host_sw_is_up(bed.sw, 0));
    cr_assert_eq(bed.closed, 0);
}

Test(termination, frames_given_to_a_lost_nic_are_reported_lost)
{
    const struct nic_cmd *reserve;
    bed_move_to_install(&bed, &reserve); /* NIC 1 has one held frame */
    fail_nic(1);
    const struct probe_event *drop = bed_last_probe(&bed, PROBE_FRAME_DROPPED);
    cr_assert_not_null(drop);
    cr_assert_eq(drop->drop.reason, DROP_NIC_LOST);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NIC_LOST], 1);
}

Test(termination, what_a_lost_nic_had_written_before_is_still_acted_on)
{
    fail_nic(0);
    uint8_t frame[2048];
    uint32_t len = bed_segment(frame, 9, 1000, 0, TCP_ACK, "");
    fake_give_frame(bed.fake, 0, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_US);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NO_CONNECTION], 1);
}

Test(termination, a_record_of_a_connection_that_ended_with_its_nic_names_no_connection)
{
    fail_nic(0);
    bed_applied(&bed, 0, 900, bed.gen, 0, 0, 0);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_US);
    const struct probe_event *used = bed_last_probe(&bed, PROBE_RECORD_USED);
    cr_assert_eq(used->verdict.id, 900);
    cr_assert_eq(used->conn, PROBE_NO_CONN);
}
