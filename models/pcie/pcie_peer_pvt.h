/*
 * Requests of the NIC whose target is not memory. The root complex passes those for BAR 0 of the other NIC,
 * unless the root port's access control forbids it (a violation, which ends with completer abort). It
 * answers requests that no device claims itself (unsupported request). A posted write that is not passed is
 * lost, but the root port logs and reports it.
 *
 * A register is one DW, and the NIC completes only reads of one DW. A longer read violates its programming model, so
 * the completer aborts it.
 */
#ifndef TOESIM_PCIE_PCIE_PEER_PVT_H
#define TOESIM_PCIE_PCIE_PEER_PVT_H

#include "models/pcie/pcie_link_pvt.h"

/* Requests of the NIC that are not for memory */
enum pcie_route pcie_peer_route(const struct pcie_link *link, const struct pcie_tlp *tlp);
void pcie_peer_write(struct pcie_link *link, const struct pcie_tlp *tlp, enum pcie_route route,
                     uint64_t now_ps);
void pcie_peer_read(struct pcie_link *link, const struct pcie_tlp *tlp, enum pcie_route route,
                    uint64_t now_ps);

#endif
