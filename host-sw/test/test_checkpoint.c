/* Tests host-sw/team/checkpoint.c: a connection of a dead NIC goes on with what its checkpoint has kept. */
#include "models/hwif/checkpoint.h"

#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>
#include <string.h>

enum { COMMAND = 0x04, RECEIVED = 100, MSS = 1400, LINES = 3, COUNT = 7 };

static struct bed bed;

static void begin(void)
{
    bed_init(&bed);
    for (size_t i = 0; i < mechanism_count; i++)
        if (strcmp(mechanism_table[i]->name, "checkpoint") == 0)
            bed.params.mechanism = (uint8_t)i;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        bed.fake->port[nic].regs[NIC_REG_VERSION / 4] = 2;
        bed.fake->port[nic].regs[NIC_REG_CAPABILITIES / 4] =
            NIC_CAPABILITY_RECORDED | NIC_CAPABILITY_CHECKPOINT;
    }
    bed_start(&bed);
    bed_open(&bed);
    fake_post_record(bed.fake, 0,
                     (struct nic_record){.conn = bed.conn,
                                         .gen = bed.gen,
                                         .verdict = NIC_VERDICT_APPLIED,
                                         .tcp_state = TCP_ESTABLISHED,
                                         .bytes = 60,
                                         .mac_time_ps = bed.fake->now_ps,
                                         .frame_id = bed.fake->next_frame_id++,
                                         .rcv_nxt = bed.irs + 1 + RECEIVED,
                                         .snd_una = bed.iss + 1,
                                         .snd_wnd = 7000,
                                         .mss = MSS});
    fake_run(bed.fake, 1);
}

/* Writes a checkpoint as the NIC does. It is from before the last record. */
static struct conn_ctx *save(uint16_t gen)
{
    const uint32_t *regs = bed.fake->port[0].regs;
    uint64_t area = regs[NIC_REG_CHECKPOINT_LO / 4] | (uint64_t)regs[NIC_REG_CHECKPOINT_HI / 4]
                                                          << 32;
    struct conn_ctx *saved = fake_memory(bed.fake, area + (uint64_t)bed.conn * CHECKPOINT_STRIDE);
    *saved = (struct conn_ctx){.version = CTX_VERSION,
                               .conn_id = bed.conn,
                               .generation = gen,
                               .tcp_state = TCP_ESTABLISHED,
                               .rcv_nxt = bed.irs + 1 + RECEIVED - 50,
                               .snd_una = bed.iss + 1,
                               .max_snd_wnd = 9000,
                               .cwnd = 70000,
                               .ssthresh = 30000,
                               .srtt = 800,
                               .rttvar = 100,
                               .rto = 200000};
    checkpoint_stamp(saved, checkpoint_number(gen, COUNT));
    return saved;
}

/* NIC 0 dies, and the host reads what it has left. Returns the image for NIC 1. */
static const struct conn_ctx *die(void)
{
    while (fake_take(bed.fake, 0))
        ;
    bed.fake->port[0].cfg[COMMAND / 4] = 1u << 20;
    fake_run(bed.fake, 1u << NIC_BUS_PORT_BIT);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_US);
    (void)fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    return fake_memory(bed.fake, fake_expect(bed.fake, 1, NIC_CMD_INSTALL)->image);
}

static void expect_rebuilt_from_records(const struct conn_ctx *image)
{
    cr_assert_eq(image->srtt, 0);
    cr_assert_neq(image->ssthresh, 30000);
    cr_assert_eq(image->rcv_nxt, bed.irs + 1 + RECEIVED);
    cr_assert_eq(bed_stats(&bed)->checkpoints_used, 0);
    cr_assert_eq(bed_stats(&bed)->checkpoints_refused, 1);
    cr_assert_eq(bed.closed, 0);
}

Test(checkpoint, the_driver_tells_the_nics_where_and_how_many_lines)
{
    begin();
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        const uint32_t *regs = bed.fake->port[nic].regs;
        cr_assert_neq(regs[NIC_REG_CHECKPOINT_LO / 4], 0);
        cr_assert_eq(regs[NIC_REG_CHECKPOINT_LINES / 4], LINES);
    }
    bed_end(&bed);
}

Test(checkpoint, a_connection_keeps_its_threshold_and_its_round_trip_time)
{
    begin();
    (void)save(bed.gen);
    const struct conn_ctx *image = die();
    cr_assert(tcp_image_check(image));
    cr_assert_eq(image->srtt, 800);
    cr_assert_eq(image->rto, 200000);
    cr_assert_eq(image->ssthresh, 30000);
    cr_assert_leq(image->cwnd, 10 * MSS, "one initial window");
    cr_assert_eq(image->max_snd_wnd, 9000);
    cr_assert_eq(image->rcv_nxt, bed.irs + 1 + RECEIVED, "the record is newer");
    cr_assert_eq(bed_stats(&bed)->checkpoints_used, 1);
    cr_assert_eq(bed_stats(&bed)->checkpoints_refused, 0);
    bed_end(&bed);
}

Test(checkpoint, a_torn_one_is_not_used)
{
    begin();
    save(bed.gen)->rx_consumed = checkpoint_number(bed.gen, COUNT - 1);
    expect_rebuilt_from_records(die());
    bed_end(&bed);
}

Test(checkpoint, one_of_another_generation_is_not_used)
{
    begin();
    (void)save((uint16_t)(bed.gen - 1));
    expect_rebuilt_from_records(die());
    bed_end(&bed);
}

Test(checkpoint, memory_that_was_never_written_is_none)
{
    begin();
    expect_rebuilt_from_records(die());
    bed_end(&bed);
}
