/*
 * Errors between a NIC and the processor as its driver learns of them: the root port interrupts, the
 * driver reads and clears what both ends of the link have logged (AER), counts it, and says what is
 * left of the NIC. What is done about it is the caller's decision.
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
    uint64_t seen[NIC_ERROR_COUNT]; /* times the driver found it, at either end of the link */
};

/* What is left of the NIC. */
struct nic_error_report {
    bool answers;       /* link up, and configuration space does */
    bool stopped;       /* it may not send or be reached: reset, or bus master or memory off */
    bool uncorrectable; /* something was lost that no replay brings back */
};

/* Blocks for some configuration accesses. */
void nic_error_service(struct nic_bus bus, unsigned nic, struct nic_error_counts *counts,
                       struct nic_error_report *report);

#endif
