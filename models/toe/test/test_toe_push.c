/* Tests the push window: commands in it need no fetch and keep their order, and a write that is no whole line of the next
 * slot fences the engine. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { SLOTS = 64, LINE = NIC_PUSH_SLOT_BYTES };

static struct rig rig;
static struct rig_peer peer;

static void setup(void)
{
    rig_init(&rig);
    rig.pushes = true;
}

static void teardown(void)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        cr_assert(toe_engine_is_idle(rig.nic[nic].engine));
    rig_end(&rig);
}

TestSuite(toe_push, .init = setup, .fini = teardown);

static const struct toe_stats *stats(unsigned nic) { return toe_engine_stats(rig.nic[nic].engine); }

static void nop(uint32_t cookie)
{
    rig_command(&rig, 0, &(struct nic_cmd){.op = NIC_CMD_NOP, .cookie = cookie});
}

static void write_control(uint32_t value) { rig_write32(&rig, 0, NIC_REG_CONTROL, value); }

/* Returns when the completion of a NOP becomes visible, from now on. */
static uint64_t nop_ps(void)
{
    struct nic_event event;
    uint64_t from_ps = rig.loop.now_ps;
    nop(1);
    while (!rig_take_event(&rig, 0, &event))
        rig_run(&rig, 10 * PS_PER_NS);
    return rig.loop.now_ps - from_ps;
}

Test(toe_push, a_pushed_command_saves_the_fetch)
{
    rig_start(&rig);
    uint64_t pushed_ps = nop_ps();
    cr_assert_eq(stats(0)->commands_pushed, 1);
    teardown();
    rig_init(&rig);
    rig_start(&rig);
    uint64_t fetched_ps = nop_ps();
    cr_assert_eq(stats(0)->commands_pushed, 0);
    cr_assert_eq(fetched_ps - pushed_ps, 600 * PS_PER_NS, "a DMA read of the rig");
}

Test(toe_push, a_connection_moves_by_pushed_commands)
{
    rig_start(&rig);
    rig_establish(&rig, &peer, 2, 0);
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    peer.gen++;
    rig_install(&peer, 1, NULL, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    rig_segment(&peer, 1, TCP_ACK, "hello", 5);
    rig_run(&rig, 3 * PS_PER_US);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt, peer.seq);
    cr_assert_eq(stats(0)->commands_pushed, stats(0)->commands);
    cr_assert_eq(stats(1)->commands_pushed, 1);
}

Test(toe_push, commands_keep_their_order_over_many_laps)
{
    rig_start(&rig);
    for (uint32_t i = 0; i < 5 * SLOTS; i++) {
        nop(i);
        if (i % 8 == 7)
            rig_run(&rig, 2 * PS_PER_US);
        for (uint32_t done = i - 7; i % 8 == 7 && done <= i; done++)
            cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).cookie, done);
        rig_write32(&rig, 0, NIC_REG_EVENT_CONSUMER, rig.nic[0].event_consumer);
    }
    rig_no_event(&rig, 0);
    cr_assert_eq(stats(0)->commands_pushed, 5 * SLOTS);
}

/* --- writes that are refused --- */

struct bad_row {
    char name[48];
    int before; /* good commands before the write */
    uint32_t offset, len;
};

ParameterizedTestParameters(toe_push_refused, a_write_that_is_no_line_of_the_next_slot_fences)
{
    static struct bad_row rows[] = {
        {"a word", 0, 0, 4},
        {"half of a line", 1, LINE, LINE / 2},
        {"the other half", 1, LINE + LINE / 2, LINE / 2},
        {"two lines at once", 0, 0, 2 * LINE},
        {"not aligned", 0, 4, LINE},
        {"a slot too far", 2, 3 * LINE, LINE},
        {"the same slot again", 2, LINE, LINE},
        {"across the end", 0, (SLOTS - 1) * LINE + 32, LINE},
        {"across the beginning", 0, (uint32_t)-32, LINE},
    };
    return cr_make_param_array(struct bad_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct bad_row *row, toe_push_refused,
                  a_write_that_is_no_line_of_the_next_slot_fences, .init = setup, .fini = teardown)
{
    static const uint8_t zeros[2 * LINE];
    rig_start(&rig);
    for (int i = 0; i < row->before; i++)
        nop(1);
    rig_run(&rig, 5 * PS_PER_US);
    rig_push(&rig, 0, row->offset, zeros, row->len);
    cr_assert_eq(stats(0)->pushes_refused, 1, "%s", row->name);
    cr_assert_eq(stats(0)->commands_pushed, (uint64_t)row->before, "%s", row->name);
    cr_assert_eq(rig.nic[0].refused, 1, "%s: the link reports it", row->name);
    cr_assert(rig_read32(&rig, 0, NIC_REG_STATUS) & NIC_STATUS_FENCED, "%s", row->name);
    nop(2);
    cr_assert_eq(rig.nic[0].refused, 1, "%s: a fenced NIC drops lines", row->name);
    /* A reset lifts the fence, and slot 0 comes next. */
    write_control(NIC_CONTROL_RESET);
    cr_assert_not(rig_read32(&rig, 0, NIC_REG_STATUS) & NIC_STATUS_FENCED);
    write_control(NIC_CONTROL_ENABLE | NIC_CONTROL_PUSH);
    rig.nic[0].pushed = 0;
    nop(3);
    cr_assert_eq(stats(0)->commands_pushed, (uint64_t)row->before + 1, "%s", row->name);
    cr_assert_eq(stats(0)->pushes_refused, 1, "%s", row->name);
    write_control(NIC_CONTROL_RESET); /* the rings have no place since the first reset */
}

/* The first command waits for its DMA read, and all others wait behind it. */
Test(toe_push, a_line_without_a_free_slot_fences)
{
    rig_start(&rig);
    rig.nic[0].read_hold = true;
    rig_open(&rig, &peer, 1, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(stats(0)->commands, 1, "RESERVE is under way, and INSTALL waits for it");
    for (uint32_t i = 1; i < SLOTS; i++)
        nop(i);
    cr_assert_eq(stats(0)->pushes_refused, 0);
    nop(SLOTS);
    cr_assert_eq(stats(0)->pushes_refused, 1);
    cr_assert(rig_read32(&rig, 0, NIC_REG_STATUS) & NIC_STATUS_FENCED);
    rig_release_dma(&rig, 0);
    rig_run(&rig, 5 * PS_PER_US);
    rig_no_event(&rig, 0);
}

/* --- writes that change nothing --- */

Test(toe_push, a_disabled_or_fenced_engine_drops_lines)
{
    rig_start(&rig);
    struct pcie_device device = toe_engine_device(rig.nic[0].engine);
    write_control(0);
    nop(1);
    rig_push(&rig, 0, 4, "abc", 4);
    device.ops->fence(device.self, true, rig.loop.now_ps);
    nop(2);
    rig_push(&rig, 0, 4, "abc", 4);
    rig_run(&rig, 5 * PS_PER_US);
    rig_no_event(&rig, 0);
    cr_assert_eq(stats(0)->commands_pushed, 0);
    cr_assert_eq(stats(0)->pushes_refused, 0);
    device.ops->fence(device.self, false, rig.loop.now_ps);
    write_control(NIC_CONTROL_ENABLE | NIC_CONTROL_PUSH);
    rig.nic[0].pushed = 0;
    nop(3);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).cookie, 3);
}

