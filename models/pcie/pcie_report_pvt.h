/*
 * Errors. The endpoint stores them in its registers and reports them to the root complex by message. The
 * root port collects these and its own errors, and interrupts the processor.
 *
 * The endpoint receives the downstream wire and replays the upstream wire; for the root port it is the other way round.
 */
#ifndef TOESIM_PCIE_PCIE_REPORT_PVT_H
#define TOESIM_PCIE_PCIE_REPORT_PVT_H

#include "models/pcie/pcie_link_pvt.h"

/* Returns when the data link layer detects its next error; TIME_NEVER if none is expected. */
uint64_t pcie_report_next_ps(const struct pcie_link *link);
void pcie_report_errors(struct pcie_link *link, uint64_t at_ps);
void pcie_report_of_endpoint(struct pcie_link *link, enum pcie_error error, uint64_t at_ps);
void pcie_report_of_root(struct pcie_link *link, enum pcie_error error, uint64_t at_ps);
void pcie_report_message(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps);
void pcie_report_link(struct pcie_link *link, bool active, uint64_t at_ps);
/* Wakes software after a completed configuration write, although no register reports an event. */
void pcie_report_event(struct pcie_link *link, uint64_t at_ps);

#endif
