/*
 * The host's side of a link: arriving upstream TLPs, DMA reads inside the root complex, and the host's own
 * accesses to the NIC.
 *
 * The memory for a DMA read is sampled root_read_ps after its arrival. Its completions are queued after the extra
 * time that this memory access took (cache or DRAM). Therefore completions of different requests may overtake each
 * other; those of one request do not.
 */
#ifndef TOESIM_PCIE_PCIE_ROOT_PVT_H
#define TOESIM_PCIE_PCIE_ROOT_PVT_H

#include "models/pcie/pcie_link_pvt.h"

void pcie_root_on_upstream(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
void pcie_root_on_sample(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
void pcie_root_on_formed(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
/* Sends completions with the bytes in the read's buffer. */
void pcie_root_complete(struct pcie_link *link, const struct pcie_tlp *tlp, bool poisoned,
                        uint64_t now_ps);

#endif
