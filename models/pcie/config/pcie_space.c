#include "models/pcie/config/pcie_space.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>

#define AER_HEADER 0x00020001u         /* ID 1, version 2, the last one */
#define UNCORRECTABLE_BITS 0x0035f030u /* data link, surprise down, poisoned, .. ACS violation */
#define UNCORRECTABLE_SEVERITY 0x00062030u /* fatal by default */
#define CORRECTABLE_BITS 0x000031c1u       /* receiver, bad TLP, bad DLLP, rollover, timeout .. */
#define ADVISORY_NON_FATAL 0x00002000u
#define DEVSTA_CORRECTABLE 0x00010000u
#define DEVSTA_NON_FATAL 0x00020000u
#define DEVSTA_FATAL 0x00040000u
#define DEVSTA_UNSUPPORTED 0x00080000u
#define DEVSTA_ERRORS 0x000f0000u
#define STATUS_TARGET_ABORT_SENT 0x08000000u
#define STATUS_TARGET_ABORT 0x10000000u
#define STATUS_MASTER_ABORT 0x20000000u
#define STATUS_SYSTEM_ERROR 0x40000000u
#define STATUS_PARITY 0x80000000u
#define STATUS_ERRORS 0xf9000000u

enum { BYTES_PER_LINE = 16, LINE_TEXT_MAX = 56 };

uint32_t pcie_space_read32(const struct pcie_space *space, uint32_t offset)
{
    assert(offset % 4 == 0 && offset < PCIE_SPACE_EXTENDED_BYTES);
    return offset < PCIE_SPACE_BYTES ? space->dw[offset / 4] : 0;
}

void pcie_space_write32(struct pcie_space *space, uint32_t offset, uint32_t value)
{
    assert(offset % 4 == 0 && offset < PCIE_SPACE_EXTENDED_BYTES);
    if (offset >= PCIE_SPACE_BYTES)
        return;
    uint32_t writable = space->writable[offset / 4];
    space->dw[offset / 4] = (space->dw[offset / 4] & ~writable) | (value & writable);
    space->dw[offset / 4] &= ~(value & space->clearable[offset / 4]);
}

void pcie_space_init_aer(struct pcie_space *space)
{
    space->dw[PCIE_SPACE_AER / 4] = AER_HEADER;
    space->clearable[PCIE_SPACE_UNCORRECTABLE / 4] = UNCORRECTABLE_BITS;
    space->clearable[PCIE_SPACE_CORRECTABLE / 4] = CORRECTABLE_BITS;
    space->writable[PCIE_SPACE_UNCORRECTABLE_MASK / 4] = UNCORRECTABLE_BITS;
    space->writable[PCIE_SPACE_SEVERITY / 4] = UNCORRECTABLE_BITS;
    space->dw[PCIE_SPACE_SEVERITY / 4] = UNCORRECTABLE_SEVERITY;
    space->writable[PCIE_SPACE_CORRECTABLE_MASK / 4] = CORRECTABLE_BITS;
    space->dw[PCIE_SPACE_CORRECTABLE_MASK / 4] = ADVISORY_NON_FATAL;
    space->clearable[PCIE_SPACE_COMMAND / 4] = STATUS_ERRORS;
    space->clearable[PCIE_SPACE_DEVCTL / 4] = DEVSTA_ERRORS;
    space->writable[PCIE_SPACE_DEVCTL / 4] |= PCIE_SPACE_DEVCTL_REPORT;
}

struct error_bits {
    uint32_t correctable, uncorrectable; /* AER */
    uint32_t status;                     /* of the DW at 04h */
};

static const struct error_bits bits_of[] = {
    [PCIE_ERROR_BAD_TLP] = {.correctable = 1u << 6},
    [PCIE_ERROR_BAD_DLLP] = {.correctable = 1u << 7},
    [PCIE_ERROR_REPLAY_ROLLOVER] = {.correctable = 1u << 8},
    [PCIE_ERROR_REPLAY_TIMEOUT] = {.correctable = 1u << 12},
    [PCIE_ERROR_SURPRISE_DOWN] = {.uncorrectable = 1u << 5},
    [PCIE_ERROR_POISONED] = {.uncorrectable = 1u << 12, .status = STATUS_PARITY},
    [PCIE_ERROR_COMPLETION_TIMEOUT] = {.uncorrectable = 1u << 14},
    [PCIE_ERROR_COMPLETER_ABORT] = {.uncorrectable = 1u << 15, .status = STATUS_TARGET_ABORT_SENT},
    [PCIE_ERROR_UNSUPPORTED] = {.uncorrectable = 1u << 20},
    [PCIE_ERROR_ACS] = {.uncorrectable = 1u << 21},
    [PCIE_ERROR_TARGET_ABORT] = {.status = STATUS_TARGET_ABORT},
    [PCIE_ERROR_MASTER_ABORT] = {.status = STATUS_MASTER_ABORT},
};

