/* Counts a TLP when it starts on its wire, and reports it to the probe. */
#ifndef TOESIM_PCIE_PCIE_STARTED_H
#define TOESIM_PCIE_PCIE_STARTED_H

#include "models/pcie/pcie_link_pvt.h"

/* Counts the TLP in the statistics of `direction` (PCIE_UP or PCIE_DOWN). A resent TLP counts each time. */
void pcie_started_count(struct pcie_link *link, int direction, const struct pcie_tlp *tlp);

/* Emits PROBE_PCIE_TLP, if anybody listens. `again`: the TLP has started before and was not received. `arrives`: the
 * receiver will take it this time. */
void pcie_started_show(const struct pcie_link *link, int direction, const struct pcie_tlp *tlp,
                       bool again, bool arrives);

#endif
