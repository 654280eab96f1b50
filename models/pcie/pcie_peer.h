/* Requests that the other NIC sends to the BAR of this one. */
#ifndef TOESIM_PCIE_PCIE_PEER_H
#define TOESIM_PCIE_PCIE_PEER_H

#include "models/pcie/pcie_link_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns true if the range is in BAR 0 and reachable (link up, memory decoding on). Sets *offset in BAR 0. */
bool pcie_link_claims(const struct pcie_link *link, uint64_t address, uint32_t len,
                      uint32_t *offset);
uint64_t pcie_link_bar0(const struct pcie_link *link);

#ifdef __cplusplus
}
#endif

#endif
