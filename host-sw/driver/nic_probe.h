/* Finds one NIC in configuration space and brings it to the point where its registers answer. */
#ifndef TOESIM_HOST_DRIVER_NIC_PROBE_H
#define TOESIM_HOST_DRIVER_NIC_PROBE_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

enum nic_probe_result {
    NIC_PROBE_OK = 0,
    NIC_PROBE_NO_DEVICE,     /* configuration space does not answer */
    NIC_PROBE_BAD_BAR,       /* BAR 0 is no memory of the size we know */
    NIC_PROBE_NO_CAPABILITY, /* no PCI Express or no MSI-X capability */
    NIC_PROBE_BAD_MAGIC,     /* BAR 0 is not this NIC's */
    NIC_PROBE_BAD_VERSION,   /* the interface is of another version */
    NIC_PROBE_NOT_READY,     /* reset did not end */
    NIC_PROBE_NO_MEMORY,     /* no host memory for the rings */
};

/* What the driver asks for; the device's own limits win. */
struct nic_probe_request {
    uint32_t mps_bytes;   /* 0: as firmware set it */
    uint32_t mrrs_bytes;  /* 0: as firmware set it */
    uint64_t bar_address; /* used when firmware gave none */
};

/* What it came to. */
struct nic_probe_sizes {
    uint32_t mps_bytes, mrrs_bytes;
    uint64_t bar_address;
};

/* Blocks for many configuration and register accesses. Afterwards: decoding memory, bus master,
 * MSI-X enabled, errors reported, a reset under way. */
enum nic_probe_result nic_probe_begin(struct nic_bus bus, unsigned nic,
                                      const struct nic_probe_request *request,
                                      struct nic_probe_sizes *sizes);
/* True when the reset is over. Blocks for one register access. */
bool nic_probe_is_ready(struct nic_bus bus, unsigned nic);

/* True while the device still answers configuration reads. Blocks. */
bool nic_probe_is_alive(struct nic_bus bus, unsigned nic);

#endif
