/* Tests bus master off, function-level reset and link down (docs/hwif.md). */
#include "models/pcie/config/pcie_config.h"
#include "models/pcie/test/fake_pcie.h"

#include <criterion/criterion.h>

#define HIGH FAKE_MEM_BASE

static const uint32_t COMMAND_OFF = PCIE_CONFIG_COMMAND_MEMORY;
static const uint32_t COMMAND_ON = PCIE_CONFIG_COMMAND_MEMORY | PCIE_CONFIG_COMMAND_MASTER;

static void cfg_write(struct fake_pcie *fake, uint32_t offset, uint32_t value, uint64_t cookie)
{
    pcie_link_cfg_write32(fake->link, offset, value, fake_pcie_done(fake, cookie),
                          fake->loop.now_ps);
}

static const struct fake_event *last(const struct fake_pcie *fake, enum fake_event_kind kind)
{
    return fake_pcie_event(fake, kind, fake_pcie_count(fake, kind) - 1);
}

/* TLPs that had started arrive. The others are discarded, and their write ends at TIME_NEVER. The
 * completion of the configuration write proves that nothing follows. */
Test(pcie_fault, bus_master_off_fences_at_the_arrival_of_the_write)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    for (uint64_t i = 0; i < 4; i++)
        fake_pcie_write(fake, HIGH, 64, i); /* each takes 11.172 ns on the wire */
    fake_pcie_write(fake, HIGH, 65536, 4);
    fake_pcie_run(fake, 60000);
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_OFF, 9);
    fake_pcie_run(fake, 10 * PS_PER_US);

    const struct fake_event *fence = fake_pcie_event(fake, FAKE_FENCE, 0);
    cr_assert_eq(fence->now_ps, 63047); /* 60 ns and the time of a TLP of 24 bytes */
    cr_assert_eq(fence->address, true);
    cr_assert_eq(fake_pcie_count(fake, FAKE_VISIBLE), 5);
    /* The fence cut the large write short, but the small ones had started. */
    size_t never = 0;
    uint64_t last_ps = 0;
    for (size_t i = 0; i < fake->count; i++) {
        const struct fake_event *event = &fake->events[i];
        if (event->kind == FAKE_VISIBLE && event->now_ps == TIME_NEVER) {
            cr_assert_eq(event->address, 4);
            never++;
        }
        if (event->kind == FAKE_MEM_WRITE)
            last_ps = event->now_ps;
    }
    cr_assert_eq(never, 1);
    const struct fake_event *done = fake_pcie_event(fake, FAKE_READ_DONE, 0);
    cr_assert(done->ok);
    cr_assert_geq(done->now_ps, last_ps, "nothing is written behind the completion");
    cr_assert_gt(pcie_link_stats(fake->link)->discarded, 0);
    fake_pcie_destroy(fake);
}

Test(pcie_fault, a_fenced_endpoint_writes_reads_and_interrupts_nothing)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_OFF, 9);
    fake_pcie_run(fake, PS_PER_US);
    uint64_t tlps = pcie_link_stats(fake->link)->tlps_up;
    cr_assert_not(fake->endpoint.ops->is_up(fake->endpoint.self));
    fake_pcie_write(fake, HIGH, 1500, 1);
    fake_pcie_read(fake, HIGH, 64, 2);
    fake->endpoint.ops->msix(fake->endpoint.self, 0, fake->loop.now_ps);
    fake_pcie_run(fake, 2 * PS_PER_US);
    cr_assert_eq(pcie_link_stats(fake->link)->tlps_up, tlps);
    cr_assert_eq(fake_pcie_event(fake, FAKE_ISSUED, 0)->now_ps, TIME_NEVER);
    cr_assert_eq(fake_pcie_event(fake, FAKE_VISIBLE, 0)->now_ps, TIME_NEVER);
    cr_assert_not(last(fake, FAKE_READ_DONE)->ok);
    cr_assert_eq(pcie_link_stats(fake->link)->discarded, 6 + 1 + 1);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MSIX), 0);
    /* Registers still answer. */
    fake->mmio_value = 5;
    pcie_link_mmio_read32(fake->link, NIC_REG_STATUS, fake_pcie_done(fake, 3), fake->loop.now_ps);
    fake_pcie_run(fake, 4 * PS_PER_US);
    cr_assert_eq(last(fake, FAKE_READ_DONE)->value, 5);
    fake_pcie_destroy(fake);
}

Test(pcie_fault, bus_master_on_again_ends_the_fence)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_OFF, 9);
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_ON, 9);
    fake_pcie_run(fake, PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_FENCE), 2);
    cr_assert_eq(last(fake, FAKE_FENCE)->address, false);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_run(fake, 2 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 1);
    fake_pcie_destroy(fake);
}

Test(pcie_fault, outstanding_reads_end_failed_and_their_late_completions_are_dropped)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    fake_pcie_read(fake, HIGH, 4096, 1);
    fake_pcie_run(fake, 10000); /* only some of the requests have left */
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_OFF, 9);
    fake_pcie_run(fake, 20000);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 2);
    cr_assert_not(fake_pcie_event(fake, FAKE_READ_DONE, 0)->ok);
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_ON, 9);
    fake_pcie_run(fake, 2 * PS_PER_US);
    for (uint64_t i = 0; i < 100; i++)
        fake_pcie_read(fake, HIGH, 512, 100 + i);
    fake_pcie_run(fake, 20 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 3 + 100, "all tags came back");
    cr_assert(last(fake, FAKE_READ_DONE)->ok);
    pcie_link_cfg_read32(fake->link, PCIE_CONFIG_DEVCTL, fake_pcie_done(fake, 8),
                         fake->loop.now_ps);
    fake_pcie_run(fake, 21 * PS_PER_US);
    cr_assert_eq(last(fake, FAKE_READ_DONE)->value >> 16 & PCIE_CONFIG_DEVSTA_PENDING, 0,
                 "no read is forgotten");
    fake_pcie_destroy(fake);
}

