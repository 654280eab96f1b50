/*
 * What software reads of the root port above a NIC: offsets in the port's configuration space, and
 * the bits it looks at (PCI Express Base, chapter 7; linux pci_regs.h).
 */
#ifndef TOESIM_HWIF_PORT_REGS_H
#define TOESIM_HWIF_PORT_REGS_H

enum port_reg {
    PORT_LINK = 0x50,           /* Link Control, Link Status above */
    PORT_SLOT = 0x58,           /* Slot Control, Slot Status above */
    PORT_UNCORRECTABLE = 0x104, /* AER status: ones clear */
    PORT_CORRECTABLE = 0x110,
    PORT_ROOT_COMMAND = 0x12c, /* which messages interrupt */
    PORT_ROOT_STATUS = 0x130,  /* ones clear */
    PORT_ERROR_SOURCE = 0x134, /* requester ID: correctable 15:0, uncorrectable 31:16 */
};

#define PORT_LINK_DISABLE 0x10u       /* takes the link down, and keeps it down while it is set */
#define PORT_LINK_ACTIVE 0x20000000u  /* data link layer: TLPs pass */
#define PORT_SLOT_PRESENT 0x00400000u /* a card is in the slot */
#define PORT_SLOT_CHANGED 0x01000000u /* PORT_LINK_ACTIVE did; a one clears */
#define PORT_ROOT_CORRECTABLE 0x1u    /* received */
#define PORT_ROOT_UNCORRECTABLE 0x4u
#define PORT_ROOT_FIRST_FATAL 0x10u
#define PORT_ROOT_NON_FATAL 0x20u
#define PORT_ROOT_FATAL 0x40u
#define PORT_ROOT_ERRORS 0x7fu

#endif
