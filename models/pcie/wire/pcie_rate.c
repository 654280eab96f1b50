#include "models/pcie/wire/pcie_rate.h"

#include <assert.h>

/* One lane at 2.5 GT/s with 8b/10b carries a byte in 4 ns, at 5 GT/s in 2 ns; at 8 GT/s with
 * 128b/130b in 1015.625 ps (timing 1.1). Each further generation halves that. */
enum {
    GEN1_TICKS = 4000 * PCIE_TICKS_PER_PS,
    GEN3_TICKS = 8125 * (PCIE_TICKS_PER_PS / 8),
    LANES_MAX = 16,
};
static_assert(GEN3_TICKS == 520000, "1015.625 ps in ticks");
static_assert(GEN3_TICKS % (4 * LANES_MAX) == 0, "Gen5 x16 is a whole number of ticks");

uint64_t pcie_rate_ticks_per_byte(unsigned gen, unsigned lanes)
{
    assert(gen >= 1 && gen <= 5);
    assert(lanes >= 1 && lanes <= LANES_MAX && (lanes & (lanes - 1)) == 0);
    if (gen <= 2)
        return (uint64_t)(GEN1_TICKS >> (gen - 1)) / lanes;
    return (uint64_t)(GEN3_TICKS >> (gen - 3)) / lanes;
}

struct pcie_time pcie_time_add(struct pcie_time time, uint64_t ticks)
{
    uint64_t sum = time.ticks + ticks;
    time.ps += sum / PCIE_TICKS_PER_PS;
    time.ticks = (uint32_t)(sum % PCIE_TICKS_PER_PS);
    return time;
}

bool pcie_time_is_before(struct pcie_time time, struct pcie_time other)
{
    return time.ps < other.ps || (time.ps == other.ps && time.ticks < other.ticks);
}

struct pcie_time pcie_time_after(struct pcie_time time, uint64_t ps)
{
    if (time.ps < ps)
        return (struct pcie_time){ps, 0};
    return time;
}

uint64_t pcie_time_ps(struct pcie_time time)
{
    return time.ps + (time.ticks >= PCIE_TICKS_PER_PS / 2);
}
