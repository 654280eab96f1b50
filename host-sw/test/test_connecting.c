/* Tests host-sw/life/connecting.c: connections that the server opens, on a NIC and on the host's
 * own TCP. */
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"
#include "models/wire/arp.h"
#include "models/wire/icmp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

enum { PEER_PORT = 9000, PEER_ISS = 700 };

static struct bed bed;
static const uint8_t peer_mac[6] = {2, 7, 7, 7, 7, 7};

static void setup(void) { bed_init(&bed); }

static void teardown(void) { bed_end(&bed); }

TestSuite(connecting, .init = setup, .fini = teardown);

static struct host_connect request_to(uint8_t ip_version)
{
    struct host_connect request = {
        .ip_version = ip_version,
        .rport = PEER_PORT,
        .offer = {.offered = CTX_FEATURE_MSS, .nodelay = true, .cookie = 5}};
    memcpy(request.raddr, ip_version == 4 ? bed.params.ipv4 : bed.params.ipv6, 16);
    request.raddr[15] = 88;
    return request;
}

/* Takes the command with the address request. The tuple's hash chooses its NIC. */
static const struct nic_cmd *take_frame(unsigned *nic, struct packet *packet)
{
    *nic = bed.fake->port[0].cmd_taken < bed.fake->port[0].cmd_count ? 0 : 1;
    const struct nic_cmd *cmd = fake_expect(bed.fake, *nic, NIC_CMD_TX_FRAME);
    packet_parse(fake_memory(bed.fake, cmd->list), cmd->count, true, packet);
    return cmd;
}

static void run(void) { fake_run(bed.fake, 1u << 31); }

static void arp_reply(unsigned nic)
{
    uint8_t frame[64];
    struct arp_message reply = {.op = ARP_REPLY, .sender_ip = 0x0a000058, .target_ip = 0x0a000001};
    memcpy(reply.sender_mac, peer_mac, 6);
    memcpy(reply.target_mac, bed.params.mac, 6);
    uint32_t len = arp_build(frame, bed.params.mac, VLAN_NONE, &reply);
    fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 1u << nic * NIC_VECTOR_COUNT);
}

/* Runs from the call to the RESERVE. Returns the NIC of the RESERVE. */
static unsigned connect_to_reserve(void)
{
    struct host_connect request = request_to(4);
    struct packet packet;
    unsigned nic;
    cr_assert_eq(host_conn_connect(bed.sw, &request, &bed.conn), 0);
    run();
    take_frame(&nic, &packet);
    arp_reply(nic);
    return nic;
}

static uint32_t segment(uint8_t *frame, uint32_t seq, uint32_t ack, uint16_t flags,
                        const char *payload)
{
    struct dir_view view = bed_view(&bed, 0);
    struct packet_out out = {.ip_version = 4,
                             .ttl = 64,
                             .sport = PEER_PORT,
                             .dport = view.key.lport,
                             .seq = seq,
                             .ack = ack,
                             .flags = flags,
                             .window = 1000};
    memcpy(out.dst_mac, bed.params.mac, 6);
    memcpy(out.src_mac, peer_mac, 6);
    memcpy(out.dst, view.key.laddr, 16);
    memcpy(out.src, view.key.raddr, 16);
    uint32_t len = (uint32_t)strlen(payload);
    memcpy(frame + packet_header_bytes(&out), payload, len);
    return packet_build(frame, &out, len);
}

static void give(unsigned nic, uint32_t seq, uint32_t ack, uint16_t flags, const char *payload)
{
    uint8_t frame[2048];
    uint32_t len = segment(frame, seq, ack, flags, payload);
    fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 1u << nic * NIC_VECTOR_COUNT);
}

Test(connecting, the_peer_is_asked_for_and_then_a_nic_gets_an_image_in_syn_sent)
{
    struct host_connect request = request_to(4);
    struct packet packet;
    struct arp_message asked;
    unsigned nic;
    bed_start(&bed);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &bed.conn), 0);
    run();
    const struct nic_cmd *cmd = take_frame(&nic, &packet);
    cr_assert(arp_parse(fake_memory(bed.fake, cmd->list), cmd->count, &packet, &asked));
    cr_assert_eq(asked.op, ARP_REQUEST);
    cr_assert_eq(asked.target_ip, 0x0a000058);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_OPENING);
    arp_reply(nic);
    const struct nic_cmd *reserve = fake_expect(bed.fake, nic, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, nic, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    cr_assert(tcp_image_check(image));
    cr_assert_eq(image->tcp_state, TCP_SYN_SENT);
    cr_assert_eq(image->rport, PEER_PORT);
    cr_assert_geq(image->lport, EPHEMERAL_FIRST);
    cr_assert_eq(image->lport, bed_view(&bed, 0).key.lport);
    cr_assert_arr_eq(image->peer_mac, peer_mac, 6);
    cr_assert_eq(image->snd_nxt + 1, install->tx_prod);
    cr_assert_eq(install->gen, reserve->gen);
    cr_assert_eq(install->count, 0, "no frame is held");
    cr_assert_eq(bed_stats(&bed)->connects, 1);
}

