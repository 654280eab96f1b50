/*
 * One NIC's PCIe link in both directions, with its root port: splitting, wire bytes, serialisation, tags,
 * completions, ordering, data link layer (docs/timing.md 1.1 to 1.7). The time of every TLP is exact to the
 * picosecond.
 *
 * pcie_wire.h describes arbitration and ordering, pcie_flow.h credits and Acks, pcie_wire_dll.c damaged packets,
 * pcie_fault.c fences and link loss, and pcie_config.h what firmware has set up. The callbacks `done` and `issued`
 * are called by the stage's run(), never from inside a request.
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

/* Updates the counters to `now_ps`; call it before you read them. The link processes its wires only when
 * someone would notice, so recent starts and arrivals are not counted before this call. */
void pcie_link_settle(struct pcie_link *link, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
