/* Tests host-sw/dispatch/icmp.c: ICMP errors find their connection and its NIC, whatever port
 * they arrive on. */
#include "host-sw/test/team_bed.h"
#include "models/wire/icmp.h"

#include <criterion/criterion.h>
#include <string.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(team_icmp, .init = setup, .fini = teardown);

/* Gives an error of a router about the server's segment with this number. `cut` bytes are
 * missing at its end. */
static void give_error(unsigned nic, uint8_t type, uint8_t code, uint32_t rest, uint32_t seq,
                       uint32_t cut)
{
    uint8_t segment[256], quoted[256], frame[512];
    struct packet packet;
    bed_segment(segment, 0, 1, 1, TCP_ACK, "");
    packet_parse(segment, 54, false, &packet);
    struct packet_out tcp = {.ip_version = 4, .sport = 80, .dport = 40000, .seq = seq};
    memcpy(tcp.src, packet.dst, 16);
    memcpy(tcp.dst, packet.src, 16);
    packet_build(quoted, &tcp, 0);
    struct packet_out out = {.ip_version = 4, .ttl = 64};
    memcpy(out.dst_mac, bed.params.mac, 6);
    memcpy(out.dst, bed.params.ipv4, 16);
    ip_addr_from_v4(out.src, 0x0a0000fe);
    uint32_t len = icmp_build(frame, &out, type, code, rest, quoted + 14, 28 - cut);
    fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 1);
}

/* */
Test(team_icmp, the_owner_is_told_whichever_port_the_error_came_in_on)
{
    for (unsigned nic = 0; nic < 2; nic++) {
        give_error(nic, 3, 4, 1400, 7777, 0);
        const struct nic_cmd *cmd = fake_expect(bed.fake, 0, NIC_CMD_ICMP);
        cr_assert_eq(cmd->conn, bed.conn);
        cr_assert_eq(cmd->gen, bed.gen);
        cr_assert_eq(cmd->notice, NIC_NOTICE_PATH_MTU);
        cr_assert_eq(cmd->count, 1400);
        cr_assert_eq(cmd->tx_prod, 7777);
        cr_assert_eq(cmd->flags & NIC_CMD_FLAG_HARD, 0);
        fake_complete(bed.fake, 0, cmd, NIC_RESULT_OK);
        fake_run(bed.fake, 2);
    }
    cr_assert_eq(bed_stats(&bed)->icmp_ignored, 0);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0,
                 "no error moves a connection");
}

Test(team_icmp, hard_errors_are_marked_and_disbelief_is_counted)
{
    give_error(0, 3, 3, 0, 1, 0);
    const struct nic_cmd *cmd = fake_expect(bed.fake, 0, NIC_CMD_ICMP);
    cr_assert(cmd->flags & NIC_CMD_FLAG_HARD);
    fake_complete(bed.fake, 0, cmd, NIC_RESULT_STALE);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed_stats(&bed)->icmp_ignored, 1);
}

Test(team_icmp, an_error_that_quotes_no_number_is_ignored)
{
    give_error(0, 12, 0, 0, 1, 1);
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_eq(bed_stats(&bed)->icmp_parameter_problem, 1);
    cr_assert_eq(bed_stats(&bed)->icmp_errors_of_connections, 1);
    cr_assert_eq(bed_stats(&bed)->icmp_ignored, 1);
}

Test(team_icmp, while_the_connection_leaves_its_nic_nobody_is_told_then_the_new_one)
{
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    (void)fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    give_error(0, 3, 1, 0, 1, 0);
    cr_assert_eq(bed_stats(&bed)->icmp_ignored, 1);
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_null(fake_take(bed.fake, 1));
    bed_frozen(&bed, 0, freeze);
    (void)fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    give_error(0, 3, 1, 0, 1, 0);
    const struct nic_cmd *cmd = fake_expect(bed.fake, 1, NIC_CMD_ICMP);
    cr_assert_eq(cmd->gen, (uint16_t)(bed.gen + 1));
}

Test(team_icmp, notices_reach_the_application_once)
{
    struct nic_event event = {.kind = NIC_EVENT_NOTICE,
                              .conn = bed.conn,
                              .gen = bed.gen,
                              .detail = NIC_NOTICE_RETRANSMITTING};
    fake_post_event(bed.fake, 0, event);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed.notices, 1);
    cr_assert_eq(bed.notice, NIC_NOTICE_RETRANSMITTING);
    cr_assert_eq(bed.closed, 0);
    event.gen++;
    fake_post_event(bed.fake, 0, event);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed.notices, 1, "of another generation");
    cr_assert_eq(bed_stats(&bed)->stale_events, 1);
}
