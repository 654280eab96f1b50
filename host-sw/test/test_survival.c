/* Tests host-sw/team/survival.c: the connections of a dead NIC go on at the other one, or end as before. */
#include "host-sw/test/team_bed.h"

#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"

#include <criterion/criterion.h>
#include <string.h>

enum { COMMAND = 0x04, RECORDED_BYTES = 100, WRITTEN_BYTES = 300 };

static struct bed bed;

static void choose(const char *mechanism, bool recorded)
{
    for (size_t i = 0; i < mechanism_count; i++)
        if (strcmp(mechanism_table[i]->name, mechanism) == 0)
            bed.params.mechanism = (uint8_t)i;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        bed.fake->port[nic].regs[NIC_REG_VERSION / 4] = 2;
        bed.fake->port[nic].regs[NIC_REG_CAPABILITIES / 4] =
            recorded ? (uint32_t)NIC_CAPABILITY_RECORDED : 0;
    }
}

static void begin(const char *mechanism, bool recorded)
{
    bed_init(&bed);
    choose(mechanism, recorded);
    bed_start(&bed);
    bed_open(&bed);
}

static void post(unsigned nic, uint8_t tcp_state, uint8_t flags, uint32_t rcv, uint32_t snd)
{
    fake_post_record(bed.fake, nic,
                     (struct nic_record){.conn = bed.conn,
                                         .gen = bed.gen,
                                         .nic = (uint8_t)nic,
                                         .verdict = NIC_VERDICT_APPLIED,
                                         .flags = flags,
                                         .tcp_state = tcp_state,
                                         .bytes = 60,
                                         .mac_time_ps = bed.fake->now_ps,
                                         .frame_id = bed.fake->next_frame_id++,
                                         .rcv_nxt = bed.irs + 1 + rcv,
                                         .snd_una = bed.iss + 1 + snd,
                                         .snd_wnd = 7000,
                                         .ts_recent = 4711,
                                         .mss = 1400,
                                         .scales = 2 | 3 << 4,
                                         .features = CTX_FEATURE_TS | CTX_FEATURE_WS});
}

/* The NIC loses its bus master bit, so it is fenced, and the root port reports an error. */
static void die(unsigned nic)
{
    bed.fake->port[nic].cfg[COMMAND / 4] = 1u << 20;
    fake_run(bed.fake, 1u << (NIC_BUS_PORT_BIT + nic));
}

static void last_look(void) { fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_US); }

Test(survival, a_connection_goes_on_with_what_the_last_record_says)
{
    begin("rebuild", true);
    uint8_t bytes[WRITTEN_BYTES] = {1};
    (void)host_conn_write(bed.sw, bed.conn, bytes, sizeof bytes);
    post(0, TCP_ESTABLISHED, 0, RECORDED_BYTES, 40);
    fake_run(bed.fake, 1);
    uint16_t gen = bed.gen;
    while (fake_take(bed.fake, 0))
        ;
    die(0);
    cr_assert_eq(bed_stats(&bed)->nics_lost, 1);
    cr_assert_eq(bed.closed, 0);
    post(0, TCP_ESTABLISHED, 0, RECORDED_BYTES + 50,
         60); /* becomes visible after the driver has noticed */
    last_look();
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    cr_assert(tcp_image_check(image));
    cr_assert_eq(install->gen, (uint16_t)(gen + 1));
    cr_assert_eq(image->generation, install->gen);
    cr_assert_eq(image->tcp_state, TCP_ESTABLISHED);
    cr_assert_eq(image->rcv_nxt, bed.irs + 1 + RECORDED_BYTES + 50);
    cr_assert_eq(image->snd_una, bed.iss + 1 + 60);
    cr_assert_eq(image->snd_nxt, image->snd_una, "everything in doubt is sent again");
    cr_assert_eq(image->snd_max, bed.iss + 1 + WRITTEN_BYTES, "the dead NIC may have sent it");
    cr_assert_eq(image->snd_wnd, 7000);
    cr_assert_eq(image->ts_recent, 4711);
    cr_assert_eq(image->mss, 1400);
    cr_assert_eq(image->snd_ws, 2);
    cr_assert_eq(image->rcv_ws, 3);
    cr_assert_eq(image->features, CTX_FEATURE_TS | CTX_FEATURE_WS);
    cr_assert_eq(image->srtt, 0, "the RTT is measured anew");
    cr_assert_leq(image->cwnd, 10 * 1400, "one initial window (RFC 6928)");
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 2u << NIC_VECTOR_COUNT);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE);
    cr_assert_eq(bed.closed, 0);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_REBUILD].completed, 1);
    bed_end(&bed);
}

