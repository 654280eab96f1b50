/* Tests host-sw/mechanism/mech_forward_then_move.c: the first foreign frames are relayed, and then the move goes on. */
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/policy/move_owner.h"
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"
#include "models/base/units.h"

#include <criterion/criterion.h>
#include <string.h>

static struct bed bed;

static void set_frames(uint64_t frames)
{
    const struct mechanism_ops *mechanism = bed.sw->transfers.mechanism;
    unsigned char *values = bed.sw->params.own;
    size_t offset =
        (size_t)((const unsigned char *)move_owner_values(&mechanism->own, values) - values);
    memcpy(values + offset, &frames, sizeof frames);
}

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
    bed.sw->transfers.mechanism = mechanism_find("forward-then-move");
    cr_assert_not_null(bed.sw->transfers.mechanism);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(forward_then_move, .init = setup, .fini = teardown);

static void foreign(uint32_t seq, const char *payload)
{
    bed_foreign(&bed, 1, 0, seq, bed.iss + 1, TCP_ACK, payload);
}

/* NIC 0 applies the frame that it was given. rcv is the offset in the stream behind it. */
static void relayed_is_applied(uint32_t rcv)
{
    const struct nic_cmd *inject = fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    fake_complete(bed.fake, 0, inject, NIC_RESULT_OK);
    bed_applied(&bed, 0, inject->frame_id, bed.gen, NIC_RECORD_INJECTED, rcv, 0);
}

/* Runs from the FREEZE that is due to the end of the move. Returns the number of frames that INSTALL brings. */
static uint32_t move(void)
{
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    bed_frozen(&bed, 0, freeze);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    uint32_t count = install->count;
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].completed, 1);
    return count;
}

Test(forward_then_move, goes_on_when_the_source_has_applied_the_first_foreign_frame)
{
    foreign(1001, "one");
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE, "the source serves it meanwhile");
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 1);
    cr_assert_null(fake_take(bed.fake, 1), "the destination need not know yet");
    cr_assert_eq(bed_probes(&bed, PROBE_TRANSFER_MARK), 0);
    relayed_is_applied(3);
    cr_assert_eq(bed_last_probe(&bed, PROBE_TRANSFER_MARK)->mark.mark, MARK_OWN);
    cr_assert_eq(move(), 0, "no frame was held");
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_END)->move_end.forwarded, 1);
}

Test(forward_then_move, waits_for_as_many_frames_as_the_key_says)
{
    set_frames(2);
    foreign(1001, "one");
    relayed_is_applied(3);
    cr_assert_null(fake_take(bed.fake, 0));
    foreign(1004, "two");
    relayed_is_applied(6);
    cr_assert_eq(move(), 0);
}

Test(forward_then_move, frames_behind_the_last_one_are_relayed_until_the_freeze_and_then_held)
{
    foreign(1001, "one");
    foreign(1004, "two");
    relayed_is_applied(3);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_FREEZING);
    foreign(1007, "six");
    const struct nic_cmd *inject = fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT);
    fake_complete(bed.fake, 0, inject, NIC_RESULT_OK);
    bed_applied(&bed, 0, inject->frame_id, bed.gen, NIC_RECORD_INJECTED, 6, 0);
    cr_assert_eq(move(), 1, "the frame that arrived behind FREEZE");
}

Test(forward_then_move, a_late_move_waits_for_no_further_frame)
{
    set_frames(2);
    foreign(1001, "one");
    relayed_is_applied(3);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_MS);
    cr_assert_eq(bed_stats(&bed)->moves_late, 1);
    move();
    cr_assert_eq(bed_probes(&bed, PROBE_TRANSFER_MARK), 0);
}

/* The source may have lost its port, so frames that it is given may never be answered. */
Test(forward_then_move, a_lost_link_moves_at_once)
{
    set_frames(5);
    fake_post_event(
        bed.fake, 0,
        (struct nic_event){.kind = NIC_EVENT_LINK, .a = 0, .link_ps = bed.fake->now_ps - 3});
    fake_run(bed.fake, 2);
    move();
}

Test(forward_then_move, stays_when_the_destination_is_lost)
{
    set_frames(2);
    foreign(1001, "one");
    relayed_is_applied(3);
    bed.fake->port[1].dead = true;
    bed.sw->recovery[1].suspect = true;
    fake_run(bed.fake, 1u << 31);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].failed, 1);
    cr_assert_eq(bed_view(&bed, 0).owner, 0);
    cr_assert_eq(bed.closed, 0);
}

Test(forward_then_move, an_end_while_it_waits_cancels_the_move)
{
    set_frames(2);
    foreign(1001, "one");
    relayed_is_applied(3);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 1);
    cr_assert_eq(bed.closed, 1);
}