Test(toe_push, an_engine_that_fetches_ignores_the_window_and_one_that_is_pushed_to_the_ring)
{
    rig.pushes = false;
    rig_start(&rig);
    struct nic_cmd cmd = {.op = NIC_CMD_NOP, .cookie = 1};
    rig_push(&rig, 0, 0, &cmd, sizeof cmd);
    rig_push(&rig, 0, 0, &cmd, 4);
    rig_run(&rig, 5 * PS_PER_US);
    rig_no_event(&rig, 0);
    nop(2);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).cookie, 2);
    /* The way of the commands changes only behind a reset or a fence. */
    write_control(0);
    write_control(NIC_CONTROL_ENABLE | NIC_CONTROL_PUSH);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CONTROL), NIC_CONTROL_ENABLE);
    nop(3);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).cookie, 3);
    struct pcie_device device = toe_engine_device(rig.nic[0].engine);
    device.ops->fence(device.self, true, rig.loop.now_ps);
    device.ops->fence(device.self, false, rig.loop.now_ps);
    write_control(NIC_CONTROL_ENABLE | NIC_CONTROL_PUSH);
    write_control(NIC_CONTROL_ENABLE);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CONTROL), NIC_CONTROL_ENABLE | NIC_CONTROL_PUSH);
    nop(4);
    rig_run(&rig, 5 * PS_PER_US);
    rig_no_event(&rig, 0);
    rig.pushes = true;
    nop(5);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).cookie, 5);
}

Test(toe_push, version_1_has_no_window)
{
    rig.params.contract = 1;
    rig.pushes = false;
    rig_start(&rig);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_VERSION), 1);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CAPABILITIES), 0);
    write_control(0);
    write_control(NIC_CONTROL_ENABLE | NIC_CONTROL_PUSH);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CONTROL), NIC_CONTROL_ENABLE);
    struct nic_cmd cmd = {.op = NIC_CMD_NOP, .cookie = 1};
    rig_push(&rig, 0, 0, &cmd, sizeof cmd);
    rig_push(&rig, 0, 0, &cmd, 4);
    rig_run(&rig, 5 * PS_PER_US);
    rig_no_event(&rig, 0);
    nop(2);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).cookie, 2);
}

/* All capabilities but RECORDED, which needs an acknowledgment policy, and without the size of the window. */
enum {
    WHAT_IT_CAN = NIC_CAPABILITY_PUSH | NIC_CAPABILITY_IMAGE_SLOTS | NIC_CAPABILITY_GRANT |
                  NIC_CAPABILITY_LISTS | NIC_CAPABILITY_CHECKPOINT | NIC_CAPABILITY_FLOW_HASH |
                  NIC_CAPABILITY_HARD_IMAGE | NIC_CAPABILITY_TUPLE
};

Test(toe_push, version_2_tells_its_slots)
{
    rig_start(&rig);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_VERSION), 2);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CAPABILITIES), WHAT_IT_CAN | 6 << 8, "64 slots");
}

Test(toe_push, a_small_window_wraps_and_ends_where_it_says)
{
    rig.params.push_log2 = 2;
    rig_start(&rig);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CAPABILITIES), WHAT_IT_CAN | 2 << 8);
    for (uint32_t i = 0; i < 20; i++) {
        nop(i);
        rig_run(&rig, 2 * PS_PER_US);
        cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).cookie, i);
        rig_write32(&rig, 0, NIC_REG_EVENT_CONSUMER, rig.nic[0].event_consumer);
    }
    static const uint8_t zeros[LINE];
    rig_push(&rig, 0, 4 * LINE, zeros, LINE);
    cr_assert_eq(stats(0)->pushes_refused, 0, "nothing is behind the window");
    rig_push(&rig, 0, LINE, zeros, LINE);
    cr_assert_eq(stats(0)->pushes_refused, 1);
}