Test(connecting, the_record_of_the_syn_ack_begins_the_numbers_and_tells_the_application)
{
    bed_start(&bed);
    unsigned nic = connect_to_reserve();
    const struct nic_cmd *reserve = fake_expect(bed.fake, nic, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, nic, NIC_CMD_INSTALL);
    fake_complete(bed.fake, nic, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, nic, install, NIC_RESULT_OK);
    bed.irs = PEER_ISS;
    bed.iss = install->tx_prod - 1;
    bed_applied(&bed, nic, bed.fake->next_frame_id++, install->gen, NIC_RECORD_ESTABLISHED, 0, 0);
    cr_assert_eq(bed.established, 1);
    cr_assert_eq(bed_stats(&bed)->connected, 1);
    const struct dir_entry *entry = &bed.sw->dir.entries[bed.conn];
    cr_assert_eq(entry->rx_consumed, PEER_ISS + 1);
    memcpy(fake_memory(bed.fake, entry->rx_ring + ((PEER_ISS + 1) & (BED_RING_BYTES - 1))), "data",
           4);
    bed_applied(&bed, nic, bed.fake->next_frame_id++, install->gen, 0, 4, 0);
    cr_assert_arr_eq(bed.read, "data", 4);
}

/* RFC 9293 3.5: the SYN-ACK's port does not matter, and it never moves the connection. */
Test(connecting, a_syn_ack_on_the_other_port_is_forwarded_to_the_nic_that_sent_the_syn)
{
    bed_start(&bed);
    unsigned nic = connect_to_reserve();
    const struct nic_cmd *reserve = fake_expect(bed.fake, nic, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, nic, NIC_CMD_INSTALL);
    fake_complete(bed.fake, nic, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, nic, install, NIC_RESULT_OK);
    give(1 - nic, PEER_ISS, install->tx_prod, TCP_SYN | TCP_ACK, "");
    cr_assert_eq(fake_expect(bed.fake, nic, NIC_CMD_RX_INJECT)->frame_port, 1 - nic);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0);
}

Test(connecting, the_host_opens_itself_what_no_nic_takes)
{
    struct packet packet;
    unsigned nic;
    bed.params.offload = OFFLOAD_NONE;
    bed_start(&bed);
    nic = connect_to_reserve();
    take_frame(&nic, &packet);
    cr_assert_eq(packet.seg.flags, TCP_SYN);
    cr_assert_eq(packet.seg.mss, 1460);
    give(nic, PEER_ISS, packet.seg.seq + 1, TCP_SYN | TCP_ACK, "");
    cr_assert_eq(bed.established, 1);
    take_frame(&nic, &packet);
    cr_assert_eq(packet.seg.ack, PEER_ISS + 1);
    give(1, PEER_ISS + 1, packet.seg.seq, TCP_ACK, "hello");
    cr_assert_arr_eq(bed.read, "hello", 5);
    host_conn_write(bed.sw, bed.conn, "answer", 6);
    run();
    take_frame(&nic, &packet);
    cr_assert_arr_eq(packet.seg.payload, "answer", 6);
}

/* RFC 9293 figure 7. */
Test(connecting, two_syns_that_cross_open_one_connection)
{
    struct packet syn, syn_ack;
    unsigned nic;
    bed.params.offload = OFFLOAD_NONE;
    bed_start(&bed);
    nic = connect_to_reserve();
    take_frame(&nic, &syn);
    give(nic, PEER_ISS, 0, TCP_SYN, "");
    take_frame(&nic, &syn_ack);
    cr_assert_eq(syn_ack.seg.flags, TCP_SYN | TCP_ACK);
    cr_assert_eq(syn_ack.seg.seq, syn.seg.seq);
    cr_assert_eq(bed.established, 0);
    give(nic, PEER_ISS, syn.seg.seq + 1, TCP_SYN | TCP_ACK, "");
    cr_assert_eq(bed.established, 1);
    cr_assert_eq(host_sw_conn_rows(bed.sw), 1);
}

