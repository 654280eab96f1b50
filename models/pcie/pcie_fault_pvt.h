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

/* Discards the endpoint's requests that have not started, and ends its reads. */
void pcie_fault_stop_master(struct pcie_link *link, uint64_t now_ps);

/* Lets a request of the host, or the answer to one, end without success when the completion timeout is over. */
void pcie_fault_let_time_out(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t from_ps);

#endif
