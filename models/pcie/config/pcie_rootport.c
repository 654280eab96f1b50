#include "models/pcie/config/pcie_rootport.h"

#include "models/hwif/port_regs.h"

#include <assert.h>
#include <string.h>

enum {
    VENDOR = 0x1234,
    DEVICE = 0x70e1,
    CLASS_BRIDGE = 0x060400,
    REVISION = 1,
    HEADER_TYPE_1 = 0x00010000, /* in the DW at 0Ch */
    STATUS_CAP_LIST = 0x00100000,
    COMMAND_ON = 0x0106, /* memory, master; SERR */
    BUSES_AT = 0x18,
    IO_AT = 0x1c,
    MEMORY_AT = 0x20,
    PREFETCHABLE_AT = 0x24, /* low; base and limit above are in the next two */
    IO_NONE = 0x00f0,       /* base above limit */
    MEMORY_NONE = 0x0000fff0,
    PREFETCHABLE_64 = 0x00010001,
    CAP_POINTER_AT = 0x34,
    CAP_ID_PCIE = 0x10,
    FLAGS_ROOT_PORT = 0x0142, /* version 2, type 4, a slot is there */
    DEVCAP_ROLE_BASED = 0x8000,
    DEVCTL_MPS_SHIFT = 5,
    LNKCAP_SURPRISE_DOWN = 0x00080000,
    LNKCAP_ACTIVE_REPORTING = 0x00100000,
    SLOT_HOT_PLUG = 0x60,     /* surprise, capable */
    SLOT_CONTROL_ON = 0x1020, /* hot-plug interrupt, when the data link layer changes */
    ROOT_COMMAND_ALL = 7,
    ACS_AT = 0x148,
    ACS_REDIRECT = 0x0c, /* requests and completions between peers go up, where they are refused */
};

#define ACS_HEADER 0x0001000du /* ID 0Dh, version 1, the last one */

static void init_header(struct pcie_rootport *port)
{
    uint32_t *dw = port->space.dw;
    uint32_t bus = port->nic + 1;
    dw[0] = (uint32_t)DEVICE << 16 | VENDOR;
    dw[1] = (uint32_t)STATUS_CAP_LIST | COMMAND_ON;
    port->space.writable[1] = 0x0147;
    dw[2] = (uint32_t)CLASS_BRIDGE << 8 | REVISION;
    dw[3] = HEADER_TYPE_1;
    dw[BUSES_AT / 4] = bus << 16 | bus << 8; /* subordinate, secondary, primary 0 */
    dw[IO_AT / 4] = IO_NONE;
    dw[MEMORY_AT / 4] = MEMORY_NONE;
    uint64_t base = PCIE_SPACE_WINDOW(port->nic), limit = base + PCIE_SPACE_WINDOW_BYTES - 1;
    dw[PREFETCHABLE_AT / 4] = ((uint32_t)limit & 0xfff00000u) | ((uint32_t)base >> 16 & 0xfff0u) |
                              (uint32_t)PREFETCHABLE_64;
    dw[PREFETCHABLE_AT / 4 + 1] = (uint32_t)(base >> 32);
    dw[PREFETCHABLE_AT / 4 + 2] = (uint32_t)(limit >> 32);
    dw[CAP_POINTER_AT / 4] = PCIE_SPACE_CAP;
}

static void init_express(struct pcie_rootport *port, uint32_t link, uint32_t mps_code)
{
    uint32_t *pcie = &port->space.dw[PCIE_SPACE_CAP / 4];
    uint32_t *writable = &port->space.writable[PCIE_SPACE_CAP / 4];
    uint32_t *clearable = &port->space.clearable[PCIE_SPACE_CAP / 4];
    pcie[0] = (uint32_t)FLAGS_ROOT_PORT << 16 | CAP_ID_PCIE;
    pcie[1] = mps_code | DEVCAP_ROLE_BASED;
    pcie[2] |= mps_code << DEVCTL_MPS_SHIFT | PCIE_SPACE_DEVCTL_REPORT;
    pcie[3] = link | (uint32_t)LNKCAP_SURPRISE_DOWN | (uint32_t)LNKCAP_ACTIVE_REPORTING;
    pcie[4] = link << 16 | PORT_LINK_ACTIVE;
    pcie[5] = SLOT_HOT_PLUG;
    pcie[6] = SLOT_CONTROL_ON | PORT_SLOT_PRESENT;
    writable[4] = PORT_LINK_DISABLE;
    writable[6] = 0x1fff;
    clearable[6] = PORT_SLOT_CHANGED;
    pcie[11] = ((1u << (link & 0xf)) - 1) << 1; /* supported speeds vector */
    pcie[12] = link & 0xf;
}

