/* Faults that a scenario injects into the link. */
#ifndef TOESIM_PCIE_PCIE_FAULT_H
#define TOESIM_PCIE_PCIE_FAULT_H

#include "models/pcie/pcie_link_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Injects a link failure (everything in flight is lost, reads end with ok = false), or ends it. */
void pcie_link_set_up(struct pcie_link *link, bool up, uint64_t now_ps);

/* Writes the configuration space of the root port, at once (pcie_report.h has the function that reads). Link Disable takes
 * the link down or lets it train. */
void pcie_link_port_write32(struct pcie_link *link, uint32_t offset, uint32_t value,
                            uint64_t now_ps);

/* Injects a fault, which strikes once. */
void pcie_link_inject(struct pcie_link *link, enum pcie_fault fault, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
