/*
 * Requests of the NIC that are not for memory: the root complex passes those for BAR 0 of the other NIC,
 * unless the root port's access control forbids it (a violation: completer abort), and answers those
 * that nobody claims itself (unsupported request). A posted write that is not passed is lost; the root
 * port logs and reports it all the same.
 *
 * A register is one DW, and the NIC completes reads of one; a longer read breaks its programming model
 * and is aborted by the completer.
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