Test(survival, a_fin_that_the_dead_nic_was_told_of_counts_as_sent)
{
    begin("rebuild", true);
    post(0, TCP_CLOSE_WAIT, NIC_RECORD_PEER_FIN, 1, 0);
    fake_run(bed.fake, 1);
    host_conn_close(bed.sw, bed.conn);
    fake_run(bed.fake, 1u << 31);
    die(0);
    last_look();
    (void)fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct conn_ctx *image =
        fake_memory(bed.fake, fake_expect(bed.fake, 1, NIC_CMD_INSTALL)->image);
    cr_assert_eq(image->tcp_state, TCP_LAST_ACK);
    cr_assert_eq(image->snd_max, bed.iss + 2);
    cr_assert_eq(image->snd_nxt, bed.iss + 1);
    cr_assert(image->flags & CTX_FLAG_PEER_FIN);
    bed_end(&bed);
}

/* The FIN's acknowledgment closed the connection, but the NIC died before its event was in memory. */
Test(survival, a_connection_whose_end_is_recorded_ends_in_order)
{
    begin("rebuild", true);
    post(0, TCP_CLOSE_WAIT, NIC_RECORD_PEER_FIN, 1, 0);
    fake_run(bed.fake, 1);
    host_conn_close(bed.sw, bed.conn);
    fake_run(bed.fake, 1u << 31);
    post(0, TCP_CLOSED, NIC_RECORD_PEER_FIN, 1, 1);
    fake_run(bed.fake, 1);
    die(0);
    last_look();
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_NONE);
    cr_assert_eq(bed_stats(&bed)->closed, 1);
    bed_end(&bed);
}

Test(survival, a_nic_that_acknowledges_what_it_has_not_recorded_takes_its_connections_along)
{
    begin("rebuild", false);
    die(0);
    last_look();
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_ENGINE_ERROR);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_REBUILD].started, 0);
    bed_end(&bed);
}

Test(survival, records_that_make_no_sense_end_the_connection)
{
    begin("rebuild", true); /* the records of bed_open() have no MSS */
    die(0);
    last_look();
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_ENGINE_ERROR);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_REBUILD].failed, 1);
    bed_end(&bed);
}

/* The source is dead, and its image may be torn. */
Test(survival, a_move_whose_source_dies_becomes_a_rebuild)
{
    begin("rebuild", true);
    post(0, TCP_ESTABLISHED, 0, RECORDED_BYTES, 0);
    fake_run(bed.fake, 1);
    bed_foreign(&bed, 1, 0, bed.irs + 1 + RECORDED_BYTES, bed.iss + 1, TCP_ACK, "held");
    (void)fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    uint16_t reserved = fake_expect(bed.fake, 1, NIC_CMD_RESERVE)->gen;
    die(0);
    last_look();
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_eq(install->gen, reserved, "the reservation of the move is used");
    cr_assert_eq(install->count, 1, "the frame that was held for the move");
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].failed, 1);
    bed_end(&bed);
}

/* The destination may have become active before it died, so the image that it was given is of no use. */
Test(survival, a_move_whose_destination_dies_is_rebuilt_at_its_source)
{
    const struct nic_cmd *reserve;
    begin("rebuild", true);
    post(0, TCP_ESTABLISHED, 0, RECORDED_BYTES, 0);
    fake_run(bed.fake, 1);
    const struct nic_cmd *given = bed_move_to_install(&bed, &reserve);
    uint16_t gen = given->gen;
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    die(1);
    last_look();
    (void)fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    (void)fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    cr_assert_eq(install->gen, (uint16_t)(gen + 1));
    cr_assert_eq(bed.closed, 0);
    bed_end(&bed);
}