static bool is_enabled(const struct pcie_space *space, enum pcie_severity severity)
{
    uint32_t control = space->dw[PCIE_SPACE_DEVCTL / 4];
    bool serr = (space->dw[PCIE_SPACE_COMMAND / 4] & PCIE_SPACE_COMMAND_SERR) != 0;
    if (severity == PCIE_CORRECTABLE)
        return (control & 1) != 0;
    return serr || (control >> (severity - PCIE_CORRECTABLE) & 1) != 0;
}

static enum pcie_severity severity_of(const struct pcie_space *space, const struct error_bits *bits)
{
    if (bits->correctable & ~space->dw[PCIE_SPACE_CORRECTABLE_MASK / 4])
        return PCIE_CORRECTABLE;
    if ((bits->uncorrectable & ~space->dw[PCIE_SPACE_UNCORRECTABLE_MASK / 4]) == 0)
        return PCIE_SILENT;
    return bits->uncorrectable & space->dw[PCIE_SPACE_SEVERITY / 4] ? PCIE_FATAL : PCIE_NON_FATAL;
}

static uint32_t device_status(const struct pcie_space *space, const struct error_bits *bits)
{
    uint32_t set = bits->correctable ? DEVSTA_CORRECTABLE : 0;
    if (bits->uncorrectable & space->dw[PCIE_SPACE_SEVERITY / 4])
        set |= DEVSTA_FATAL;
    else if (bits->uncorrectable)
        set |= DEVSTA_NON_FATAL;
    if (bits->uncorrectable == bits_of[PCIE_ERROR_UNSUPPORTED].uncorrectable)
        set |= DEVSTA_UNSUPPORTED;
    return set;
}

enum pcie_severity pcie_space_raise(struct pcie_space *space, enum pcie_error error)
{
    assert(error < sizeof bits_of / sizeof *bits_of);
    const struct error_bits *bits = &bits_of[error];
    space->dw[PCIE_SPACE_CORRECTABLE / 4] |= bits->correctable;
    space->dw[PCIE_SPACE_UNCORRECTABLE / 4] |= bits->uncorrectable;
    space->dw[PCIE_SPACE_COMMAND / 4] |= bits->status;
    space->dw[PCIE_SPACE_DEVCTL / 4] |= device_status(space, bits);
    enum pcie_severity severity = severity_of(space, bits);
    if (severity == PCIE_SILENT || !is_enabled(space, severity))
        return PCIE_SILENT;
    if (severity != PCIE_CORRECTABLE &&
        (space->dw[PCIE_SPACE_COMMAND / 4] & PCIE_SPACE_COMMAND_SERR))
        space->dw[PCIE_SPACE_COMMAND / 4] |= STATUS_SYSTEM_ERROR;
    return severity;
}

size_t pcie_space_dump(const struct pcie_space *space, const char *name, char *text, size_t size)
{
    int at = snprintf(text, size, "%s\n", name);
    for (uint32_t offset = 0; offset < PCIE_SPACE_BYTES; offset++) {
        uint32_t dw = space->dw[offset / 4];
        assert(at > 0 && (size_t)at + LINE_TEXT_MAX < size);
        if (offset % BYTES_PER_LINE == 0)
            at += snprintf(text + at, size - (size_t)at, "%02x:", offset);
        at += snprintf(text + at, size - (size_t)at, " %02x", dw >> 8 * (offset % 4) & 0xff);
        if (offset % BYTES_PER_LINE == BYTES_PER_LINE - 1)
            at += snprintf(text + at, size - (size_t)at, "\n");
    }
    at += snprintf(text + at, size - (size_t)at, "\n");
    return (size_t)at;
}
