/* Tests models/toe/rx/rx_checkpoint.c: when a NIC writes checkpoints, and what they hold (docs/hwif.md, section 10). */
#include "models/hwif/checkpoint.h"
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CONN = 3, OTHER_LINE = 0xaa };

static struct rig rig;
static struct rig_peer peer;
static uint64_t area;

static void begin(uint32_t lines, uint32_t records)
{
    rig_init(&rig);
    rig.params.checkpoint_records = records;
    rig_start(&rig);
    area = rig_alloc(&rig, RIG_CONNS * CHECKPOINT_STRIDE);
    memset(rig.mem + area, OTHER_LINE, RIG_CONNS * CHECKPOINT_STRIDE);
    rig_write32(&rig, 0, NIC_REG_CHECKPOINT_LO, (uint32_t)area);
    rig_write32(&rig, 0, NIC_REG_CHECKPOINT_HI, (uint32_t)(area >> 32));
    rig_write32(&rig, 0, NIC_REG_CHECKPOINT_LINES, lines);
    rig_establish(&rig, &peer, CONN, 0);
}

static struct conn_ctx saved(void)
{
    struct conn_ctx copy;
    memcpy(&copy, rig.mem + area + (size_t)CONN * CHECKPOINT_STRIDE, sizeof copy);
    return copy;
}

static uint64_t written(void) { return toe_engine_stats(rig.nic[0].engine)->checkpoints; }

static void receive(uint32_t segments)
{
    struct nic_record record;
    for (uint32_t i = 0; i < segments; i++) {
        rig_segment(&peer, 0, TCP_ACK | TCP_PSH, "0123456789", 10);
        rig_run(&rig, 5 * PS_PER_US);
        while (rig_take_record(&rig, 0, &record))
            ;
    }
}

Test(toe_checkpoint, the_register_reads_back_and_the_capability_says_so)
{
    begin(2, 1);
    cr_assert(rig_read32(&rig, 0, NIC_REG_CAPABILITIES) & NIC_CAPABILITY_CHECKPOINT);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CHECKPOINT_LO), (uint32_t)area);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CHECKPOINT_LINES), 2);
    rig_write32(&rig, 0, NIC_REG_CHECKPOINT_LINES, 9);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CHECKPOINT_LINES), CHECKPOINT_LINES_MAX);
    rig_end(&rig);
}

Test(toe_checkpoint, each_record_has_a_checkpoint_with_the_same_numbers)
{
    begin(3, 1);
    receive(1);
    struct conn_ctx ctx = saved();
    cr_assert(checkpoint_is_whole(&ctx, 3, CONN, 1));
    cr_assert_eq(ctx.rcv_nxt, peer.seq);
    cr_assert_eq(ctx.tcp_state, TCP_ESTABLISHED);
    uint64_t before = written();
    receive(4);
    cr_assert_eq(written(), before + 4);
    cr_assert_eq(saved().rcv_nxt, peer.seq);
    cr_assert_eq(rig_probe_count(&rig, PROBE_CHECKPOINT, 0), written());
    rig_end(&rig);
}

Test(toe_checkpoint, only_the_lines_asked_for_are_written)
{
    begin(1, 1);
    receive(1);
    const uint8_t *bytes = rig.mem + area + (size_t)CONN * CHECKPOINT_STRIDE;
    struct conn_ctx ctx = saved();
    cr_assert(checkpoint_is_whole(&ctx, 1, CONN, 1));
    cr_assert_eq(bytes[CTX_LINE_BYTES], OTHER_LINE);
    cr_assert_not(checkpoint_is_whole(&ctx, 2, CONN, 1));
    rig_end(&rig);
}

Test(toe_checkpoint, a_checkpoint_stands_for_several_records_or_for_a_new_state)
{
    begin(3, 8);
    uint64_t before = written();
    receive(16);
    cr_assert_eq(written(), before + 2);
    receive(1);
    cr_assert_eq(written(), before + 2);
    rig_segment(&peer, 0, TCP_ACK | TCP_FIN, NULL, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(written(), before + 3, "the state has changed");
    cr_assert_eq(saved().tcp_state, TCP_CLOSE_WAIT);
    rig_end(&rig);
}

Test(toe_checkpoint, without_lines_none_is_written)
{
    begin(0, 1);
    receive(3);
    cr_assert_eq(written(), 0);
    rig_end(&rig);
}

/* The record and its checkpoint are posted writes, and posted writes do not pass each other. */
Test(toe_checkpoint, it_becomes_visible_behind_its_record)
{
    begin(3, 1);
    rig.seen_count = 0;
    receive(1);
    uint32_t record = UINT32_MAX, checkpoint = UINT32_MAX;
    for (uint32_t i = 0; i < rig.seen_count; i++) {
        if (rig.seen[i].kind == PROBE_RECORDED && rig.seen[i].payload.seq == peer.seq)
            record = i;
        if (rig.seen[i].kind == PROBE_CHECKPOINT && rig.seen[i].payload.seq == saved().crc)
            checkpoint = i;
    }
    cr_assert_lt(record, checkpoint);
    cr_assert_lt(checkpoint, rig.seen_count);
    rig_end(&rig);
}

Test(toe_checkpoint, lines_of_two_checkpoints_are_not_whole)
{
    begin(3, 1);
    receive(1);
    struct conn_ctx old = saved();
    receive(1);
    struct conn_ctx ctx = saved();
    cr_assert(checkpoint_is_whole(&ctx, 3, CONN, 1));
    ctx.rtt_start = old.rtt_start;
    cr_assert_not(checkpoint_is_whole(&ctx, 3, CONN, 1));
    cr_assert(checkpoint_is_whole(&ctx, 2, CONN, 1));
    ctx.rx_consumed = old.rx_consumed;
    cr_assert_not(checkpoint_is_whole(&ctx, 2, CONN, 1));
    rig_end(&rig);
}

Test(toe_checkpoint, one_of_another_connection_or_generation_is_not_taken)
{
    begin(3, 1);
    receive(1);
    struct conn_ctx ctx = saved();
    cr_assert_not(checkpoint_is_whole(&ctx, 3, CONN + 1, 1));
    cr_assert_not(checkpoint_is_whole(&ctx, 3, CONN, 2));
    rig_end(&rig);
}
