/* Tests the clock of a NIC, and what the engine takes from it: the registers, and the time stamp of a received frame. */
#include "models/base/units.h"
#include "models/toe/clock/nic_clock.h"
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>

static const int64_t second = (int64_t)PS_PER_S;

static struct nic_clock free_clock(int64_t offset_ps, int64_t drift_ppm)
{
    struct nic_clock clock;
    nic_clock_init(&clock, true, offset_ps, drift_ppm);
    return clock;
}

Test(nic_clock, a_clock_that_is_not_free_has_the_time_of_the_host)
{
    struct nic_clock clock;
    nic_clock_init(&clock, false, 0, 0);
    cr_assert_eq(nic_clock_time_ps(&clock, 7654321), 7654321);
    cr_assert_eq(nic_clock_ticks(&clock, 7654321).us, 7);
    cr_assert_eq(nic_clock_tick_end_ps(&clock, 3, 7654321), 10 * PS_PER_US);
    nic_clock_not_before(&clock, 9, 7654321);
    cr_assert_eq(nic_clock_time_ps(&clock, 7654321), 7654321);
}

Test(nic_clock, drift_and_offset_add_up)
{
    struct nic_clock fast = free_clock(second, 100), slow = free_clock(-second, -100);
    cr_assert_eq(nic_clock_counter_ps(&fast, 10 * PS_PER_S),
                 11 * second + 1000 * (int64_t)PS_PER_US);
    cr_assert_eq(nic_clock_counter_ps(&slow, 10 * PS_PER_S),
                 9 * second - 1000 * (int64_t)PS_PER_US);
    cr_assert_eq(nic_clock_ticks(&slow, 0).us, (uint32_t)-1000000, "ticks wrap below zero");
    cr_assert_eq(nic_clock_ticks(&slow, PS_PER_S - 2).us, (uint32_t)-101, "and are rounded down");
}

/* After weeks the product of time and drift needs more than 64 bits. */
Test(nic_clock, a_long_time_does_not_overflow)
{
    struct nic_clock clock = free_clock(0, -1000);
    uint64_t year_ps = 100 * UINT64_C(86400) * PS_PER_S;
    cr_assert_eq(nic_clock_counter_ps(&clock, year_ps), (int64_t)(year_ps - year_ps / 1000));
}

Test(nic_clock, a_counter_never_goes_back_by_itself)
{
    struct nic_clock clock = free_clock(0, -1000);
    for (uint64_t ps = 999000; ps < 1002000; ps++)
        cr_assert_geq(nic_clock_counter_ps(&clock, ps + 1), nic_clock_counter_ps(&clock, ps));
}

/* The engine's timer must not fire in the tick before the deadline, because nothing would be due then. */
Test(nic_clock, a_tick_ends_when_the_clock_says_so)
{
    static const int64_t drifts[] = {0, 1, 100, 1000, -1, -100, -1000};
    for (size_t i = 0; i < sizeof drifts / sizeof drifts[0]; i++) {
        struct nic_clock clock = free_clock(-3 * second, drifts[i]);
        nic_clock_set_base(&clock, 3 * second + 12345, false, 0);
        for (uint32_t left = 0; left < 3000; left += 7) {
            uint64_t now_ps = 5 * PS_PER_S + left * UINT64_C(987654);
            uint64_t end_ps = nic_clock_tick_end_ps(&clock, left, now_ps);
            uint32_t wanted = nic_clock_ticks(&clock, now_ps).us + left;
            cr_assert_eq(nic_clock_ticks(&clock, end_ps).us, wanted);
            cr_assert(end_ps == now_ps || nic_clock_ticks(&clock, end_ps - 1).us == wanted - 1);
        }
    }
}

Test(nic_clock, a_base_that_goes_back_lets_the_time_stand_still)
{
    struct nic_clock clock = free_clock(second, 0);
    nic_clock_set_base(&clock, -second, false, 0);
    cr_assert_eq(nic_clock_time_ps(&clock, 100), 100, "before the NIC is enabled, it may go back");
    nic_clock_set_base(&clock, -second - 50, true, 100);
    cr_assert_eq(nic_clock_time_ps(&clock, 100), 100);
    cr_assert_eq(nic_clock_time_ps(&clock, 150), 100);
    cr_assert_eq(nic_clock_time_ps(&clock, 151), 101);
    cr_assert_eq(nic_clock_when_ps(&clock, 110, 120), 160);
    nic_clock_set_base(&clock, -second, true, 200);
    cr_assert_eq(nic_clock_time_ps(&clock, 200), 200);
}

