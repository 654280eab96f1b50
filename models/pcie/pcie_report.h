/* The registers of the root port, and a dump of both configuration spaces. */
#ifndef TOESIM_PCIE_PCIE_REPORT_H
#define TOESIM_PCIE_PCIE_REPORT_H

#include "models/pcie/pcie_link_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the configuration spaces of root port and endpoint as a hex dump that `lspci -F` reads. Returns
 * the bytes written without the final zero. `size` is at least PCIE_LINK_DUMP_MAX. */
enum { PCIE_LINK_DUMP_MAX = 8192 };
size_t pcie_link_config_dump(const struct pcie_link *link, char *text, size_t size);

/* Reads the configuration space of the root port (hwif/port_regs.h), which answers at once. The offset is DW aligned and
 * below 4096. */
uint32_t pcie_link_port_read32(const struct pcie_link *link, uint32_t offset);

#ifdef __cplusplus
}
#endif

#endif
