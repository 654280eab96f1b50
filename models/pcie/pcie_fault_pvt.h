/*
 * The endpoint stops sending: bus master off or function-level reset (fence), or the link is down.
 *
 * Fence: what has started on the wire arrives; what has not is discarded, its writer hears
 * TIME_NEVER; outstanding reads end with ok = false at once and their late completions are dropped.
 * Link down: in addition everything between the two ends is lost. Writes that had arrived at the
 * root port are on the host's side of the fault and become visible.
 */
#ifndef TOESIM_PCIE_PCIE_FAULT_PVT_H
#define TOESIM_PCIE_PCIE_FAULT_PVT_H

#include "models/pcie/pcie_link_pvt.h"

void pcie_fault_update_master(struct pcie_link *link, uint64_t now_ps);

#endif