Test(connecting, a_reset_refuses_it)
{
    struct packet syn;
    unsigned nic;
    bed.params.offload = OFFLOAD_NONE;
    bed_start(&bed);
    nic = connect_to_reserve();
    take_frame(&nic, &syn);
    give(nic, 0, syn.seg.seq + 1, TCP_RST | TCP_ACK, "");
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed_stats(&bed)->connects_failed, 1);
}

/* Gives the host a router's ICMP unreachable about the server's segment with this number. */
static void give_unreachable(unsigned nic, uint8_t code, uint32_t seq)
{
    uint8_t segment_of_peer[256], quoted[256], frame[512];
    struct packet packet;
    packet_parse(segment_of_peer, segment(segment_of_peer, 1, 1, TCP_ACK, ""), false, &packet);
    struct packet_out sent = {.ip_version = 4,
                              .sport = packet.seg.dport,
                              .dport = packet.seg.sport,
                              .seq = seq,
                              .flags = TCP_SYN};
    memcpy(sent.src, packet.dst, 16);
    memcpy(sent.dst, packet.src, 16);
    packet_build(quoted, &sent, 0);
    struct packet_out out = {.ip_version = 4, .ttl = 64};
    memcpy(out.dst_mac, bed.params.mac, 6);
    memcpy(out.dst, bed.params.ipv4, 16);
    ip_addr_from_v4(out.src, 0x0a0000fe);
    uint32_t len = icmp_build(frame, &out, 3, code, 0, quoted + 14, 28);
    fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 1u << nic * NIC_VECTOR_COUNT);
}

struct unreachable_row {
    char name[24];
    uint8_t code;
    uint32_t beyond; /* the SYN with this number was not sent */
    enum nic_term_cause cause;
};

static const struct unreachable_row unreachables[] = {
    {"port", 3, 0, NIC_TERM_PORT_UNREACHABLE}, {"protocol", 2, 0, NIC_TERM_UNREACHABLE},
    {"host: soft", 1, 0, NIC_TERM_NONE},       {"net: soft", 0, 0, NIC_TERM_NONE},
    {"port, forged", 3, 1, NIC_TERM_NONE},
};
enum { UNREACHABLES = sizeof unreachables / sizeof unreachables[0] };

/* RFC 9293 3.9.2.2, MUST-56; RFC 5927 4.1. */
Test(connecting, a_hard_icmp_error_ends_what_the_host_opens_and_a_soft_one_does_not)
{
    for (unsigned i = 0; i < UNREACHABLES; i++) {
        const struct unreachable_row *row = &unreachables[i];
        bool ends = row->cause != NIC_TERM_NONE;
        struct packet syn;
        unsigned nic;
        if (i > 0) {
            bed_end(&bed);
            bed_init(&bed);
        }
        bed.params.offload = OFFLOAD_NONE;
        bed_start(&bed);
        nic = connect_to_reserve();
        take_frame(&nic, &syn);
        give_unreachable(i & 1, row->code, syn.seg.seq + row->beyond);
        cr_assert_eq(bed.closed, ends, "%s", row->name);
        cr_assert_eq(bed.cause, row->cause, "%s", row->name);
        cr_assert_eq(bed_stats(&bed)->connects_failed, ends);
        cr_assert_eq(bed_stats(&bed)->icmp_ignored, row->beyond, "%s", row->name);
        cr_assert_eq(bed_view(&bed, 0).state, ends ? DIR_FREE : DIR_ACTIVE, "%s", row->name);
    }
}

