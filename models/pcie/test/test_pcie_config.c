/* Tests models/pcie/config: the fields of timing 1.7, resets, and MSI-X masking. */
#include "models/pcie/config/pcie_config.h"
#include "models/pcie/test/fake_pcie.h"

#include <criterion/criterion.h>

static struct pcie_config config;

static void start(void)
{
    struct pcie_config_shape shape = {
        .nic = 1, .gen = 3, .lanes = 8, .mps_bytes = 256, .mrrs_bytes = 1024, .tags = 64};
    pcie_config_init(&config, &shape);
}

TestSuite(pcie_config, .init = start);

static uint32_t read32(uint32_t offset) { return pcie_config_read32(&config, offset, false); }

Test(pcie_config, header_is_a_type_0_network_device)
{
    cr_assert_eq(read32(0x00), 0x70e01234);
    cr_assert_eq(read32(0x04) >> 16 & 0x10, 0x10, "capability list");
    cr_assert_eq(read32(0x08) >> 8, 0x020000);
    cr_assert_eq(read32(0x0c) >> 16 & 0xff, 0, "type 0");
    cr_assert_eq(read32(0x34), PCIE_SPACE_CAP);
}

Test(pcie_config, capabilities_are_linked_and_have_the_fields_of_timing_1_7)
{
    cr_assert_eq(read32(0x40), 0x00028010, "ID 10h, next 80h, version 2 endpoint");
    cr_assert_eq(read32(0x44) & 7, 1, "MPS supported 256");
    cr_assert_eq(read32(0x44) >> 28 & 1, 1, "FLR");
    cr_assert_eq(read32(0x48) >> 5 & 7, 1, "MPS 256");
    cr_assert_eq(read32(0x48) >> 12 & 7, 3, "MRRS 1024");
    cr_assert_eq(read32(0x48) & 0x100, 0x100, "64 tags need extended tags");
    cr_assert_eq(read32(0x4c) & 0x3ff, 0x83, "Gen3 x8");
    cr_assert_eq(read32(0x50) >> 16 & 0x3ff, 0x83);
    cr_assert_eq(read32(0x80) & 0xffff, 0x0011, "ID 11h, last");
    cr_assert_eq(read32(0x80) >> 16 & 0x7ff, NIC_VECTOR_COUNT - 1);
    cr_assert_eq(read32(0x84), PCIE_MSIX_TABLE);
    cr_assert_eq(read32(0x88), PCIE_MSIX_PBA);
    cr_assert_eq(read32(0x100), 0x00020001, "AER version 2, the last extended capability");
    cr_assert_eq(read32(0x200), 0);
}

/* Status bits are cleared by writing ones. A function-level reset keeps those of AER. */
Test(pcie_config, errors_stay_until_they_are_cleared_by_ones)
{
    (void)pcie_space_raise(&config.space, PCIE_ERROR_BAD_TLP);
    (void)pcie_space_raise(&config.space, PCIE_ERROR_POISONED);
    cr_assert_eq(read32(PCIE_SPACE_CORRECTABLE), 1u << 6);
    cr_assert_eq(read32(PCIE_SPACE_UNCORRECTABLE), 1u << 12);
    cr_assert_eq(read32(PCIE_CONFIG_DEVCTL) >> 16 & 0xf, 3, "correctable and non-fatal detected");
    pcie_config_reset(&config, false);
    cr_assert_eq(read32(PCIE_SPACE_UNCORRECTABLE), 1u << 12);
    cr_assert_eq(read32(PCIE_CONFIG_DEVCTL) >> 16 & 0xf, 0);
    (void)pcie_config_write32(&config, PCIE_SPACE_UNCORRECTABLE, 0);
    cr_assert_eq(read32(PCIE_SPACE_UNCORRECTABLE), 1u << 12, "zeros clear nothing");
    (void)pcie_config_write32(&config, PCIE_SPACE_UNCORRECTABLE, UINT32_MAX);
    cr_assert_eq(read32(PCIE_SPACE_UNCORRECTABLE), 0);
}

/* By timing 1.7, software writes all ones and reads back ~(size - 1) | type. */
Test(pcie_config, bar_0_is_64_bits_wide_prefetchable_and_sizes_to_64_kib)
{
    pcie_config_write32(&config, 0x10, UINT32_MAX);
    pcie_config_write32(&config, 0x14, UINT32_MAX);
    cr_assert_eq(read32(0x10), 0xffff000c);
    cr_assert_eq(read32(0x14), UINT32_MAX);
    pcie_config_write32(&config, 0x18, UINT32_MAX);
    cr_assert_eq(read32(0x18), 0, "no other BAR");
    pcie_config_write32(&config, 0x10, 0xabcd0000);
    pcie_config_write32(&config, 0x14, 0x12);
    cr_assert_eq(pcie_config_bar0(&config), UINT64_C(0x12abcd0000));
}

