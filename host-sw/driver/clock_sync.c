#include "host-sw/driver/clock_sync.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>

enum { FIRST_READS = 4 };

/* One read of the counter: it had the value between the two times of the host. */
struct reading {
    uint64_t from_ps, to_ps;
    int64_t counter_ps;
    bool ok;
};

/* The step ends first, so that the read does not wait for what the step has stored and charged. */
static struct reading read_counter(struct nic_bus bus, unsigned nic)
{
    struct reading r = {0};
    bus.ops->step_end(bus.self);
    r.from_ps = bus.ops->now_ps(bus.self);
    uint32_t low = bus.ops->mmio_read32(bus.self, nic, NIC_REG_CLOCK_LO);
    r.to_ps = bus.ops->now_ps(bus.self);
    uint32_t high = bus.ops->mmio_read32(bus.self, nic, NIC_REG_CLOCK_HI);
    r.counter_ps = (int64_t)((uint64_t)high << 32 | low);
    r.ok = low != UINT32_MAX || high != UINT32_MAX; /* a NIC that does not answer reads as ones */
    assert(r.from_ps <= r.to_ps);
    return r;
}

static void set_base(struct clock_sync *clock, struct nic_bus bus, unsigned nic, int64_t base_ps)
{
    assert(clock->is_free);
    uint32_t halves[2] = {(uint32_t)base_ps, (uint32_t)((uint64_t)base_ps >> 32)};
    clock->base_ps = base_ps;
    if (!PLANTED(clock_never_set))
        bus.ops->mmio_write(bus.self, nic, NIC_REG_CLOCK_BASE_LO, halves, sizeof halves);
}

/* The base with which the counter was the middle of the read. */
static int64_t base_of_middle(const struct reading *r)
{
    return (int64_t)(r->from_ps + (r->to_ps - r->from_ps) / 2) - r->counter_ps;
}

void clock_sync_start(struct clock_sync *clock, struct nic_bus bus, unsigned nic)
{
    int64_t base_ps = 0;
    if (!clock->is_free)
        return;
    clock->best_ps = UINT64_MAX;
    for (int i = 0; i < FIRST_READS; i++) {
        struct reading r = read_counter(bus, nic);
        if (!r.ok || r.to_ps - r.from_ps >= clock->best_ps)
            continue;
        clock->best_ps = r.to_ps - r.from_ps;
        base_ps = base_of_middle(&r);
    }
    set_base(clock, bus, nic, base_ps);
}

void clock_sync_again(struct clock_sync *clock, struct nic_bus bus, unsigned nic)
{
    assert(clock->is_free);
    struct reading r = read_counter(bus, nic);
    if (!r.ok)
        return;
    uint64_t took_ps = r.to_ps - r.from_ps;
    int64_t time_ps = r.counter_ps + clock->base_ps;
    clock->best_ps = u64_min(clock->best_ps, took_ps);
    if (took_ps <= clock->best_ps + clock->best_ps / 4)
        set_base(clock, bus, nic, base_of_middle(&r));
    else if (time_ps < (int64_t)r.from_ps)
        set_base(clock, bus, nic, (int64_t)r.from_ps - r.counter_ps);
    else if (time_ps > (int64_t)r.to_ps)
        set_base(clock, bus, nic, (int64_t)r.to_ps - r.counter_ps);
}
