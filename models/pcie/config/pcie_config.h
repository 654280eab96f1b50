/*
 * Configuration space of the endpoint: Type 0 header, PCI Express and MSI-X capabilities (timing
 * 1.7), and the MSI-X table that the MSI-X capability points to in BAR 0. The link asks it what the
 * endpoint may do; it decides nothing about time.
 *
 * Firmware is over before the simulation starts: BAR 0 is placed, memory space and bus master are
 * on, MPS and MRRS are set, errors are reported, MSI-X is enabled with every vector unmasked. After a function-level
 * reset or a link that was down all of this is at the specification's reset values and the driver
 * has to set it again.
 */
#ifndef TOESIM_PCIE_PCIE_CONFIG_H
#define TOESIM_PCIE_PCIE_CONFIG_H

#include "models/hwif/nic_regs.h"
#include "models/pcie/config/pcie_space.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PCIE_CONFIG_CAP_MSIX = 0x80,
    PCIE_CONFIG_COMMAND = PCIE_SPACE_COMMAND,
    PCIE_CONFIG_COMMAND_MEMORY = 0x2,
    PCIE_CONFIG_COMMAND_MASTER = 0x4,
    PCIE_CONFIG_BAR0 = 0x10,
    PCIE_CONFIG_DEVCTL = PCIE_SPACE_DEVCTL,
    PCIE_CONFIG_DEVCTL2 = PCIE_SPACE_CAP + 0x28,
    PCIE_CONFIG_DEVCTL_FLR = 0x8000, /* reads as zero */
    PCIE_CONFIG_DEVCTL_EXT_TAG = 0x100,
    PCIE_CONFIG_DEVSTA_PENDING = 0x20, /* in the upper half of the same DW */
    PCIE_CONFIG_MSIX_ENABLE = 0x8000,
    PCIE_CONFIG_MSIX_MASK_ALL = 0x4000,
    PCIE_CONFIG_VENDOR = 0x1234,
    PCIE_CONFIG_DEVICE = 0x70e0,
    PCIE_MSIX_TABLE = 0x8000, /* in BAR 0 */
    PCIE_MSIX_PBA = 0x8800,
    PCIE_MSIX_END = 0x9000,
    PCIE_MSIX_ENTRY_DW = 4,
};

struct pcie_config {
    struct pcie_space space;
    uint32_t msix_table[NIC_VECTOR_COUNT * PCIE_MSIX_ENTRY_DW];
    uint32_t msix_pending; /* bit per vector */
    uint32_t mps_max_code;
    uint32_t tags_max;
};

/* Capabilities of the endpoint, which the hardware fixes and the capability registers show. */
struct pcie_config_shape {
    unsigned nic, gen, lanes;
    uint32_t mps_bytes, mrrs_bytes, tags;
};

void pcie_config_init(struct pcie_config *config, const struct pcie_config_shape *shape);

/* Performs a function-level reset, which keeps MPS. `link_reset` is true after a link was down; then MPS is
 * reset as well. */
void pcie_config_reset(struct pcie_config *config, bool link_reset);

/* Reads a DW-aligned offset. `transactions_pending` says that reads are outstanding (Device Status bit 5). */
uint32_t pcie_config_read32(const struct pcie_config *config, uint32_t offset,
                            bool transactions_pending);

/* Returns true if the write requests a function-level reset, which the caller then carries out. */
bool pcie_config_write32(struct pcie_config *config, uint32_t offset, uint32_t value);

/* Access the MSI-X table and pending bits; the offset in BAR 0 is from PCIE_MSIX_TABLE to PCIE_MSIX_END. */
uint32_t pcie_config_msix_read32(const struct pcie_config *config, uint32_t offset);
void pcie_config_msix_write32(struct pcie_config *config, uint32_t offset, uint32_t value);

/* Return what the registers allow now. */
bool pcie_config_memory_on(const struct pcie_config *config);
bool pcie_config_master_on(const struct pcie_config *config);
uint32_t pcie_config_mps_bytes(const struct pcie_config *config);
uint32_t pcie_config_mrrs_bytes(const struct pcie_config *config);
uint32_t pcie_config_tags(const struct pcie_config *config);
/* Returns the completion timeout that Device Control 2 selects: the device's own value for the default
 * range, otherwise the nearest value within the range, or TIME_NEVER if it is disabled. */
uint64_t pcie_config_timeout_ps(const struct pcie_config *config, uint64_t own_ps);
uint64_t pcie_config_bar0(const struct pcie_config *config);

/* Returns false if the vector is masked or MSI-X is disabled. For a masked vector the pending bit is set. */
bool pcie_config_msix_raise(struct pcie_config *config, unsigned vector);

/* Returns a pending vector that may be sent now and clears its bit; -1 if there is none. */
int pcie_config_msix_take_pending(struct pcie_config *config);

uint64_t pcie_config_msix_address(const struct pcie_config *config, unsigned vector);

#endif
