/* Tests host-sw/life/farewell.c: peers whose connection ended with its NIC are reset once. */
#include "host-sw/test/team_bed.h"

#include "host-sw/server/server.h"

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

TestSuite(farewell, .init = setup, .fini = teardown);

static void fail_nic(unsigned nic)
{
    bed.fake->port[nic].dead = true;
    fake_run(bed.fake, 1u << (NIC_BUS_PORT_BIT + nic));
}

static void wait_ps(uint64_t ps) { fake_run_at(bed.fake, bed.fake->now_ps + ps); }

/* Takes the next frame that leaves through this NIC, and skips commands of other kinds. Returns
 * false if there is none. */
static bool sent(unsigned nic, struct packet *packet)
{
    static uint8_t frame[256];
    const struct nic_cmd *cmd;
    do
        cmd = fake_take(bed.fake, nic);
    while (cmd && cmd->op != NIC_CMD_TX_FRAME);
    if (!cmd)
        return false;
    memcpy(frame, fake_memory(bed.fake, cmd->list), cmd->count);
    fake_complete(bed.fake, nic, cmd, NIC_RESULT_OK);
    packet_parse(frame, cmd->count, true, packet);
    cr_assert(packet->ip_checksum_ok && packet->tcp_checksum_ok);
    cr_assert(packet->seg.options & TCP_HAS_TS, "a peer with timestamps drops it without");
    cr_assert_eq(packet->seg.sport, 80);
    cr_assert_eq(packet->seg.dport, 40000);
    return true;
}

static void expect_reset(unsigned nic, uint32_t seq)
{
    struct packet packet;
    cr_assert(sent(nic, &packet));
    cr_assert(packet.seg.flags & TCP_RST);
    cr_assert_eq(packet.seg.seq, seq, "%u, not %u", packet.seg.seq, seq);
}

static void expect_nothing(unsigned nic)
{
    struct packet packet;
    cr_assert_not(sent(nic, &packet));
}

/* The application writes and the NIC is told, but no byte is acknowledged. */
static void write_unacked(uint32_t len)
{
    static const uint8_t bytes[4096];
    cr_assert_eq(host_conn_write(bed.sw, bed.conn, bytes, len), len);
    fake_run(bed.fake, 1u << 31);
}

/* RFC 5961 3.2: only a reset with exactly the next expected number ends a connection. */
Test(farewell, a_silent_peer_gets_one_reset_at_the_number_it_expects)
{
    fail_nic(0);
    expect_reset(1, bed.iss + 1);
    wait_ps(30 * PS_PER_S);
    expect_nothing(1);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed_stats(&bed)->resets_sent, 1);
    cr_assert_eq(bed_stats(&bed)->resets_unasked, 1);
}

Test(farewell, what_was_acknowledged_counts)
{
    write_unacked(1000);
    bed_applied(&bed, 0, 300, bed.gen, 0, 0, 1000);
    fail_nic(0);
    expect_reset(1, bed.iss + 1 + 1000);
    wait_ps(30 * PS_PER_S);
    expect_nothing(1);
}

/* The peer drops a reset below the expected number without an answer, so the host sends a probe. */
Test(farewell, a_peer_that_may_have_received_more_is_asked_and_reset_at_its_answer)
{
    struct packet packet;
    write_unacked(1000);
    fail_nic(0);
    expect_reset(1, bed.iss + 1);
    wait_ps(300 * PS_PER_MS);
    cr_assert(sent(1, &packet));
    cr_assert_eq(packet.seg.flags, TCP_ACK);
    cr_assert_eq(packet.seg.seq, bed.iss, "before everything it can expect");
    cr_assert_eq(packet.seg.payload_len, 0);
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1 + 600, TCP_ACK, "");
    expect_reset(1, bed.iss + 1 + 600);
    wait_ps(30 * PS_PER_S);
    expect_nothing(1);
}

Test(farewell, a_peer_that_does_not_answer_is_asked_five_times)
{
    struct packet packet;
    write_unacked(1000);
    fail_nic(0);
    expect_reset(1, bed.iss + 1);
    for (unsigned i = 0; i < 100; i++)
        wait_ps(200 * PS_PER_MS);
    for (unsigned i = 0; i < 5; i++)
        cr_assert(sent(1, &packet), "probe %u", i);
    expect_nothing(1);
    cr_assert_eq(bed_stats(&bed)->end_probes, 5);
}

