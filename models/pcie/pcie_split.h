/* How requests and completions are cut into packets, and what a packet weighs on the wire
 * (timing 1.2, 1.7). */
#ifndef TOESIM_PCIE_PCIE_SPLIT_H
#define TOESIM_PCIE_PCIE_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

/* Values are those of probe events PCIE_TLP. */
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
    PCIE_FRAMING_BYTES = 8, /* start, sequence number, LCRC, end: 8 in every generation */
    PCIE_HEADER3_BYTES = 12,
    PCIE_HEADER4_BYTES = 16,
};

/* Bytes of the first packet when `left` bytes at address are still to be asked for: a write is cut
 * at max = MPS, a read request at max = MRRS. */
uint32_t pcie_split_request(uint64_t address, uint32_t left, uint32_t max);

/* Bytes of the next completion when `left` bytes at address are due: the longest that fits mps and
 * ends on an RCB boundary, or with each_rcb only up to the next such boundary. */
uint32_t pcie_split_completion(uint64_t address, uint32_t left, uint32_t mps, uint32_t rcb,
                               bool each_rcb);

/* Lower Address field of a completion whose first byte is at address. */
uint32_t pcie_split_lower_address(uint64_t address);

/* Payload in whole DW: the first and last may be partly enabled. */
uint32_t pcie_split_payload_dw(uint64_t address, uint32_t len);

/* Bytes on the wire. Memory requests to addresses from 4 GiB up have the 4 DW header, others the
 * 3 DW one; len is 0 where there is no payload (for a read request it is what is asked for). */
uint32_t pcie_split_wire_bytes(enum pcie_tlp_kind kind, uint64_t address, uint32_t len);

#endif