/* the other NIC was 3 us ahead, and the connection may have sent a timestamp of its time. */
Test(nic_clock, a_context_puts_a_clock_ahead_that_is_behind)
{
    struct nic_clock clock = free_clock(0, 0);
    uint64_t now_ps = 100 * PS_PER_US + 5;
    nic_clock_not_before(&clock, 103, now_ps);
    cr_assert_eq(nic_clock_ticks(&clock, now_ps).us, 103);
    cr_assert_eq(nic_clock_ticks(&clock, now_ps + 2 * PS_PER_US).us, 103);
    cr_assert_eq(nic_clock_ticks(&clock, now_ps + 4 * PS_PER_US).us, 104);
    nic_clock_not_before(&clock, 90, now_ps);
    cr_assert_eq(nic_clock_ticks(&clock, now_ps).us, 103, "an older context changes nothing");
    nic_clock_not_before(&clock, 1000000, now_ps);
    cr_assert_eq(nic_clock_ticks(&clock, now_ps).us, 103, "nor does one of a wrong clock");
}

/* --- the engine --- */

static struct rig rig;

static void setup(void) { rig_init(&rig); }
static void teardown(void) { rig_end(&rig); }

TestSuite(nic_clock_regs, .init = setup, .fini = teardown);

static uint32_t reg(uint32_t offset)
{
    struct pcie_device device = toe_engine_device(rig.nic[0].engine);
    return device.ops->mmio_read32(device.self, offset, rig.loop.now_ps);
}

static int64_t counter_ps(void)
{
    uint32_t low = reg(NIC_REG_CLOCK_LO);
    return (int64_t)((uint64_t)reg(NIC_REG_CLOCK_HI) << 32 | low);
}

Test(nic_clock_regs, a_nic_without_a_clock_has_no_registers_for_it)
{
    rig_start(&rig);
    cr_assert_eq(reg(NIC_REG_STATUS) & NIC_STATUS_CLOCK, 0);
    cr_assert_eq(counter_ps(), 0);
    rig_write32(&rig, 0, NIC_REG_CLOCK_BASE_LO, 5);
    rig_write32(&rig, 0, NIC_REG_CLOCK_BASE_HI, 5);
    cr_assert_eq(reg(NIC_REG_CLOCK_BASE_LO), 0);
    cr_assert_eq(reg(NIC_REG_CLOCK_BASE_HI), 0);
}

Test(nic_clock_regs, a_reset_takes_the_base_away_and_not_the_counter)
{
    rig.params.clock_is_free = true;
    rig.params.clock_offset_ps = -second;
    rig_start(&rig);
    cr_assert_neq(reg(NIC_REG_STATUS) & NIC_STATUS_CLOCK, 0);
    cr_assert_eq(counter_ps(), (int64_t)rig.loop.now_ps - second);
    uint32_t low = reg(NIC_REG_CLOCK_LO), high = reg(NIC_REG_CLOCK_HI);
    rig_run(&rig, 10 * PS_PER_S);
    cr_assert_eq(reg(NIC_REG_CLOCK_HI), high, "the upper half is of the read of the lower one");
    cr_assert_neq(reg(NIC_REG_CLOCK_LO), low);
    rig_write32(&rig, 0, NIC_REG_CLOCK_BASE_LO, (uint32_t)second);
    cr_assert_eq(reg(NIC_REG_CLOCK_BASE_LO), 0, "one half alone does nothing");
    rig_write32(&rig, 0, NIC_REG_CLOCK_BASE_HI, (uint32_t)((uint64_t)second >> 32));
    cr_assert_eq(reg(NIC_REG_CLOCK_BASE_LO), (uint32_t)second);
    rig_write32(&rig, 0, NIC_REG_CONTROL, NIC_CONTROL_RESET);
    cr_assert_eq(reg(NIC_REG_CLOCK_BASE_LO), 0);
    cr_assert_eq(counter_ps(), (int64_t)rig.loop.now_ps - second);
}