Test(connecting, a_nic_that_opens_is_told_of_an_icmp_error_and_its_end_is_the_connections)
{
    for (unsigned i = 0; i < UNREACHABLES; i++) {
        const struct unreachable_row *row = &unreachables[i];
        if (i > 0) {
            bed_end(&bed);
            bed_init(&bed);
        }
        bed_start(&bed);
        unsigned nic = connect_to_reserve();
        fake_complete(bed.fake, nic, fake_expect(bed.fake, nic, NIC_CMD_RESERVE), NIC_RESULT_OK);
        const struct nic_cmd *install = fake_expect(bed.fake, nic, NIC_CMD_INSTALL);
        uint32_t seq = install->tx_prod - 1;
        uint16_t gen = install->gen;
        /* An error that arrives before the INSTALL is done reaches the NIC after it. */
        if (i & 1)
            fake_complete(bed.fake, nic, install, NIC_RESULT_OK);
        give_unreachable(1 - nic, row->code, seq + row->beyond);
        const struct nic_cmd *cmd = fake_expect(bed.fake, nic, NIC_CMD_ICMP);
        cr_assert_eq(cmd->tx_prod, seq + row->beyond);
        cr_assert_eq(cmd->gen, gen);
        cr_assert_eq((cmd->flags & NIC_CMD_FLAG_HARD) != 0, row->code >= 2, "%s", row->name);
        cr_assert_eq(cmd->notice == NIC_NOTICE_PORT_UNREACHABLE, row->code == 3, "%s", row->name);
        if (!(i & 1))
            fake_complete(bed.fake, nic, install, NIC_RESULT_OK);
        fake_complete(bed.fake, nic, cmd, NIC_RESULT_OK);
        if (row->cause != NIC_TERM_NONE)
            bed_terminated(&bed, nic, gen, row->cause);
        fake_run(bed.fake, 1u << nic * NIC_VECTOR_COUNT);
        cr_assert_eq(bed.closed, row->cause != NIC_TERM_NONE, "%s", row->name);
        cr_assert_eq(bed.cause, row->cause, "%s", row->name);
    }
}

/* Nothing was sent yet, so the error cannot be about this connection. */
Test(connecting, an_icmp_error_while_the_peer_is_asked_for_is_ignored)
{
    struct host_connect request = request_to(4);
    struct packet packet;
    unsigned nic;
    bed_start(&bed);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &bed.conn), 0);
    run();
    take_frame(&nic, &packet);
    give_unreachable(nic, 3, bed.sw->dir.entries[bed.conn].iss);
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_null(fake_take(bed.fake, 1));
    cr_assert_eq(bed_stats(&bed)->icmp_ignored, 1);
    cr_assert_eq(bed.closed, 0);
}

/* RFC 9293 MUST-23: R2 for a SYN is at least three minutes. */
Test(connecting, nobody_answers_and_it_ends_after_three_minutes_at_the_earliest)
{
    struct packet syn;
    unsigned nic, sent = 0;
    bed.params.offload = OFFLOAD_NONE;
    bed_start(&bed);
    nic = connect_to_reserve();
    uint64_t begin_ps = bed.fake->now_ps;
    while (bed.closed == 0) {
        while (bed.fake->port[0].cmd_taken < bed.fake->port[0].cmd_count ||
               bed.fake->port[1].cmd_taken < bed.fake->port[1].cmd_count) {
            const struct nic_cmd *cmd = take_frame(&nic, &syn);
            cr_assert_eq(syn.seg.flags, TCP_SYN);
            fake_complete(bed.fake, nic, cmd, NIC_RESULT_OK);
            sent++;
        }
        run();
        if (bed.closed == 0)
            fake_run_at(bed.fake, bed.fake->wait_until_ps);
    }
    cr_assert_eq(bed.cause, NIC_TERM_HANDSHAKE_TIMEOUT);
    cr_assert_eq(sent, 8);
    cr_assert_geq(bed.fake->now_ps - begin_ps, 180 * PS_PER_S);
}

Test(connecting, a_peer_that_is_not_there_is_asked_three_times)
{
    struct host_connect request = request_to(4);
    struct packet packet;
    unsigned nic;
    bed_start(&bed);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &bed.conn), 0);
    run();
    for (int i = 0; i < NEIGHBOUR_TRIES; i++) {
        take_frame(&nic, &packet);
        cr_assert_eq(bed.closed, 0);
        fake_run_at(bed.fake, bed.fake->wait_until_ps);
    }
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_UNREACHABLE);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_FREE);
    cr_assert_eq(bed.fake->wait_until_ps, TIME_NEVER, "nothing is left to wait for");
}

Test(connecting, a_known_neighbour_is_not_asked_again)
{
    struct host_connect request = request_to(4);
    uint32_t conn;
    bed_start(&bed);
    connect_to_reserve();
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), 0);
    run();
    cr_assert_neq(bed_view(&bed, 0).key.lport, bed_view(&bed, 1).key.lport);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        for (const struct nic_cmd *cmd; (cmd = fake_take(bed.fake, nic)) != NULL;)
            cr_assert_neq(cmd->op, NIC_CMD_TX_FRAME);
}