Test(pcie_fault, function_level_reset_fences_and_resets_configuration)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    cfg_write(fake, PCIE_CONFIG_DEVCTL, PCIE_CONFIG_DEVCTL_FLR, 9);
    fake_pcie_run(fake, PS_PER_US);
    cr_assert_eq(fake_pcie_event(fake, FAKE_FENCE, 0)->address, true);
    cr_assert(fake_pcie_event(fake, FAKE_READ_DONE, 0)->ok);
    /* Memory space is off after the reset, so an MMIO read is an unsupported request and an MMIO
     * write has no effect. */
    pcie_link_mmio_read32(fake->link, NIC_REG_STATUS, fake_pcie_done(fake, 3), fake->loop.now_ps);
    pcie_link_mmio_write(fake->link, NIC_REG_CONTROL, "\1\0\0", 4, fake->loop.now_ps);
    fake_pcie_run(fake, 3 * PS_PER_US);
    cr_assert_not(last(fake, FAKE_READ_DONE)->ok);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MMIO_READ), 0);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MMIO_WRITE), 0);
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_ON, 9);
    fake_pcie_run(fake, 4 * PS_PER_US);
    cr_assert_eq(last(fake, FAKE_FENCE)->address, false);
    fake_pcie_destroy(fake);
}

Test(pcie_fault, link_down_loses_everything_in_flight_and_says_so)
{
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.propagation_ps = 10000;
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    fake_pcie_write(fake, HIGH, 64, 1);          /* arrives at 21.172 ns */
    fake_pcie_write(fake, HIGH + 4096, 64, 2);   /* is on the wire at 25 ns */
    fake_pcie_write(fake, HIGH + 8192, 4096, 3); /* not all of its TLPs have started */
    fake_pcie_read(fake, HIGH, 64, 4);
    fake->endpoint.ops->msix(fake->endpoint.self, 0, 0);
    pcie_link_mmio_read32(fake->link, NIC_REG_STATUS, fake_pcie_done(fake, 5), 0);
    pcie_link_mmio_write(fake->link, NIC_REG_CONTROL, "\1\0\0", 4, 0);
    fake_pcie_run(fake, 25000);
    pcie_link_set_up(fake->link, false, fake->loop.now_ps);
    cr_assert_eq(fake_pcie_event(fake, FAKE_FENCE, 0)->address, true);
    fake_pcie_run(fake, 100 * PS_PER_US);

    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 1, "what had arrived becomes visible");
    cr_assert_eq(fake_pcie_count(fake, FAKE_VISIBLE), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct fake_event *event = fake_pcie_event(fake, FAKE_VISIBLE, i);
        cr_assert_eq(event->now_ps == TIME_NEVER, event->address != 1);
    }
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 2);
    cr_assert_not(fake_pcie_event(fake, FAKE_READ_DONE, 0)->ok);
    cr_assert_not(fake_pcie_event(fake, FAKE_READ_DONE, 1)->ok);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MSIX), 0);
    /* The second write, 16 TLPs of the third one, the read, the MSI-X and the MMIO read at the
     * device are discarded. */
    cr_assert_eq(pcie_link_stats(fake->link)->discarded, 1 + 16 + 1 + 1 + 1);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MMIO_WRITE), 1, "it had arrived");
    fake_pcie_destroy(fake);
}

Test(pcie_fault, nothing_passes_a_link_that_is_down)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    pcie_link_set_up(fake->link, false, 0);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_read(fake, HIGH, 64, 2);
    pcie_link_mmio_write(fake->link, NIC_REG_CONTROL, "\1\0\0", 4, 0);
    pcie_link_mmio_read32(fake->link, NIC_REG_STATUS, fake_pcie_done(fake, 3), 0);
    pcie_link_cfg_read32(fake->link, 0, fake_pcie_done(fake, 4), 0);
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_ON, 5);
    fake_pcie_run(fake, PS_PER_US);
    cr_assert_eq(fake_pcie_event(fake, FAKE_VISIBLE, 0)->now_ps, TIME_NEVER);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_not(fake_pcie_event(fake, FAKE_READ_DONE, i)->ok);
    cr_assert_eq(pcie_link_stats(fake->link)->tlps_up + pcie_link_stats(fake->link)->tlps_down, 0);
    cr_assert_eq(pcie_link_stats(fake->link)->discarded, 6);
    fake_pcie_destroy(fake);
}

Test(pcie_fault, a_link_that_comes_back_works_once_the_driver_has_set_it_up)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    fake_pcie_read(fake, HIGH, 65536, 1);
    fake_pcie_run(fake, 300000);
    pcie_link_set_up(fake->link, false, fake->loop.now_ps);
    pcie_link_set_up(fake->link, true, fake->loop.now_ps);
    cr_assert_not(fake->endpoint.ops->is_up(fake->endpoint.self), "bus master is off");
    cfg_write(fake, PCIE_CONFIG_COMMAND, COMMAND_ON, 9);
    fake_pcie_run(fake, 2 * PS_PER_US);
    cr_assert(last(fake, FAKE_READ_DONE)->ok);
    cr_assert_eq(last(fake, FAKE_FENCE)->address, false);
    fake_pcie_read(fake, HIGH, 65536, 2);
    fake_pcie_run(fake, 40 * PS_PER_US);
    cr_assert_eq(last(fake, FAKE_READ_DONE)->len, 65536);
    fake_pcie_destroy(fake);
}