/* Frames that were held for a move when the loss was noticed show which number the peer expects. */
Test(farewell, an_acknowledgment_that_came_first_gives_the_number)
{
    write_unacked(1000);
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1 + 1000, TCP_ACK, "");
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1 + 1000, TCP_ACK, "more");
    fail_nic(0);
    expect_reset(1, bed.iss + 1 + 1000);
    wait_ps(30 * PS_PER_S);
    expect_nothing(1);
    cr_assert_eq(bed_stats(&bed)->resets_sent, 1);
}

/* In an upload at line rate hundreds of frames are in flight when the reset is sent. */
Test(farewell, what_was_sent_before_the_reset_arrived_is_not_answered_again)
{
    fail_nic(0);
    expect_reset(1, bed.iss + 1);
    for (unsigned i = 0; i < 8; i++)
        bed_foreign(&bed, 1, 0, bed.irs + 1 + 4 * i, bed.iss + 1, TCP_ACK, "data");
    expect_nothing(1);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NO_CONNECTION], 8);
    /* The reset was lost, so the peer's retransmission is answered. */
    wait_ps(250 * PS_PER_MS);
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "data");
    expect_reset(1, bed.iss + 1);
}

Test(farewell, a_pure_acknowledgment_later_is_reset_too)
{
    fail_nic(0);
    expect_reset(1, bed.iss + 1);
    wait_ps(5 * PS_PER_S);
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "");
    expect_reset(1, bed.iss + 1);
}

Test(farewell, the_tuple_may_be_opened_again_at_once)
{
    fail_nic(0);
    expect_reset(1, bed.iss + 1);
    bed_foreign(&bed, 1, 0, 77000, 0, TCP_SYN, "");
    cr_assert_eq(bed.syns, 2);
    wait_ps(20 * PS_PER_MS);
    expect_nothing(1);
    cr_assert_eq(bed.sw->farewells.count, 0);
}

Test(farewell, a_peer_that_resets_by_itself_is_left_alone)
{
    write_unacked(1000);
    fail_nic(0);
    expect_reset(1, bed.iss + 1);
    bed_foreign(&bed, 1, 0, bed.irs + 1, 0, TCP_RST, "");
    wait_ps(30 * PS_PER_S);
    expect_nothing(1);
}

/* The other NIC may be dead as well; the peer is told when one is back. */
Test(farewell, without_a_usable_port_it_waits_for_one)
{
    fake_post_event(bed.fake, 1, (struct nic_event){.kind = NIC_EVENT_LINK, .a = 0});
    fake_run(bed.fake, 2u << NIC_VECTOR_COUNT);
    fail_nic(0);
    wait_ps(PS_PER_S);
    expect_nothing(1);
    fake_post_event(bed.fake, 1, (struct nic_event){.kind = NIC_EVENT_LINK, .a = 1});
    fake_run(bed.fake, 2u << NIC_VECTOR_COUNT);
    wait_ps(PS_PER_S);
    expect_reset(1, bed.iss + 1);
}

/* The NIC lives, but the context is lost, and no NIC can build the reset. */
Test(farewell, a_lost_context_is_told_to_the_peer_as_well)
{
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_CTX_ERROR);
    expect_reset(0, bed.iss + 1);
    cr_assert_eq(bed.closed, 1);
}

Test(farewell, ends_that_the_peer_knows_of_are_not_told)
{
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    wait_ps(PS_PER_S);
    expect_nothing(0);
    expect_nothing(1);
}

Test(farewell, the_table_forgets_in_the_end)
{
    fail_nic(0);
    cr_assert_eq(bed.sw->farewells.count, 1);
    wait_ps((uint64_t)bed.params.tcp.time_wait_us * PS_PER_US + PS_PER_S);
    cr_assert_eq(bed.sw->farewells.count, 0);
    cr_assert_eq(bed.sw->farewells.next_ps, TIME_NEVER);
}
