/* Time on a PCIe wire: exact in 1/512 ps, which holds every byte time of Gen1 x1 to Gen5 x16
 * (timing 1.1). */
#ifndef TOESIM_PCIE_PCIE_RATE_H
#define TOESIM_PCIE_PCIE_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum { PCIE_TICKS_PER_PS = 512 };

/* A moment on the wire; ticks is below PCIE_TICKS_PER_PS. */
struct pcie_time {
    uint64_t ps;
    uint32_t ticks;
};

/* 1/512 ps per byte on all lanes together, line code included. gen 1 to 5, lanes a power of two up
 * to 16. */
uint64_t pcie_rate_ticks_per_byte(unsigned gen, unsigned lanes);

struct pcie_time pcie_time_add(struct pcie_time time, uint64_t ticks);

bool pcie_time_is_before(struct pcie_time time, struct pcie_time other);

/* The later of both. */
struct pcie_time pcie_time_after(struct pcie_time time, uint64_t ps);

/* Nearest picosecond, half up: the one place where wire time is rounded. */
uint64_t pcie_time_ps(struct pcie_time time);

#endif
