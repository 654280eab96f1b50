/* Creates and destroys a link, and returns its counters. */
#ifndef TOESIM_PCIE_PCIE_LINK_LIFE_H
#define TOESIM_PCIE_PCIE_LINK_LIFE_H

#include "models/pcie/pcie_link_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Creates a link. `nic` is the number in probe events and MSI-X. All pointers are kept; `probe` may be null. */
struct pcie_link *pcie_link_create(const struct pcie_params *params, unsigned nic,
                                   struct pcie_device device, struct pcie_host host,
                                   const struct waker *waker, const struct probe *probe);
void pcie_link_destroy(struct pcie_link *link);

/* Returns the interface for the engine. */
struct pcie_endpoint pcie_link_endpoint(struct pcie_link *link);

/* Returns true while anything travels in either direction or waits for the link. */
bool pcie_link_is_busy(const struct pcie_link *link);
const struct pcie_stats *pcie_link_stats(struct pcie_link *link);

#ifdef __cplusplus
}
#endif

#endif
