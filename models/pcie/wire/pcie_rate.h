/* Time on a PCIe wire in units of 1/512 ps, which represents every byte time of Gen1 x1 to Gen5 x16 exactly
 * (docs/timing.md 1.1). */
#ifndef TOESIM_PCIE_PCIE_RATE_H
#define TOESIM_PCIE_PCIE_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum { PCIE_TICKS_PER_PS = 512 };

/* A point in time on the wire; `ticks` is below PCIE_TICKS_PER_PS. */
struct pcie_time {
    uint64_t ps;
    uint32_t ticks;
};

/* Returns the time of one byte on all lanes together in 1/512 ps, including the line code. `gen` is 1 to 5,
 * `lanes` a power of two up to 16. */
uint64_t pcie_rate_ticks_per_byte(unsigned gen, unsigned lanes);

struct pcie_time pcie_time_add(struct pcie_time time, uint64_t ticks);

bool pcie_time_is_before(struct pcie_time time, struct pcie_time other);

/* Returns the later of both times. */
struct pcie_time pcie_time_after(struct pcie_time time, uint64_t ps);

/* Rounds to the nearest picosecond, half up. Wire time is rounded only here. */
uint64_t pcie_time_ps(struct pcie_time time);

#endif