Test(pcie_config, read_only_fields_stay)
{
    for (uint32_t offset = 0; offset < PCIE_SPACE_BYTES; offset += 4) {
        uint32_t before = read32(offset);
        pcie_config_write32(&config, offset, ~before);
        uint32_t changed = before ^ read32(offset);
        cr_assert_eq(changed & ~config.space.writable[offset / 4], 0, "offset %x", offset);
    }
    cr_assert_eq(read32(0), 0x70e01234);
}

Test(pcie_config, device_control_sets_mps_mrrs_and_tags)
{
    pcie_config_write32(&config, PCIE_CONFIG_DEVCTL, 5 << 5 | 0 << 12);
    cr_assert_eq(pcie_config_mps_bytes(&config), 256, "no more than the hardware can");
    cr_assert_eq(pcie_config_mrrs_bytes(&config), 128);
    cr_assert_eq(pcie_config_tags(&config), 32, "5-bit tags");
    pcie_config_write32(&config, PCIE_CONFIG_DEVCTL, 0 << 5 | 5 << 12 | 0x100);
    cr_assert_eq(pcie_config_mps_bytes(&config), 128);
    cr_assert_eq(pcie_config_mrrs_bytes(&config), 4096);
    cr_assert_eq(pcie_config_tags(&config), 64);
}

Test(pcie_config, function_level_reset_keeps_mps_only)
{
    cr_assert(pcie_config_write32(&config, PCIE_CONFIG_DEVCTL,
                                  (read32(PCIE_CONFIG_DEVCTL) & 0xffff) | PCIE_CONFIG_DEVCTL_FLR));
    cr_assert_eq(read32(PCIE_CONFIG_DEVCTL) & PCIE_CONFIG_DEVCTL_FLR, 0, "reads as zero");
    pcie_config_reset(&config, false);
    cr_assert_eq(pcie_config_mps_bytes(&config), 256);
    cr_assert_eq(pcie_config_mrrs_bytes(&config), 512);
    cr_assert_not(pcie_config_master_on(&config));
    cr_assert_not(pcie_config_memory_on(&config));
    cr_assert_not(pcie_config_msix_raise(&config, 0));
    cr_assert_eq(pcie_config_bar0(&config), 0);
    pcie_config_reset(&config, true);
    cr_assert_eq(pcie_config_mps_bytes(&config), 128);
}

Test(pcie_config, reads_outstanding_show_in_device_status)
{
    cr_assert_eq(pcie_config_read32(&config, PCIE_CONFIG_DEVCTL, true) >> 16, 0x20);
    cr_assert_eq(pcie_config_read32(&config, PCIE_CONFIG_DEVCTL, false) >> 16, 0);
}

Test(pcie_config, a_masked_vector_is_remembered_and_sent_when_unmasked)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    uint32_t mask = 1, open = 0;
    uint32_t control = PCIE_MSIX_TABLE + 16 + 12; /* the vector control word of vector 1 */
    pcie_link_mmio_write(fake->link, control, &mask, 4, 0);
    fake_pcie_run(fake, PS_PER_US);
    fake->endpoint.ops->msix(fake->endpoint.self, 1, fake->loop.now_ps);
    fake->endpoint.ops->msix(fake->endpoint.self, 0, fake->loop.now_ps);
    pcie_link_mmio_read32(fake->link, PCIE_MSIX_PBA, fake_pcie_done(fake, 1), fake->loop.now_ps);
    fake_pcie_run(fake, 3 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MSIX), 1);
    cr_assert_eq(fake_pcie_event(fake, FAKE_MSIX, 0)->address, 0);
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 0)->value, 2, "pending bit of vector 1");
    cr_assert_eq(pcie_link_stats(fake->link)->msix_masked, 1);
    pcie_link_mmio_write(fake->link, control, &open, 4, fake->loop.now_ps);
    fake_pcie_run(fake, 4 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MSIX), 2);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MMIO_WRITE), 0, "the table is not the device's");
    fake_pcie_destroy(fake);
}

Test(pcie_config, is_read_and_written_over_the_link)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    pcie_link_cfg_read32(fake->link, 0, fake_pcie_done(fake, 1), 0);
    pcie_link_cfg_write32(fake->link, 0x10, UINT32_MAX, fake_pcie_done(fake, 2), 0);
    pcie_link_cfg_read32(fake->link, 0x10, fake_pcie_done(fake, 3), 0);
    fake_pcie_run(fake, PS_PER_US);
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 0)->value, 0x70e01234);
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 0)->now_ps, 2539 + 3047);
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 2)->value, 0xffff000c);
    fake_pcie_destroy(fake);
}
