#include "models/pcie/wire/pcie_dll.h"

#include <assert.h>

enum {
    TLP_OVERHEAD = 28, /* header, sequence number, LCRC, digest and framing in the Ack formula */
    SIMPLIFIED_REPLAY = 24000,
    BLOCK_BYTES = 16,
    SKP_BLOCKS = 370,
    SKP_SYMBOLS_8B10B = 4,
    SKP_INTERVAL_8B10B = 1180,
};

uint64_t pcie_dll_symbol_ps(unsigned gen)
{
    assert(gen >= 1 && gen <= 5);
    return UINT64_C(4000) >> (gen - 1);
}

/* Returns the Ack factor in tenths: how many TLPs may share an Ack. */
static uint32_t ack_factor(unsigned lanes, uint32_t mps_bytes)
{
    if (mps_bytes >= 512)
        return lanes <= 8 ? 10 : 20;
    if (lanes <= 4)
        return 14;
    return lanes <= 8 ? 25 : 30;
}

static uint32_t internal_delay(unsigned gen)
{
    if (gen == 1)
        return 19;
    return gen == 2 ? 70 : 115;
}

uint32_t pcie_dll_ack_limit(unsigned gen, unsigned lanes, uint32_t mps_bytes)
{
    return (mps_bytes + TLP_OVERHEAD) * ack_factor(lanes, mps_bytes) / (10 * lanes) +
           internal_delay(gen);
}

uint32_t pcie_dll_replay_limit(unsigned gen, unsigned lanes, uint32_t mps_bytes)
{
    return gen >= 4 ? (uint32_t)SIMPLIFIED_REPLAY : 3 * pcie_dll_ack_limit(gen, lanes, mps_bytes);
}

uint32_t pcie_dll_skp_period_bytes(unsigned gen, unsigned lanes)
{
    return lanes * (gen <= 2 ? (uint32_t)SKP_INTERVAL_8B10B : (SKP_BLOCKS + 1) * BLOCK_BYTES);
}

uint32_t pcie_dll_skp_bytes(unsigned gen, unsigned lanes)
{
    return lanes * (gen <= 2 ? (uint32_t)SKP_SYMBOLS_8B10B : BLOCK_BYTES);
}