Test(connecting, over_ipv6_the_neighbour_is_solicited)
{
    struct host_connect request = request_to(6);
    struct packet packet;
    struct icmp_message asked;
    unsigned nic;
    uint8_t frame[128];
    bed_start(&bed);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &bed.conn), 0);
    run();
    const struct nic_cmd *cmd = take_frame(&nic, &packet);
    cr_assert_eq(icmp_parse(fake_memory(bed.fake, cmd->list), &packet, &asked), ICMP_GOOD);
    cr_assert_eq(asked.kind, ICMP_NEIGHBOUR_SOLICITATION);
    cr_assert_arr_eq(asked.target, request.raddr, 16);
    cr_assert_arr_eq(asked.link, bed.params.mac, 6);
    static const uint8_t group_mac[6] = {0x33, 0x33, 0xff, 0, 0, 88};
    cr_assert_arr_eq(packet.dst_mac, group_mac, 6);
    struct packet_out out = {.ip_version = 6, .ttl = 255};
    memcpy(out.dst_mac, bed.params.mac, 6);
    memcpy(out.src_mac, peer_mac, 6);
    memcpy(out.src, request.raddr, 16);
    memcpy(out.dst, bed.params.ipv6, 16);
    uint32_t len = icmp_build_advertisement(frame, &out, request.raddr, peer_mac, true);
    fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 3);
    fake_expect(bed.fake, nic, NIC_CMD_RESERVE);
    const struct conn_ctx *image =
        fake_memory(bed.fake, fake_expect(bed.fake, nic, NIC_CMD_INSTALL)->image);
    cr_assert_eq(image->ip_version, 6);
    cr_assert_eq(image->mss, 1440);
}

Test(connecting, an_abort_while_the_peer_is_asked_for_ends_it)
{
    struct host_connect request = request_to(4);
    struct packet packet;
    unsigned nic;
    bed_start(&bed);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &bed.conn), 0);
    host_conn_abort(bed.sw, bed.conn);
    run();
    take_frame(&nic, &packet);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_LOCAL_ABORT);
    arp_reply(nic);
    cr_assert_null(fake_take(bed.fake, 0), "nobody waits for it any more");
    cr_assert_null(fake_take(bed.fake, 1));
}

Test(connecting, impossible_requests_are_refused_at_once)
{
    struct host_connect request = request_to(4);
    uint32_t conn;
    bed_start(&bed);
    request.lport = 1234;
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), 0);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), -EADDRINUSE);
    request = request_to(4);
    request.rport = 0;
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), -EINVAL);
    request = request_to(4);
    memcpy(request.raddr, bed.params.ipv4, 16);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), -EINVAL, "ourselves");
    request.raddr[12] = 224;
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), -EINVAL, "a group");
    request = request_to(5);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), -EINVAL);
    bed.sw->ports.usable[0] = bed.sw->ports.usable[1] = false;
    request = request_to(4);
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), -ENETDOWN);
}

Test(connecting, a_link_that_goes_down_moves_it_in_syn_sent)
{
    bed_start(&bed);
    unsigned nic = connect_to_reserve(), other = 1 - nic;
    const struct nic_cmd *reserve = fake_expect(bed.fake, nic, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, nic, NIC_CMD_INSTALL);
    fake_complete(bed.fake, nic, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, nic, install, NIC_RESULT_OK);
    fake_run(bed.fake, 10);
    fake_post_event(bed.fake, nic, (struct nic_event){.kind = NIC_EVENT_LINK, .a = 0});
    fake_run(bed.fake, 10);
    const struct nic_cmd *freeze = fake_expect(bed.fake, nic, NIC_CMD_FREEZE);
    fake_expect(bed.fake, other, NIC_CMD_RESERVE);
    struct conn_ctx *image = fake_memory(bed.fake, freeze->image);
    image->generation = freeze->gen;
    tcp_image_seal(image);
    fake_complete(bed.fake, nic, freeze, NIC_RESULT_OK);
    fake_run(bed.fake, 10);
    const struct nic_cmd *again = fake_expect(bed.fake, other, NIC_CMD_INSTALL);
    const struct conn_ctx *moved = fake_memory(bed.fake, again->image);
    cr_assert_eq(moved->tcp_state, TCP_SYN_SENT);
    cr_assert_eq(again->tx_prod, install->tx_prod);
    cr_assert_eq(again->gen, install->gen + 1);
}
