/* Tests host-sw/life/opening.c, from a SYN to an offloaded connection. */
#include "host-sw/conn/rx_if.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(opening, .init = setup, .fini = teardown);

Test(opening, both_nics_are_probed_and_enabled)
{
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        const struct fake_port *port = &bed.fake->port[nic];
        cr_assert(host_sw_is_up(bed.sw, nic));
        cr_assert_eq(port->regs[NIC_REG_CONTROL / 4], NIC_CONTROL_ENABLE);
        cr_assert_eq(port->regs[NIC_REG_NIC_ID / 4], nic);
        cr_assert_eq(port->regs[NIC_REG_MTU / 4], 1500);
        cr_assert_eq(port->regs[NIC_REG_CHALLENGE_RATE / 4], 334, "a third of 1,000");
        cr_assert_neq(port->regs[NIC_REG_CHALLENGE_KEY / 4], 0);
        cr_assert_neq(port->regs[NIC_REG_LOOKUP_KEY / 4], 0);
        cr_assert_eq(port->cfg[1] & 6, 6, "memory decoding and bus master");
        cr_assert_eq(port->cfg[0x48 / 4] >> 5 & 7, 1, "payload size limited by the device");
        cr_assert_eq(port->cfg[0x48 / 4] >> 12 & 7, 2, "read request size as firmware set it");
        cr_assert_neq(port->cfg[0x80 / 4] & 1u << 31, 0, "MSI-X enabled");
        cr_assert_eq(fake_buffers_left(bed.fake, nic), 64);
    }
}

Test(opening, syn_becomes_reserve_and_install_in_one_doorbell)
{
    uint64_t id = bed_foreign(&bed, 0, 0, 1000, 0, TCP_SYN, "");
    cr_assert_eq(bed.fake->port[0].cmd_doorbells, 1);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    const struct nic_held *held = fake_memory(bed.fake, install->list);
    cr_assert(tcp_image_check(image));
    cr_assert_eq(image->tcp_state, TCP_LISTEN);
    cr_assert_eq(image->generation, 1);
    cr_assert_eq(image->conn_id, install->conn);
    cr_assert_eq(image->owner, 0);
    cr_assert_eq(image->rport, 40000);
    cr_assert_eq(image->lport, 80);
    cr_assert_eq(image->mss, 1460);
    cr_assert_eq(image->offered, CTX_FEATURE_MSS);
    cr_assert_neq(image->rx_ring, 0);
    cr_assert_neq(image->tx_ring, image->rx_ring);
    cr_assert_eq(install->tx_prod, image->snd_nxt + 1);
    cr_assert_eq(install->image, reserve->image);
    cr_assert_eq(install->count, 1);
    cr_assert_eq(held[0].frame_id, id);
    cr_assert_eq(held[0].port, 0);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_OPENING);
    cr_assert_eq(bed_probes(&bed, PROBE_CONN_OPEN), 1);
    const uint8_t *entry = fake_memory(bed.fake, host_sw_conn_entry_address(bed.sw, install->conn));
    cr_assert_eq(entry[0], 0);
}

/* */
Test(opening, a_syn_repeated_on_the_other_port_is_forwarded_and_opens_nothing)
{
    bed_foreign(&bed, 0, 0, 1000, 0, TCP_SYN, "");
    bed_foreign(&bed, 1, 0, 1000, 0, TCP_SYN, "");
    cr_assert_eq(bed.syns, 1);
    cr_assert_eq(host_sw_conn_rows(bed.sw), 1);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    const struct nic_cmd *inject = fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    cr_assert_eq(inject->frame_port, 1);
    cr_assert_null(fake_take(bed.fake, 1));
}

Test(opening, a_syn_for_a_busy_listener_is_dropped)
{
    bed.refuse = bed.busy = true;
    bed_foreign(&bed, 0, 3, 7000, 0, TCP_SYN, "");
    cr_assert_null(fake_take(bed.fake, 0), "no answer");
    cr_assert_eq(bed_stats(&bed)->resets_sent, 0);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_SYN_BACKLOG], 1);
}

