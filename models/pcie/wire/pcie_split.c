#include "models/pcie/wire/pcie_split.h"

#include "models/base/units.h"

#include <assert.h>

uint32_t pcie_split_request(uint64_t address, uint32_t left, uint32_t max)
{
    assert(left > 0);
    assert(max > 0);
    uint32_t to_page_end = PCIE_PAGE_BYTES - (uint32_t)(address % PCIE_PAGE_BYTES);
    return u32_min(u32_min(left, max), to_page_end);
}

uint32_t pcie_split_completion(uint64_t address, uint32_t left, uint32_t mps, uint32_t rcb,
                               bool each_rcb)
{
    assert(left > 0);
    assert(mps >= rcb);
    uint32_t into_block = (uint32_t)(address % rcb);
    if (each_rcb)
        return u32_min(left, rcb - into_block);
    if (left <= mps)
        return left;
    return (into_block + mps) / rcb * rcb - into_block;
}

uint32_t pcie_split_lower_address(uint64_t address) { return (uint32_t)(address & 0x7f); }

uint32_t pcie_split_payload_dw(uint64_t address, uint32_t len)
{
    return (uint32_t)ceil_div((address & 3) + len, 4);
}

uint32_t pcie_split_wire_bytes(enum pcie_tlp_kind kind, uint64_t address, uint32_t len)
{
    uint32_t header = address >> 32 ? PCIE_HEADER4_BYTES : PCIE_HEADER3_BYTES;
    uint32_t payload = 4 * pcie_split_payload_dw(address, len);
    switch (kind) {
    case PCIE_TLP_MWR:
    case PCIE_TLP_MSIX:
        return PCIE_FRAMING_BYTES + header + payload;
    case PCIE_TLP_MRD:
        return PCIE_FRAMING_BYTES + header;
    case PCIE_TLP_CPLD:
        return PCIE_FRAMING_BYTES + PCIE_HEADER3_BYTES + payload;
    case PCIE_TLP_CFGWR:
        return PCIE_FRAMING_BYTES + PCIE_HEADER3_BYTES + 4;
    case PCIE_TLP_MSG:
        return PCIE_FRAMING_BYTES + PCIE_HEADER4_BYTES;
    case PCIE_TLP_CFGRD:
    case PCIE_TLP_CPL:
        return PCIE_FRAMING_BYTES + PCIE_HEADER3_BYTES;
    }
    assert(!"unknown kind of TLP");
    return 0;
}
