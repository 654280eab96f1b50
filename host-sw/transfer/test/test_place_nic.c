/* Tests host-sw/transfer/place_nic.c with a command ring, or a push window, of four entries: an INSTALL waits until one is free. */
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>

static struct bed bed;

/* Returns the time at which T8 of the connection's move was marked, or 0 if it was not. */
static uint64_t install_issued_ps(void)
{
    for (uint32_t i = bed.event_count; i > 0; i--) {
        const struct probe_event *event = &bed.events[i - 1];
        if (event->kind == PROBE_MOVE_MARK && event->mark.mark == MARK_INSTALL_ISSUED &&
            event->conn == bed.conn)
            return event->mark.at_ps;
    }
    return 0;
}

/* Moves a connection while commands fill the ring of the destination, or all slots of its push window. */
static void move_behind_a_full_ring(void)
{
    bed_start(&bed);
    bed_open(&bed);
    struct bed first = bed;
    const struct nic_cmd *opening[4]; /* two openings fill the ring of the destination */
    for (unsigned client = 1; client < 3; client++) {
        bed_foreign(&bed, 1, client, 1000, 0, TCP_SYN, "");
        opening[2 * client - 2] = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
        opening[2 * client - 1] = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    }
    bed.conn = first.conn;
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "held");
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    cr_assert_eq(bed_view(&bed, 0).state, DIR_INSTALLING);
    cr_assert_null(fake_take(bed.fake, 1), "the command ring is full");
    cr_assert_eq(install_issued_ps(), 0);
    /* The first RESERVE has no completion. That of the second one shows that the first was fetched. */
    cr_assert(opening[0]->flags & NIC_CMD_FLAG_NO_COMPLETION);
    fake_complete(bed.fake, 1, opening[2], NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    cr_assert_eq(install_issued_ps(), 0, "the ring has an entry for RESERVE alone");
    fake_complete(bed.fake, 1, opening[1], NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_gt(install_issued_ps(), bed.fake->now_ps - PS_PER_US);
    cr_assert_leq(install_issued_ps(), bed.fake->now_ps);
    bed_end(&bed);
}

/* T8 is the step in which INSTALL enters the command ring, not the step in which it was decided (docs/moves.md). */
Test(small_ring, t8_is_marked_when_install_enters_the_ring)
{
    bed_init(&bed);
    bed.params.ring_log2_cmd = 2;
    move_behind_a_full_ring();
}

/* The same holds for a push window: T8 is the step in which the line is written. */
Test(small_ring, t8_is_marked_when_the_line_of_install_is_written)
{
    bed_init(&bed);
    bed.params.pushes_commands = true;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        bed.fake->port[nic].regs[NIC_REG_CAPABILITIES / 4] =
            NIC_CAPABILITY_PUSH | 2u << NIC_CAPABILITY_PUSH_LOG2_SHIFT;
    move_behind_a_full_ring();
}

/* An INSTALL that still waits for an entry of the ring when its NIC dies never gets T8. */
Test(small_ring, an_install_that_dies_in_the_backlog_has_no_t8)
{
    bed_init(&bed);
    bed.params.ring_log2_cmd = 2;
    bed_start(&bed);
    bed_open(&bed);
    uint32_t conn = bed.conn;
    for (unsigned client = 1; client < 3; client++) {
        bed_foreign(&bed, 1, client, 1000, 0, TCP_SYN, "");
        fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
        fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    }
    bed.conn = conn;
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "held");
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    bed.fake->port[1].dead = true;
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_S);
    cr_assert_eq(install_issued_ps(), 0);
    bed_end(&bed);
}
