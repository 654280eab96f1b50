/* Tests a NIC whose PCIe hangs (PCIE_FAULT_SILENT), and Link Disable (PCI Express Base 7.5.3.7), which ends that. */
#include "models/hwif/port_regs.h"
#include "models/pcie/test/fake_pcie.h"

#include <criterion/criterion.h>

#define HIGH UINT64_C(0x10000)
enum { TIMEOUT_US = 50 };

static struct fake_pcie *make(void)
{
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.completion_timeout_ps = TIMEOUT_US * PS_PER_US;
    return fake_pcie_create(&params, false);
}

static void silence(struct fake_pcie *fake)
{
    pcie_link_inject(fake->link, PCIE_FAULT_SILENT, fake->loop.now_ps);
}

static void disable(struct fake_pcie *fake, bool disabled)
{
    uint32_t control = pcie_link_port_read32(fake->link, PORT_LINK) & 0xffff;
    control = disabled ? control | PORT_LINK_DISABLE : control & ~PORT_LINK_DISABLE;
    pcie_link_port_write32(fake->link, PORT_LINK, control, fake->loop.now_ps);
}

static bool is_active(const struct fake_pcie *fake)
{
    return (pcie_link_port_read32(fake->link, PORT_LINK) & PORT_LINK_ACTIVE) != 0;
}

Test(pcie_silent, nothing_leaves_a_silent_endpoint_and_its_link_stays_up)
{
    struct fake_pcie *fake = make();
    silence(fake);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_read(fake, HIGH, 64, 2);
    fake_pcie_run(fake, PS_PER_MS);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 0);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 0);
    cr_assert_eq(fake_pcie_count(fake, FAKE_FENCE), 0, "nobody has told the device");
    cr_assert(is_active(fake));
    fake_pcie_destroy(fake);
}

Test(pcie_silent, requests_of_the_host_time_out_and_writes_are_lost)
{
    struct fake_pcie *fake = make();
    uint32_t value = 1;
    silence(fake);
    pcie_link_mmio_write(fake->link, 0x2c, &value, sizeof value, 0);
    pcie_link_mmio_read32(fake->link, 0, fake_pcie_done(fake, 1), 0);
    pcie_link_cfg_read32(fake->link, 0, fake_pcie_done(fake, 2), 0);
    fake_pcie_run(fake, (TIMEOUT_US - 1) * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 0);
    fake_pcie_run(fake, (TIMEOUT_US + 2) * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 2);
    for (size_t i = 0; i < 2; i++)
        cr_assert_not(fake_pcie_event(fake, FAKE_READ_DONE, i)->ok);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MMIO_WRITE), 0);
    fake_pcie_destroy(fake);
}

/* The device has the request already, or even an answer that has not left. */
Test(pcie_silent, a_request_that_was_under_way_times_out)
{
    for (uint64_t at_ns = 0; at_ns < 3000; at_ns += 7) {
        struct fake_pcie *fake = make();
        pcie_link_mmio_read32(fake->link, 0, fake_pcie_done(fake, 1), 0);
        fake_pcie_run(fake, at_ns * PS_PER_NS);
        silence(fake);
        fake_pcie_run(fake, 2 * TIMEOUT_US * PS_PER_US);
        cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 1, "silent at %lu ns",
                     (unsigned long)at_ns);
        fake_pcie_destroy(fake);
    }
}

Test(pcie_silent, link_disable_fences_a_silent_endpoint)
{
    struct fake_pcie *fake = make();
    silence(fake);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_read(fake, HIGH, 64, 2);
    fake_pcie_run(fake, 10 * PS_PER_US);
    disable(fake, true);
    cr_assert_not(is_active(fake));
    fake_pcie_run(fake, 20 * PS_PER_US);
    cr_assert_eq(fake_pcie_event(fake, FAKE_FENCE, 0)->address, 1);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 0, "its writes are lost");
    cr_assert_not(fake_pcie_event(fake, FAKE_READ_DONE, 0)->ok);
    cr_assert_eq(pcie_link_port_read32(fake->link, PORT_UNCORRECTABLE), 0, "no surprise");
    cr_assert_not(pcie_link_is_busy(fake->link));
    fake_pcie_destroy(fake);
}

Test(pcie_silent, a_silent_endpoint_answers_again_when_its_link_comes_back)
{
    struct fake_pcie *fake = make();
    silence(fake);
    disable(fake, true);
    fake_pcie_run(fake, 10 * PS_PER_US);
    disable(fake, false);
    cr_assert(is_active(fake));
    fake_pcie_run(fake, 20 * PS_PER_US);
    pcie_link_cfg_read32(fake->link, 0, fake_pcie_done(fake, 1), fake->loop.now_ps);
    fake_pcie_run(fake, 30 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 1);
    cr_assert(fake_pcie_event(fake, FAKE_READ_DONE, 0)->ok);
    fake_pcie_destroy(fake);
}

Test(pcie_silent, a_broken_link_stays_down_whatever_the_port_wants)
{
    struct fake_pcie *fake = make();
    pcie_link_set_up(fake->link, false, 0);
    disable(fake, true);
    disable(fake, false);
    cr_assert_not(is_active(fake));
    pcie_link_set_up(fake->link, true, 0);
    cr_assert(is_active(fake));
    disable(fake, true);
    pcie_link_set_up(fake->link, true, 0);
    cr_assert_not(is_active(fake), "the port keeps it down");
    fake_pcie_destroy(fake);
}

/* Nothing of a NIC that has fenced itself may reach memory later. */
Test(pcie_silent, a_fence_by_the_engine_discards_what_has_not_started)
{
    struct fake_pcie *fake = make();
    silence(fake);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_read(fake, HIGH, 64, 2);
    fake_pcie_run(fake, PS_PER_US);
    fake->endpoint.ops->stop(fake->endpoint.self, fake->loop.now_ps);
    fake_pcie_run(fake, 10 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 1);
    cr_assert_not(fake_pcie_event(fake, FAKE_READ_DONE, 0)->ok);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 0);
    cr_assert(is_active(fake));
    fake_pcie_destroy(fake);
}
