/* Writes the TLP trace of each link, pcie0.csv and pcie1.csv, with one line per TLP at its start. */
#ifndef TOESIM_PCIE_PCIE_TRACE_H
#define TOESIM_PCIE_PCIE_TRACE_H

#include "models/base/probe.h"
#include "models/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pcie_trace; /* opaque; a probe listener for PCIE_TLP */

/* Creates the files in `dir` under temporary names. On failure returns null and sets err (STATUS_ENVIRONMENT). */
struct pcie_trace *pcie_trace_create(const char *dir, struct error *err);
struct probe_listener pcie_trace_listener(struct pcie_trace *trace);

/* Flushes the files, checks for write errors (full disk), renames them to their final names, and frees. */
enum status pcie_trace_close(struct pcie_trace *trace, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