static void init_acs(struct pcie_rootport *port, bool p2p)
{
    port->space.dw[PCIE_SPACE_AER / 4] |= (uint32_t)ACS_AT << 20;
    port->space.dw[ACS_AT / 4] = ACS_HEADER;
    port->space.dw[ACS_AT / 4 + 1] = ACS_REDIRECT | (p2p ? 0 : (uint32_t)ACS_REDIRECT << 16);
}

void pcie_rootport_init(struct pcie_rootport *port, unsigned nic, unsigned gen, unsigned lanes,
                        uint32_t mps_bytes, bool p2p)
{
    memset(port, 0, sizeof *port);
    port->nic = nic;
    uint32_t mps_code = 0;
    while ((128u << mps_code) < mps_bytes)
        mps_code++;
    init_header(port);
    pcie_space_init_aer(&port->space);
    init_express(port, gen | lanes << 4, mps_code);
    init_acs(port, p2p);
    port->space.dw[PORT_ROOT_COMMAND / 4] = ROOT_COMMAND_ALL;
    port->space.writable[PORT_ROOT_COMMAND / 4] = ROOT_COMMAND_ALL;
    port->space.clearable[PORT_ROOT_STATUS / 4] = PORT_ROOT_ERRORS;
}

/* Returns the status bit to set, of bits 0 and 1 or 2 and 3: error received, or multiple errors received. */
static uint32_t received(uint32_t status, unsigned first_bit)
{
    return status >> first_bit & 1 ? 2u << first_bit : 1u << first_bit;
}

/* Updates Root Error Status and the error source. Returns true if an interrupt is due, which is so for the
 * first error of its kind that software has not cleared. */
static bool log_error(struct pcie_rootport *port, enum pcie_severity severity, uint32_t source)
{
    if (severity == PCIE_SILENT)
        return false;
    uint32_t *dw = port->space.dw;
    uint32_t status = dw[PORT_ROOT_STATUS / 4], *id = &dw[PORT_ERROR_SOURCE / 4];
    bool correctable = severity == PCIE_CORRECTABLE;
    bool first = (status & (correctable ? PORT_ROOT_CORRECTABLE : PORT_ROOT_UNCORRECTABLE)) == 0;
    if (first)
        *id = correctable ? (*id & 0xffff0000u) | source : (*id & 0xffffu) | source << 16;
    status |= received(status, correctable ? 0 : 2);
    if (severity == PCIE_NON_FATAL)
        status |= PORT_ROOT_NON_FATAL;
    if (severity == PCIE_FATAL)
        status |= PORT_ROOT_FATAL | (first ? (uint32_t)PORT_ROOT_FIRST_FATAL : 0u);
    dw[PORT_ROOT_STATUS / 4] = status;
    return first && (dw[PORT_ROOT_COMMAND / 4] >> (severity - PCIE_CORRECTABLE) & 1) != 0;
}

bool pcie_rootport_on_message(struct pcie_rootport *port, enum pcie_severity severity)
{
    assert(severity != PCIE_SILENT);
    return log_error(port, severity, (port->nic + 1) << 8);
}

bool pcie_rootport_raise(struct pcie_rootport *port, enum pcie_error error)
{
    return log_error(port, pcie_space_raise(&port->space, error), (port->nic + 1) << 3);
}

bool pcie_rootport_on_link(struct pcie_rootport *port, bool active)
{
    uint32_t *link = &port->space.dw[PORT_LINK / 4], *slot = &port->space.dw[PORT_SLOT / 4];
    *link = active ? *link | PORT_LINK_ACTIVE : *link & ~PORT_LINK_ACTIVE;
    bool first = (*slot & PORT_SLOT_CHANGED) == 0;
    *slot |= PORT_SLOT_CHANGED;
    return first && (*slot & SLOT_CONTROL_ON) == SLOT_CONTROL_ON;
}
