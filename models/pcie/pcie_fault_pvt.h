/*
 * Stops the endpoint: bus master off or function-level reset (fence), or link down.
 *
 * Fence: a TLP that has started on the wire arrives. A TLP that has not is discarded, and its callback gets
 * TIME_NEVER. Outstanding reads end with ok = false at once, and their late completions are dropped. Link down: in
 * addition all TLPs between the two ends are lost. Writes that had arrived at the root port are beyond the fault
 * and become visible.
 */
#ifndef TOESIM_PCIE_PCIE_FAULT_PVT_H
#define TOESIM_PCIE_PCIE_FAULT_PVT_H

#include "models/pcie/pcie_link_pvt.h"

void pcie_fault_update_master(struct pcie_link *link, uint64_t now_ps);

#endif
