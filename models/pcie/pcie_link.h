/*
 * One NIC's PCIe link, both directions, with its root port: splitting, wire bytes, serialisation,
 * tags, completions, ordering, data link layer (timing 1.1 to 1.7). Times of every TLP to the
 * picosecond.
 *
 * Arbitration and ordering are described in pcie_wire.h, credits and Acks in pcie_flow.h, damaged
 * packets in pcie_wire_dll.c, fences and link loss in pcie_fault.c, what firmware has set up in
 * pcie_config.h. `done` and `issued` calls come from the stage's run(), never from inside a
 * request.
 */
#ifndef TOESIM_PCIE_PCIE_LINK_H
#define TOESIM_PCIE_PCIE_LINK_H

#include "models/base/stage.h"
#include "models/pcie/pcie_fault.h"
#include "models/pcie/pcie_link_life.h"
#include "models/pcie/pcie_link_types.h"
#include "models/pcie/pcie_params.h"
#include "models/pcie/pcie_peer.h"
#include "models/pcie/pcie_report.h"
#include "models/pcie/pcie_root.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stage pcie_link_stage(struct pcie_link *link, const char *name);

/* Before the counters are read: brings them up to now_ps. The link looks at its wires only when somebody
 * would notice, so what has started or arrived since then is not counted yet. */
void pcie_link_settle(struct pcie_link *link, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
