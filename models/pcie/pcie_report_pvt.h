/*
 * Errors: the endpoint puts them into its registers and tells the root complex by message; the root
 * port gathers those and its own, and interrupts the processor.
 *
 * The endpoint receives what comes down and replays what goes up; the root port the other way round.
 */
#ifndef TOESIM_PCIE_PCIE_REPORT_PVT_H
#define TOESIM_PCIE_PCIE_REPORT_PVT_H

#include "models/pcie/pcie_link_pvt.h"

/* The data link layer's next errors; TIME_NEVER: none is noticed. */
uint64_t pcie_report_next_ps(const struct pcie_link *link);
void pcie_report_errors(struct pcie_link *link, uint64_t at_ps);
void pcie_report_of_endpoint(struct pcie_link *link, enum pcie_error error, uint64_t at_ps);
void pcie_report_of_root(struct pcie_link *link, enum pcie_error error, uint64_t at_ps);
void pcie_report_message(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps);
void pcie_report_link(struct pcie_link *link, bool active, uint64_t at_ps);
/* Software may want to look, though no register says why: a configuration write was completed. */
void pcie_report_event(struct pcie_link *link, uint64_t at_ps);

#endif
