/* How requests and completions are split into packets, and the length of a packet on the wire
 * (docs/timing.md 1.2, 1.7). */
#ifndef TOESIM_PCIE_PCIE_SPLIT_H
#define TOESIM_PCIE_PCIE_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

/* The values are those in PCIE_TLP probe events. */
enum pcie_tlp_kind {
    PCIE_TLP_MWR = 0,  /* memory write */
    PCIE_TLP_MRD = 1,  /* memory read request */
    PCIE_TLP_MSIX = 2, /* memory write of one DW that the root port takes as an interrupt */
    PCIE_TLP_CFGRD = 3,
    PCIE_TLP_CFGWR = 4,
    PCIE_TLP_CPL = 5,  /* completion without data */
    PCIE_TLP_CPLD = 6, /* completion with data */
    PCIE_TLP_MSG = 7,  /* error message of the endpoint */
};

enum {
    PCIE_PAGE_BYTES = 4096, /* no request crosses such a boundary */
    PCIE_FRAMING_BYTES = 8, /* start, sequence number, LCRC and end: 8 bytes in every generation */
    PCIE_HEADER3_BYTES = 12,
    PCIE_HEADER4_BYTES = 16,
};

/* Returns the bytes of the first packet when `left` bytes at `address` remain. `max` is MPS for a write and
 * MRRS for a read request. */
uint32_t pcie_split_request(uint64_t address, uint32_t left, uint32_t max);

/* Returns the bytes of the next completion when `left` bytes at `address` remain: the longest that fits
 * `mps` and ends on an RCB boundary. With `each_rcb` it ends at the next such boundary. */
uint32_t pcie_split_completion(uint64_t address, uint32_t left, uint32_t mps, uint32_t rcb,
                               bool each_rcb);

/* Returns the Lower Address field of a completion whose first byte is at `address`. */
uint32_t pcie_split_lower_address(uint64_t address);

/* Returns the payload in whole DWs, of which the first and last may be partly enabled. */
uint32_t pcie_split_payload_dw(uint64_t address, uint32_t len);

/* Returns the bytes on the wire. Memory requests to addresses from 4 GiB up have the 4 DW header, others
 * the 3 DW one. `len` is 0 if there is no payload; for a read request it is the requested length. */
uint32_t pcie_split_wire_bytes(enum pcie_tlp_kind kind, uint64_t address, uint32_t len);

#endif