/* RFC 9293 3.10.7.2, second and fourth step, and 3.10.7.1 if nobody listens. */
Test(opening, a_listener_drops_what_has_neither_syn_nor_ack)
{
    bed_foreign(&bed, 0, 3, 7000, 0, TCP_FIN, "");
    cr_assert_null(fake_take(bed.fake, 0));
    bed_foreign(&bed, 0, 3, 7000, 0, TCP_PSH, "abc");
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_eq(bed_stats(&bed)->resets_sent, 0);
    bed_foreign(&bed, 0, 3, 7000, 1, TCP_FIN | TCP_ACK, "");
    cr_assert_eq(bed_stats(&bed)->resets_sent, 1, "an ACK is refused");
    bed.refuse = true;
    bed_foreign(&bed, 0, 3, 7000, 0, TCP_FIN, "");
    cr_assert_eq(bed_stats(&bed)->resets_sent, 2, "nobody listens");
}

Test(opening, a_refused_syn_is_reset_on_its_port_and_counted)
{
    bed.refuse = true;
    bed_foreign(&bed, 1, 0, 1000, 0, TCP_SYN, "");
    const struct nic_cmd *tx = fake_expect(bed.fake, 1, NIC_CMD_TX_FRAME);
    struct packet packet;
    packet_parse(fake_memory(bed.fake, tx->list), tx->count, true, &packet);
    cr_assert(packet.ip_checksum_ok && packet.tcp_checksum_ok);
    cr_assert_eq(packet.seg.flags, TCP_RST | TCP_ACK);
    cr_assert_eq(packet.seg.ack, 1001);
    cr_assert_eq(packet.seg.dport, 40000);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NO_LISTENER], 1);
    cr_assert_eq(bed_stats(&bed)->resets_sent, 1);
}

Test(opening, a_segment_of_no_connection_is_reset_but_a_reset_is_not)
{
    bed_foreign(&bed, 0, 3, 1000, 2000, TCP_ACK, "x");
    fake_expect(bed.fake, 0, NIC_CMD_TX_FRAME);
    bed_foreign(&bed, 0, 3, 1000, 2000, TCP_RST, "");
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NO_CONNECTION], 2);
    cr_assert_eq(bed_stats(&bed)->resets_sent, 1);
}

Test(opening, a_frame_with_a_bad_checksum_is_dropped)
{
    uint8_t frame[256];
    uint32_t len = bed_segment(frame, 0, 1000, 0, TCP_SYN, "");
    frame[len - 1] ^= 1;
    fake_give_frame(bed.fake, 0, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 1);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_BAD_CHECKSUM], 1);
    cr_assert_eq(bed.syns, 0);
}

struct address_row {
    char name[48];
    uint32_t src, dst;
    enum drop_reason reason;
};

/* RFC 9293 MUST-57, MUST-63 */
Test(opening, a_syn_to_or_from_no_host_is_dropped_silently)
{
    const uint32_t ours = ip_addr_to_v4(bed.params.ipv4);
    const struct address_row rows[] = {
        {"from a multicast address", 0xe0000005, ours, DROP_BAD_SOURCE},
        {"from the broadcast address", 0xffffffff, ours, DROP_BAD_SOURCE},
        {"from nobody", 0, ours, DROP_BAD_SOURCE},
        {"from ourselves", ours, ours, DROP_BAD_SOURCE},
        {"to a multicast address", 0x0a000002, 0xe0000001, DROP_NOT_OURS},
        {"to the broadcast address", 0x0a000002, 0xffffffff, DROP_NOT_OURS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t frame[256];
        uint64_t before = bed_stats(&bed)->drops.count[rows[i].reason];
        struct packet_out out = {.vlan = VLAN_NONE,
                                 .ip_version = 4,
                                 .ttl = 64,
                                 .dport = 80,
                                 .sport = 40000,
                                 .seq = 1000,
                                 .flags = TCP_SYN};
        memcpy(out.dst_mac, bed.params.mac, 6);
        ip_addr_from_v4(out.src, rows[i].src);
        ip_addr_from_v4(out.dst, rows[i].dst);
        uint32_t len = packet_build(frame, &out, 0);
        fake_give_frame(bed.fake, 0, NIC_VERDICT_NOT_MINE, frame, len);
        fake_run(bed.fake, 1);
        cr_assert_eq(bed_stats(&bed)->drops.count[rows[i].reason], before + 1, "%s", rows[i].name);
        cr_assert_null(fake_take(bed.fake, 0), "%s", rows[i].name);
    }
    cr_assert_eq(bed.syns, 0);
}

/* */
Test(opening, a_connection_that_finds_no_room_opens_on_the_host)
{
    bed_foreign(&bed, 0, 0, 1000, 0, TCP_SYN, "");
    fake_complete(bed.fake, 0, fake_expect(bed.fake, 0, NIC_CMD_RESERVE), NIC_RESULT_FULL);
    fake_complete(bed.fake, 0, fake_expect(bed.fake, 0, NIC_CMD_INSTALL), NIC_RESULT_FULL);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed.closed, 0);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
    cr_assert_eq(bed_stats(&bed)->host_taken[HOST_REASON_REFUSED], 1);
    fake_expect(bed.fake, 0, NIC_CMD_TX_FRAME); /* the SYN-ACK; no entry was reserved */
    cr_assert_null(fake_take(bed.fake, 0));
}

