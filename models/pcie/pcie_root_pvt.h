/*
 * The host's side of a link: what arrives upstream, DMA reads inside the root complex, and the
 * host's own accesses to the NIC.
 *
 * A DMA read takes root_read_ps from its arrival until memory is sampled, then the extra time that
 * the sampling access turned out to need (cache or DRAM) until its completions are queued.
 * Completions of different requests may therefore change places; those of one request do not.
 */
#ifndef TOESIM_PCIE_PCIE_ROOT_PVT_H
#define TOESIM_PCIE_PCIE_ROOT_PVT_H

#include "models/pcie/pcie_link_pvt.h"

void pcie_root_on_upstream(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
void pcie_root_on_sample(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
void pcie_root_on_formed(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
/* Completions with the bytes that are in the read's buffer. */
void pcie_root_complete(struct pcie_link *link, const struct pcie_tlp *tlp, bool poisoned,
                        uint64_t now_ps);

#endif
