/* Tests host-sw/dispatch/foreign.c and host-sw/conn/hold.c: frames that do not move their
 * connection, and frames that are held while it moves. */
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/test/team_bed.h"

#include "host-sw/server/server.h"

#include <criterion/criterion.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(forward, .init = setup, .fini = teardown);

Test(forward, frames_after_install_was_issued_are_forwarded_behind_it)
{
    const struct nic_cmd *reserve;
    bed_move_to_install(&bed, &reserve);
    uint64_t id = bed_foreign(&bed, 0, 0, 1005, bed.iss + 1, TCP_ACK, "late");
    const struct nic_cmd *inject = fake_expect(bed.fake, 1, NIC_CMD_RX_INJECT);
    cr_assert_eq(inject->gen, bed.gen + 1);
    cr_assert_eq(inject->frame_id, id);
    cr_assert_eq(inject->frame_port, 0);
}

/* the frame was on its way to the owner when the owner froze. */
Test(forward, an_injected_frame_that_raced_with_the_freeze_is_dispatched_again)
{
    const struct nic_cmd *reserve;
    bed_move_to_install(&bed, &reserve);
    uint64_t id = bed_foreign(&bed, 0, 0, 1005, bed.iss + 1, TCP_ACK, "late");
    const struct nic_cmd *inject = fake_expect(bed.fake, 1, NIC_CMD_RX_INJECT);
    /* The NIC completes the command before its record says that the frame came too early. */
    fake_complete(bed.fake, 1, inject, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    fake_post_record(bed.fake, 1,
                     (struct nic_record){.conn = bed.conn,
                                         .gen = (uint16_t)(bed.gen + 1),
                                         .verdict = NIC_VERDICT_STALE_INJECT,
                                         .flags = NIC_RECORD_INJECTED | NIC_RECORD_IS_TCP,
                                         .bytes = inject->count,
                                         .frame_id = id,
                                         .mac_time_ps = inject->frame_time_ps,
                                         .buffer = inject->list});
    fake_run(bed.fake, 4);
    const struct nic_cmd *again = fake_expect(bed.fake, 1, NIC_CMD_RX_INJECT);
    cr_assert_eq(again->frame_id, id);
    cr_assert_eq(again->list, inject->list);
}

/* */
Test(forward, frames_beyond_the_hold_limit_are_dropped_by_name)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "first");
    for (unsigned i = 0; i < 70; i++)
        bed_foreign(&bed, 1, 0, 1006 + i, bed.iss + 1, TCP_ACK, "x");
    cr_assert_eq(bed_stats(&bed)->held_frames, 64);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_HOLD_FULL], 7);
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    cr_assert_eq(fake_expect(bed.fake, 1, NIC_CMD_INSTALL)->count, 64);
    cr_assert_gt(bed_stats(&bed)->hold_bytes_max, 64 * 54);
}

/* */
Test(forward, a_syn_for_an_established_connection_goes_to_its_owner_and_moves_nothing)
{
    bed_foreign(&bed, 1, 0, 9000, 0, TCP_SYN, "");
    fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0);
}

/* */
Test(forward, a_fragment_never_moves_anything)
{
    uint8_t frame[256];
    uint32_t len = bed_segment(frame, 0, 1001, bed.iss + 1, TCP_ACK, "12345678");
    frame[14 + 6] = 0x20; /* more fragments */
    fake_give_frame(bed.fake, 1, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 4);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NOT_TCP], 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0);
}

Test(forward, with_moving_off_every_foreign_frame_is_forwarded)
{
    bed.sw->transfers.mechanism = mechanism_find("forward");
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "a");
    bed_foreign(&bed, 1, 0, 1002, bed.iss + 1, TCP_ACK, "b");
    fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    cr_assert_eq(bed_stats(&bed)->forwarded_frames, 2);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 0);
}
