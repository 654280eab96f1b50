/*
 * Configuration space of the root port above one NIC, device nic + 1 on bus 0: Type 1 header, PCI Express
 * capability with slot and root registers, AER, access control services. It collects the errors that the
 * NIC reports by message and those that the port detects itself, and says when to interrupt the processor.
 * Firmware has enabled all of it. The registers keep their values when the link goes down.
 */
#ifndef TOESIM_PCIE_PCIE_ROOTPORT_H
#define TOESIM_PCIE_PCIE_ROOTPORT_H

#include "models/pcie/config/pcie_space.h"

#include <stdbool.h>

struct pcie_rootport {
    struct pcie_space space;
    unsigned nic;
};

/* Sets up the registers. `p2p`: access control allows requests of the NIC to the other NIC. */
void pcie_rootport_init(struct pcie_rootport *port, unsigned nic, unsigned gen, unsigned lanes,
                        uint32_t mps_bytes, bool p2p);

/* Handles an error message of the NIC. This function and the next two return true if an interrupt has to be
 * sent; one is enough until software has cleared its cause. */
bool pcie_rootport_on_message(struct pcie_rootport *port, enum pcie_severity severity);
/* Handles an error that the port detected. */
bool pcie_rootport_raise(struct pcie_rootport *port, enum pcie_error error);
/* Handles a change of the data link layer to active or inactive. */
bool pcie_rootport_on_link(struct pcie_rootport *port, bool active);

#endif
