/*
 * One function's configuration space: registers with their writable and write-one-to-clear bits, and
 * advanced error reporting (AER), which is the same for an endpoint and a root port. The PCI Express
 * capability is at PCIE_SPACE_CAP, AER at PCIE_SPACE_AER.
 */
#ifndef TOESIM_PCIE_PCIE_SPACE_H
#define TOESIM_PCIE_PCIE_SPACE_H

#include <stddef.h>
#include <stdint.h>

enum {
    PCIE_SPACE_BYTES = 512,
    PCIE_SPACE_EXTENDED_BYTES = 4096, /* bytes beyond PCIE_SPACE_BYTES read as zero */
    PCIE_SPACE_COMMAND = 0x04,
    PCIE_SPACE_CAP = 0x40,
    PCIE_SPACE_DEVCTL = PCIE_SPACE_CAP + 0x08,
    PCIE_SPACE_AER = 0x100,
    PCIE_SPACE_UNCORRECTABLE = PCIE_SPACE_AER + 0x04, /* status: cleared by writing ones */
    PCIE_SPACE_UNCORRECTABLE_MASK = PCIE_SPACE_AER + 0x08,
    PCIE_SPACE_SEVERITY = PCIE_SPACE_AER + 0x0c,
    PCIE_SPACE_CORRECTABLE = PCIE_SPACE_AER + 0x10,
    PCIE_SPACE_CORRECTABLE_MASK = PCIE_SPACE_AER + 0x14,
    PCIE_SPACE_DEVCTL_REPORT = 0xf, /* correctable, non-fatal, fatal, unsupported request */
    PCIE_SPACE_COMMAND_SERR = 0x100,
};

struct pcie_space {
    uint32_t dw[PCIE_SPACE_BYTES / 4];
    uint32_t clearable[PCIE_SPACE_BYTES / 4]; /* by writing ones */
    uint32_t writable[PCIE_SPACE_BYTES / 4];
};

/* Errors that a function detects and that software reads in AER, Device Status and Status. */
enum pcie_error {
    PCIE_ERROR_BAD_TLP,
    PCIE_ERROR_BAD_DLLP,
    PCIE_ERROR_REPLAY_ROLLOVER,
    PCIE_ERROR_REPLAY_TIMEOUT,
    PCIE_ERROR_SURPRISE_DOWN,
    PCIE_ERROR_POISONED,
    PCIE_ERROR_COMPLETION_TIMEOUT,
    PCIE_ERROR_COMPLETER_ABORT, /* detected by the completer */
    PCIE_ERROR_UNSUPPORTED,     /* detected by the completer */
    PCIE_ERROR_ACS,             /* a request that access control forbids, detected by the port */
    /* A completion with completer abort; the requester has no AER bit for it. */
    PCIE_ERROR_TARGET_ABORT,
    /* A completion with unsupported request; the requester has no AER bit for it. */
    PCIE_ERROR_MASTER_ABORT,
};

/* How an error is reported to the root complex. */
enum pcie_severity { PCIE_SILENT, PCIE_CORRECTABLE, PCIE_NON_FATAL, PCIE_FATAL };

/* The address where firmware places BAR 0 of a NIC. Each has its own bridge window above 4 GiB, so that
 * accesses have 4 DW headers. */
#define PCIE_SPACE_WINDOW_BYTES UINT64_C(0x100000)
#define PCIE_SPACE_WINDOW(nic) (UINT64_C(0x3800000000) + (nic)*PCIE_SPACE_WINDOW_BYTES)

/* Access a register. The offset is DW aligned and below PCIE_SPACE_EXTENDED_BYTES. */
uint32_t pcie_space_read32(const struct pcie_space *space, uint32_t offset);
void pcie_space_write32(struct pcie_space *space, uint32_t offset, uint32_t value);

/* Sets up the AER capability and the error bits of Status and Device Status with the specification's defaults. */
void pcie_space_init_aer(struct pcie_space *space);

/* Sets the status bits of an error. Returns the message to send, which is PCIE_SILENT if a mask or an
 * enable bit forbids one. */
enum pcie_severity pcie_space_raise(struct pcie_space *space, enum pcie_error error);

/* Writes a hex dump in the format of `lspci -xxxx` after the line `name`. Returns the bytes written. */
size_t pcie_space_dump(const struct pcie_space *space, const char *name, char *text, size_t size);

#endif
