/* Defaults and limits of the parameters of a link. */
#ifndef TOESIM_PCIE_PCIE_PARAMS_H
#define TOESIM_PCIE_PCIE_PARAMS_H

#include "models/pcie/pcie_link_types.h"

#ifdef __cplusplus
extern "C" {
#endif

void pcie_params_default(struct pcie_params *params);

/* Returns STATUS_BAD_INPUT with a message if a value is out of range. */
enum status pcie_params_check(const struct pcie_params *params, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
