/* Defaults and limits of a link's parameters. */
#ifndef TOESIM_PCIE_PCIE_PARAMS_H
#define TOESIM_PCIE_PCIE_PARAMS_H

#include "models/pcie/pcie_link_types.h"

#ifdef __cplusplus
extern "C" {
#endif

void pcie_params_default(struct pcie_params *params);

/* STATUS_BAD_INPUT with a message when a value is out of range. */
enum status pcie_params_check(const struct pcie_params *params, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
