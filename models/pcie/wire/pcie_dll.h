/*
 * Data link layer arithmetic: how long a receiver may delay its Ack, when the sender replays, and how often
 * SKP ordered sets interrupt the link (docs/timing.md 1.2, 1.4).
 *
 * A symbol time is 8 UI at Gen3 and up (docs/timing.md 1.1 leaves the choice): 4, 2, 1, 0.5, 0.25 ns.
 */
#ifndef TOESIM_PCIE_PCIE_DLL_H
#define TOESIM_PCIE_PCIE_DLL_H

#include <stdint.h>

enum {
    PCIE_DLLP_WIRE_BYTES = 8,
    PCIE_SEQ_WINDOW = 2048,
    PCIE_REPLAY_NUM_MAX = 3, /* REPLAY_NUM has 2 bits: the 4th replay in a row retrains the link */
};

uint64_t pcie_dll_symbol_ps(unsigned gen);

/* Returns the Ack and UpdateFC latency limit in symbol times. */
uint32_t pcie_dll_ack_limit(unsigned gen, unsigned lanes, uint32_t mps_bytes);

/* Returns the replay timer in symbol times: 3 times the Ack limit up to Gen3; the simplified 24,000 from
 * Gen4 on, where it is required. */
uint32_t pcie_dll_replay_limit(unsigned gen, unsigned lanes, uint32_t mps_bytes);

/* Return the period and the length of SKP ordered sets, in bytes on all lanes. Gen1/2: 4 symbols in each
 * 1180; Gen3+: one block after 370 blocks of data. */
uint32_t pcie_dll_skp_period_bytes(unsigned gen, unsigned lanes);
uint32_t pcie_dll_skp_bytes(unsigned gen, unsigned lanes);

#endif
