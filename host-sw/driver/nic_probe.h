/* Finds one NIC in configuration space and brings it to the point where its registers answer. */
#ifndef TOESIM_HOST_DRIVER_NIC_PROBE_H
#define TOESIM_HOST_DRIVER_NIC_PROBE_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

enum nic_probe_result {
    NIC_PROBE_OK = 0,
    NIC_PROBE_NO_DEVICE,     /* configuration space does not answer */
    NIC_PROBE_BAD_BAR,       /* BAR 0 is not a memory BAR, or is too small */
    NIC_PROBE_NO_CAPABILITY, /* no PCI Express or no MSI-X capability */
    NIC_PROBE_BAD_MAGIC,     /* BAR 0 belongs to another kind of device */
    NIC_PROBE_BAD_VERSION,   /* the interface has another version */
    NIC_PROBE_NOT_READY,     /* the reset did not end in time */
    NIC_PROBE_NO_MEMORY,     /* no host memory for the rings */
    NIC_PROBE_NO_PUSH,       /* pushed commands were asked for, and the NIC takes none */
    NIC_PROBE_NO_LISTS, /* lists were asked for, and the NIC takes none, or there is no memory */
};

/* The settings that the driver asks for. The limits of the device take precedence. */
struct nic_probe_request {
    uint32_t mps_bytes;   /* 0 keeps the value that firmware has set */
    uint32_t mrrs_bytes;  /* 0 keeps the value that firmware has set */
    uint64_t bar_address; /* used if firmware has set no address */
};

/* The settings that the NIC has after the probe. */
struct nic_probe_sizes {
    uint32_t mps_bytes, mrrs_bytes;
    uint64_t bar_address;
    uint32_t version; /* of the NIC's interface (NIC_REG_VERSION) */
};

/* Probes the NIC. The call blocks for many configuration and register accesses. After success memory decoding, bus
 * mastering, MSI-X and error reporting are enabled, and a reset is under way. */
enum nic_probe_result nic_probe_begin(struct nic_bus bus, unsigned nic,
                                      const struct nic_probe_request *request,
                                      struct nic_probe_sizes *sizes);
/* Returns true if the reset is over. The call blocks for one register access. */
bool nic_probe_is_ready(struct nic_bus bus, unsigned nic, bool *has_clock);

/* Returns true if the device answers configuration reads. The call blocks. */
bool nic_probe_is_alive(struct nic_bus bus, unsigned nic);

#endif
