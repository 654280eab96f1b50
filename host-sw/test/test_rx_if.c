/* Tests host-sw/conn/rx_if.c: the receiving NIC in host memory never goes back in MAC time. */
#include "host-sw/conn/rx_if.h"
#include "host-sw/life/offload.h"
#include "host-sw/test/team_bed.h"

#include "host-sw/server/server.h"

#include <criterion/criterion.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
    fake_run_at(bed.fake, bed.fake->now_ps + PS_PER_US);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(rx_if, .init = setup, .fini = teardown);

static const struct team_conn_entry *stored_of(uint32_t conn)
{
    return fake_memory(bed.fake, host_sw_conn_entry_address(bed.sw, conn));
}

static void expect_stored(unsigned nic, uint64_t frame_id, uint64_t mac_time_ps)
{
    const struct team_conn_entry *stored = stored_of(bed.conn);
    cr_assert_eq(stored->rx_if, nic);
    cr_assert_eq(stored->frame_id, frame_id);
    cr_assert_eq(stored->mac_time_ps, mac_time_ps);
    cr_assert_eq(host_sw_conn_rows(bed.sw), 1);
    cr_assert_eq(bed_view(&bed, 0).rx_if, nic, "the directory says the same");
}

/* Gives a record of the connection's NIC about a frame with this MAC time. The frame arrived on
 * `port`. */
static void record(unsigned nic, unsigned port, uint64_t frame_id, uint64_t mac_time_ps)
{
    fake_post_record(bed.fake, nic,
                     (struct nic_record){.conn = bed.conn,
                                         .gen = bed.gen,
                                         .nic = (uint8_t)port,
                                         .verdict = NIC_VERDICT_APPLIED,
                                         .flags = port == nic ? 0 : NIC_RECORD_INJECTED,
                                         .tcp_state = TCP_ESTABLISHED,
                                         .mac_time_ps = mac_time_ps,
                                         .frame_id = frame_id,
                                         .rcv_nxt = bed.irs + 1,
                                         .snd_una = bed.iss + 1});
    fake_run(bed.fake, 1u << nic * NIC_VECTOR_COUNT);
}

/* Gives a whole frame of the connection with this MAC time from a NIC that does not own the
 * connection. */
static uint64_t foreign(unsigned nic, uint64_t mac_time_ps)
{
    uint8_t frame[256];
    struct fake_port *port = &bed.fake->port[nic];
    uint32_t len = bed_segment(frame, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "x");
    uint64_t id = fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    uint32_t slot = (port->record_producer - 1) % (1u << bed.params.ring_log2_record);
    uint64_t base = (uint64_t)port->regs[NIC_REG_RECORD_RING / 4 + 1] << 32 |
                    port->regs[NIC_REG_RECORD_RING / 4];
    struct nic_record *last = fake_memory(bed.fake, base + slot * sizeof *last);
    cr_assert_eq(last->frame_id, id);
    last->mac_time_ps = mac_time_ps;
    fake_run(bed.fake, 1u << nic * NIC_VECTOR_COUNT);
    return id;
}

Test(rx_if, a_record_of_the_owner_about_an_older_frame_changes_nothing)
{
    uint64_t now_ps = bed.fake->now_ps;
    record(0, 0, 300, now_ps + 20);
    record(0, 1, 301, now_ps + 10);
    expect_stored(0, 300, now_ps + 20);
    const struct probe_event *stored = bed_last_probe(&bed, PROBE_RXIF_STORED);
    cr_assert_eq(stored->stored.id, 301);
    cr_assert_eq(stored->stored.is_older, 1, "observers are told that it was kept");
}

Test(rx_if, a_record_of_a_later_frame_is_stored)
{
    uint64_t now_ps = bed.fake->now_ps;
    record(0, 0, 300, now_ps + 20);
    record(0, 1, 301, now_ps + 21);
    expect_stored(1, 301, now_ps + 21);
    cr_assert_eq(bed_last_probe(&bed, PROBE_RXIF_STORED)->stored.is_older, 0);
}

/* The record is read late, after the connection has moved on. */
Test(rx_if, an_older_foreign_frame_changes_nothing)
{
    uint64_t now_ps = bed.fake->now_ps;
    record(0, 0, 300, now_ps + 20);
    foreign(1, now_ps + 10);
    expect_stored(0, 300, now_ps + 20);
}

Test(rx_if, a_later_foreign_frame_is_stored_though_it_is_held)
{
    uint64_t now_ps = bed.fake->now_ps;
    record(0, 0, 300, now_ps + 20);
    uint64_t id = foreign(1, now_ps + 30);
    fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    expect_stored(1, id, now_ps + 30);
}

/* One step reads the records of both NICs. Those of NIC 0 come first, whatever their times are. */
Test(rx_if, two_records_of_one_step_are_ordered_by_mac_time)
{
    uint64_t now_ps = bed.fake->now_ps;
    record(0, 0, 300, now_ps + 20);
    fake_post_record(bed.fake, 1,
                     (struct nic_record){.conn = bed.conn,
                                         .gen = bed.gen,
                                         .nic = 1,
                                         .verdict = NIC_VERDICT_APPLIED,
                                         .tcp_state = TCP_ESTABLISHED,
                                         .mac_time_ps = now_ps + 30,
                                         .frame_id = 301,
                                         .rcv_nxt = bed.irs + 1,
                                         .snd_una = bed.iss + 1});
    record(0, 0, 302, now_ps + 40);
    expect_stored(0, 302, now_ps + 40);
}

/* The host's own TCP gets its frames in the same way. */
Test(rx_if, an_older_frame_of_a_connection_of_the_host_changes_nothing)
{
    host_sw_request_place(bed.sw, bed.conn, true);
    fake_run(bed.fake, 1u << 31);
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
    uint64_t now_ps = bed.fake->now_ps;
    uint64_t id = foreign(1, now_ps + 30);
    foreign(0, now_ps + 20);
    expect_stored(1, id, now_ps + 30);
}

Test(rx_if, a_connection_that_the_server_opens_has_received_nothing_yet)
{
    struct host_connect request = {.ip_version = 4, .rport = 80, .offer = {.nodelay = true}};
    for (int i = 0; i < 16; i++)
        request.raddr[i] = bed.params.ipv4[i];
    request.raddr[15] = 77;
    request.vlan = VLAN_NONE;
    uint32_t conn;
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), 0);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(stored_of(conn)->rx_if, TEAM_RX_IF_NONE);
    cr_assert_eq(stored_of(conn)->conn, conn);
}
