/* Tests host-sw/dispatch/fragments.c: segments in IP fragments reach the place that has their
 * connection. */
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"
#include "models/wire/bytes.h"
#include "models/wire/checksum.h"

#include <criterion/criterion.h>
#include <string.h>

static struct bed bed;
static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";

static void setup(void) { bed_init(&bed); }

static void teardown(void) { bed_end(&bed); }

TestSuite(fragments, .init = setup, .fini = teardown);

/* Piece 0 has 24 bytes, which are the TCP header and 4 bytes of data. Piece 1 has the other 32
 * bytes. */
static void give(unsigned nic, unsigned piece, uint16_t id, bool damaged)
{
    enum { HEADERS = 14 + 20, FIRST = 24 };
    uint8_t complete[256], frame[256];
    uint32_t len = bed_segment(complete, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, text);
    uint32_t from = piece == 0 ? 0 : FIRST;
    uint32_t bytes = piece == 0 ? FIRST : len - HEADERS - FIRST;
    memcpy(frame, complete, HEADERS);
    memcpy(frame + HEADERS, complete + HEADERS + from, bytes);
    if (damaged)
        frame[HEADERS + bytes - 1] ^= 1;
    uint8_t *ip = frame + 14;
    be16_store(ip + 2, (uint16_t)(20 + bytes));
    be16_store(ip + 4, id);
    be16_store(ip + 6, (uint16_t)((piece == 0 ? 0x2000 : 0) | from / 8));
    be16_store(ip + 10, 0);
    be16_store(ip + 10, checksum_finish(checksum_add(0, ip, 20)));
    fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, HEADERS + bytes);
    fake_run(bed.fake, 1u << nic * NIC_VECTOR_COUNT);
}

Test(fragments, a_reassembled_frame_is_injected_at_the_owner_and_moves_nothing)
{
    bed_start(&bed);
    bed_open(&bed);
    give(1, 1, 77, false);
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_eq(bed_probes(&bed, PROBE_FRAME_ANSWERED), 1);
    uint64_t last_id = bed.fake->next_frame_id;
    give(1, 0, 77, false);
    const struct nic_cmd *inject = fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    struct packet packet;
    packet_parse(fake_memory(bed.fake, inject->list), inject->count, true, &packet);
    cr_assert_eq(packet.kind, PACKET_TCP);
    cr_assert(packet.ip_checksum_ok && packet.tcp_checksum_ok);
    cr_assert_eq(packet.seg.payload_len, 36);
    cr_assert_arr_eq(packet.seg.payload, text, 36);
    cr_assert_eq(inject->frame_id, last_id, "the last fragment's number lives on");
    cr_assert_eq(inject->frame_port, 1);
    cr_assert_eq(bed_view(&bed, 0).rx_if, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0);
    cr_assert_eq(bed_stats(&bed)->reassembled, 1);
}

Test(fragments, the_host_applies_reassembled_frames_to_its_own_connections)
{
    bed.params.offload = OFFLOAD_NONE;
    bed_start(&bed);
    bed.irs = 1000;
    bed_foreign(&bed, 0, 0, bed.irs, 0, TCP_SYN, "");
    const struct nic_cmd *cmd = fake_expect(bed.fake, 0, NIC_CMD_TX_FRAME);
    struct packet packet;
    packet_parse(fake_memory(bed.fake, cmd->list), cmd->count, false, &packet);
    bed.iss = packet.seg.seq;
    bed_foreign(&bed, 0, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "");
    give(0, 0, 5, false);
    give(1, 1, 5, false); /* through the other port */
    cr_assert_eq(bed.read_count, 36);
    cr_assert_arr_eq(bed.read, text, 36);
}

Test(fragments, a_damaged_reassembled_frame_is_dropped)
{
    bed_start(&bed);
    bed_open(&bed);
    give(0, 0, 5, false);
    give(0, 1, 5, true);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_BAD_CHECKSUM], 1);
    cr_assert_null(fake_take(bed.fake, 0));
}

Test(fragments, an_incomplete_one_is_given_up_after_its_time)
{
    bed.params.fragment_timeout_ps = PS_PER_S;
    bed_start(&bed);
    bed_open(&bed);
    give(0, 0, 5, false);
    cr_assert_leq(bed.fake->wait_until_ps, bed.fake->now_ps + PS_PER_S);
    fake_run_at(bed.fake, bed.fake->now_ps + PS_PER_S);
    cr_assert_eq(host_sw_get_fragment_stats(bed.sw)->timeouts, 1);
    give(0, 1, 5, false);
    cr_assert_null(fake_take(bed.fake, 0));
}

Test(fragments, an_overlap_is_dropped_by_name)
{
    bed_start(&bed);
    bed_open(&bed);
    give(0, 0, 5, false);
    give(0, 0, 5, true);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_FRAGMENT_OVERLAP], 1);
}

Test(fragments, with_no_room_configured_they_are_dropped_as_ever)
{
    bed.params.fragment_datagrams = 0;
    bed_start(&bed);
    bed_open(&bed);
    give(0, 0, 5, false);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NOT_TCP], 1);
    cr_assert_null(host_sw_get_fragment_stats(bed.sw));
}

Test(fragments, for_a_datagram_more_than_there_is_room_for_the_oldest_gives_way)
{
    bed.params.fragment_datagrams = 1;
    bed_start(&bed);
    bed_open(&bed);
    give(0, 0, 5, false);
    give(0, 0, 6, false);
    cr_assert_eq(host_sw_get_fragment_stats(bed.sw)->evicted, 1);
    give(0, 1, 6, false);
    fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
}

Test(fragments, a_connection_of_many_fragments_goes_to_the_host)
{
    bed.params.offload_fragments_max = 2;
    bed_start(&bed);
    bed_open(&bed);
    for (uint16_t id = 0; id < 2; id++) {
        give(0, 0, id, false);
        give(0, 1, id, false);
        fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    }
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
    cr_assert_eq(bed_view(&bed, 0).host_reason, HOST_REASON_FRAGMENTS);
}
