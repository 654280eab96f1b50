/*
 * Configuration space of the root port above one NIC, device nic + 1 on bus 0: Type 1 header, PCI
 * Express capability with slot and root registers, AER, access control services. It gathers what the NIC reports by message
 * and what the port notices itself, and says when the processor is to be interrupted. Firmware has
 * enabled all of it; a link that goes down changes nothing in it.
 */
#ifndef TOESIM_PCIE_PCIE_ROOTPORT_H
#define TOESIM_PCIE_PCIE_ROOTPORT_H

#include "models/pcie/pcie_space.h"

#include <stdbool.h>

struct pcie_rootport {
    struct pcie_space space;
    unsigned nic;
};

/* p2p: access control lets the NIC's requests to the other one pass. */
void pcie_rootport_init(struct pcie_rootport *port, unsigned nic, unsigned gen, unsigned lanes,
                        uint32_t mps_bytes, bool p2p);

/* The NIC's error message. These three are true when an interrupt has to be sent: one is enough
 * until software has cleared what it was sent for. */
bool pcie_rootport_on_message(struct pcie_rootport *port, enum pcie_severity severity);
/* An error the port noticed. */
bool pcie_rootport_raise(struct pcie_rootport *port, enum pcie_error error);
/* The data link layer became active or inactive. */
bool pcie_rootport_on_link(struct pcie_rootport *port, bool active);

#endif
