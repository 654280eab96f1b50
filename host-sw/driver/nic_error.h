/*
 * Handles PCIe errors between a NIC and the processor. When the root port interrupts, the driver reads and clears the
 * errors that both ends of the link have logged (AER), counts them, and reports the condition of the NIC. The caller
 * decides what to do.
 */
#ifndef TOESIM_HOST_DRIVER_NIC_ERROR_H
#define TOESIM_HOST_DRIVER_NIC_ERROR_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

/* X(identifier, key, true for the uncorrectable register, bit) */
#define NIC_ERRORS(X)                                                                              \
    X(BAD_TLP, "bad_tlp", false, 6)                                                                \
    X(BAD_DLLP, "bad_dllp", false, 7)                                                              \
    X(REPLAY_ROLLOVER, "replay_rollover", false, 8)                                                \
    X(REPLAY_TIMEOUT, "replay_timeout", false, 12)                                                 \
    X(SURPRISE_DOWN, "surprise_down", true, 5)                                                     \
    X(POISONED, "poisoned", true, 12)                                                              \
    X(COMPLETION_TIMEOUT, "completion_timeout", true, 14)                                          \
    X(COMPLETER_ABORT, "completer_abort", true, 15)                                                \
    X(UNSUPPORTED, "unsupported_request", true, 20)                                                \
    X(ACS_VIOLATION, "acs_violation", true, 21)

enum nic_error {
#define X(id, key, uncorrectable, bit) NIC_ERROR_##id,
    NIC_ERRORS(X)
#undef X
        NIC_ERROR_COUNT,
};

extern const char *const nic_error_names[NIC_ERROR_COUNT];

struct nic_error_counts {
    uint64_t interrupts;
    uint64_t
        seen[NIC_ERROR_COUNT]; /* how often the driver found each error at either end of the link */
};

/* The condition of the NIC. */
struct nic_error_report {
    bool answers;       /* the link is up, and the NIC answers configuration reads */
    bool link_is_down;  /* the link is down, which also fences the NIC */
    bool stopped;       /* bus mastering or memory decoding is disabled, as after a reset */
    bool uncorrectable; /* an uncorrectable error was logged, so a TLP may be lost */
};

/* Services the interrupt of a root port. The call blocks for some configuration accesses. */
void nic_error_service(struct nic_bus bus, unsigned nic, struct nic_error_counts *counts,
                       struct nic_error_report *report);

/* Returns true if the root port says that its link is down. A NIC whose link is down is fenced (docs/hwif.md). */
bool nic_error_link_is_down(struct nic_bus bus, unsigned nic);

#endif