/* */
Test(opening, an_id_rests_before_it_is_used_again_with_the_next_generation)
{
    bed_open(&bed);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    uint64_t rested_ps = bed.fake->now_ps + PS_PER_MS;
    /* All other ids are used first. Then only the id in quarantine is left. */
    for (unsigned i = 1; i < 64; i++)
        bed_foreign(&bed, 0, i, 1000, 0, TCP_SYN, "");
    cr_assert_eq(host_sw_conn_rows(bed.sw), 64);
    cr_assert_lt(bed.fake->now_ps, rested_ps);
    bed_foreign(&bed, 0, 64, 1000, 0, TCP_SYN, "");
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NO_RESOURCE], 1);
    fake_run_at(bed.fake, rested_ps + PS_PER_MS);
    bed_foreign(&bed, 0, 65, 1000, 0, TCP_SYN, "");
    cr_assert_eq(host_sw_conn_rows(bed.sw), 65);
    cr_assert_eq(bed_view(&bed, 64).gen, bed.gen + 1);
}

Test(opening, received_bytes_reach_the_application_and_the_receiving_nic_memory_first)
{
    bed_open(&bed);
    const struct conn_ctx *image = fake_memory(bed.fake, bed.fake->port[0].cmds[0].image);
    uint32_t at = (bed.irs + 1) & (BED_RING_BYTES - 1);
    memcpy(fake_memory(bed.fake, (uint64_t)image->rx_ring * 4096 + at), "hello", 5);
    bed_applied(&bed, 0, 77, bed.gen, 0, 5, 0);
    cr_assert_eq(bed.read_count, 5);
    cr_assert_arr_eq(bed.read, "hello", 5);
    uint32_t stored = 0, used = 0; /* indices in the list of probe events */
    for (uint32_t i = 0; i < bed.event_count; i++) {
        if (bed.events[i].frame.id != 77)
            continue;
        if (bed.events[i].kind == PROBE_RXIF_STORED)
            stored = i;
        if (bed.events[i].kind == PROBE_RECORD_USED)
            used = i;
    }
    cr_assert(stored > 0 && used > stored);
    cr_assert_eq(bed_last_probe(&bed, PROBE_APP_RX)->app_rx.len, 5);
    cr_assert_eq(bed_view(&bed, 0).rx_bytes, 5);
}

Test(opening, written_bytes_ring_once_per_step_and_acknowledged_ones_make_room)
{
    bed_open(&bed);
    cr_assert_eq(host_conn_write(bed.sw, bed.conn, "abc", 3), 3);
    cr_assert_eq(host_conn_write(bed.sw, bed.conn, "def", 3), 3);
    cr_assert_eq(host_conn_writable(bed.sw, bed.conn), BED_RING_BYTES - 6);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed.fake->port[0].doorbell_count, 1);
    const struct nic_doorbell *bell = &bed.fake->port[0].doorbells[0];
    cr_assert_eq(bell->kind, NIC_DOORBELL_TX);
    cr_assert_eq(bell->value, bed.iss + 7);
    bed_applied(&bed, 0, 78, bed.gen, 0, 0, 6);
    cr_assert_eq(bed.writable, 1);
    cr_assert_eq(host_conn_writable(bed.sw, bed.conn), BED_RING_BYTES);
    cr_assert_eq(bed_view(&bed, 0).tx_bytes, 6);
}
