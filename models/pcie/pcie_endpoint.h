/* Handles TLPs that arrive downstream: the host's accesses to the NIC, and completions of its DMA reads. */
#ifndef TOESIM_PCIE_PCIE_ENDPOINT_H
#define TOESIM_PCIE_PCIE_ENDPOINT_H

#include "models/pcie/pcie_link_pvt.h"

void pcie_endpoint_on_downstream(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
void pcie_endpoint_on_request(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);

#endif
