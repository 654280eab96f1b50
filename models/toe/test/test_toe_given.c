/* Tests that a NIC counts each frame that it gives to the host for a reserved connection, also while RESERVE completes:
 * the lookup table has the entry before the engine sees the answer of the cache. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>

enum { CONN = 2, STEP_NS = 4, LAST_NS = 3000 };

static struct rig rig;
static struct rig_peer peer;

static void freeze(void)
{
    rig_freeze(&peer, 0);
    rig_run(&rig, 20 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).op, NIC_CMD_FREEZE);
}

/* Moves the connection to NIC 1. A frame arrives there `after_ns` after the command RESERVE, and the host keeps it.
 * Returns false if NIC 1 did not have the reservation yet. */
static bool move_with_frame(uint64_t after_ns)
{
    struct nic_cmd reserve = {.op = NIC_CMD_RESERVE, .gen = 2, .conn = CONN, .image = peer.image};
    struct nic_record record;
    freeze();
    rig_post_buffers(&rig, 1, 4);
    rig_run(&rig, 10 * PS_PER_US);
    rig_command(&rig, 1, &reserve);
    rig_run(&rig, after_ns * PS_PER_NS);
    rig_segment(&peer, 1, TCP_ACK, "a", 1);
    rig_run(&rig, 20 * PS_PER_US);
    cr_assert(rig_take_record(&rig, 1, &record));
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    peer.gen++;
    rig_install(&peer, 1, NULL, 0);
    rig_run(&rig, 30 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    return record.verdict == NIC_VERDICT_RESERVED;
}

Test(toe_given, a_frame_that_came_while_reserve_completed_is_waited_for)
{
    uint32_t given = 0;
    for (uint64_t after_ns = 0; after_ns < LAST_NS; after_ns += STEP_NS) {
        struct nic_record record;
        rig_init(&rig);
        rig_start(&rig);
        rig_establish(&rig, &peer, CONN, 0);
        rig.reserves_early = true;
        bool waits = move_with_frame(after_ns);
        given += waits;
        rig_segment(&peer, 1, TCP_ACK, "b", 1);
        rig_run(&rig, 20 * PS_PER_US);
        cr_assert_eq(rig_take_record(&rig, 1, &record), !waits,
                     "a frame %lu ns after RESERVE is overtaken", (unsigned long)after_ns);
        rig_run(&rig, 2 * rig.params.inject_wait_ps);
        rig_end(&rig);
    }
    cr_assert_gt(given, 0);
    cr_assert_lt(given, LAST_NS / STEP_NS);
}
