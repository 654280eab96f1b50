/* Requests that the host sends to the NIC. */
#ifndef TOESIM_PCIE_PCIE_ROOT_H
#define TOESIM_PCIE_PCIE_ROOT_H

#include "models/pcie/pcie_link_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Accesses by the host. Writes are posted and ordered; the `done` of a read gets 4 bytes. */
void pcie_link_mmio_write(struct pcie_link *link, uint32_t offset, const void *data, uint32_t len,
                          uint64_t now_ps);
void pcie_link_mmio_read32(struct pcie_link *link, uint32_t offset, struct pcie_read_done done,
                           uint64_t now_ps);
/* Access the configuration space of the endpoint: Type 0 header, PCIe and MSI-X capabilities. */
void pcie_link_cfg_read32(struct pcie_link *link, uint32_t offset, struct pcie_read_done done,
                          uint64_t now_ps);
void pcie_link_cfg_write32(struct pcie_link *link, uint32_t offset, uint32_t value,
                           struct pcie_read_done done, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
