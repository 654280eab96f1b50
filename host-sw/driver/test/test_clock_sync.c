/* Tests how the driver sets the clock of a NIC (host-sw/driver/clock_sync.h), with a NIC that has only a clock. */
#include "host-sw/driver/clock_sync.h"

#include "models/base/units.h"
#include "models/hwif/nic_regs.h"

#include <criterion/criterion.h>
#include <string.h>

/* The NIC's counter is `ahead` of the host. A read takes `there` to the NIC and `back` to the core. */
struct fake {
    uint64_t now_ps, there_ps, back_ps;
    int64_t ahead_ps, latched_ps, base_ps;
    unsigned reads, writes;
    bool is_dead;
};

static uint32_t read32(void *self, unsigned nic, uint32_t offset)
{
    struct fake *f = self;
    (void)nic;
    f->reads++;
    f->now_ps += f->there_ps;
    if (offset == NIC_REG_CLOCK_LO)
        f->latched_ps = (int64_t)f->now_ps + f->ahead_ps;
    f->now_ps += f->back_ps;
    uint64_t latched = (uint64_t)f->latched_ps;
    if (f->is_dead)
        return UINT32_MAX;
    return (uint32_t)(offset == NIC_REG_CLOCK_LO ? latched : latched >> 32);
}

static void write(void *self, unsigned nic, uint32_t offset, const void *data, uint32_t len)
{
    struct fake *f = self;
    (void)nic;
    cr_assert_eq(offset, NIC_REG_CLOCK_BASE_LO);
    cr_assert_eq(len, sizeof f->base_ps);
    memcpy(&f->base_ps, data, len);
    f->writes++;
}

static void step_end(void *self) { ((struct fake *)self)->now_ps += 10; }
static uint64_t now(void *self) { return ((struct fake *)self)->now_ps; }

static const struct nic_bus_ops ops = {
    .mmio_read32 = read32, .mmio_write = write, .step_end = step_end, .now_ps = now};

static struct fake fake;
static struct clock_sync sync_state;

static void setup(void)
{
    fake = (struct fake){
        .now_ps = PS_PER_S, .there_ps = 400, .back_ps = 400, .ahead_ps = -5 * (int64_t)PS_PER_S};
    sync_state = (struct clock_sync){.is_free = true};
}

TestSuite(clock_sync, .init = setup);

static void start(void) { clock_sync_start(&sync_state, (struct nic_bus){&ops, &fake}, 1); }
static void again(void) { clock_sync_again(&sync_state, (struct nic_bus){&ops, &fake}, 1); }

/* What the time of the NIC is ahead of that of the host. */
static int64_t error_ps(void) { return fake.ahead_ps + fake.base_ps; }

Test(clock_sync, a_clock_that_is_not_free_is_left_alone)
{
    sync_state.is_free = false;
    start();
    cr_assert_eq(fake.reads + fake.writes, 0);
}

Test(clock_sync, a_read_that_takes_as_long_each_way_is_exact)
{
    start();
    cr_assert_eq(error_ps(), 0);
    fake.ahead_ps += 123;
    again();
    cr_assert_eq(error_ps(), 0);
}

Test(clock_sync, the_error_is_half_of_what_one_way_takes_longer)
{
    fake.back_ps = 600;
    start();
    cr_assert_eq(error_ps(), 100);
}

/* The read waits behind other traffic. It only proves that the clock is wrong if it was not between both ends. */
Test(clock_sync, a_slow_read_corrects_only_what_it_proves)
{
    start();
    fake.back_ps = 100000;
    fake.ahead_ps += 300;
    again();
    cr_assert_eq(error_ps(), 300, "it may be right");
    fake.ahead_ps += 10000;
    again();
    cr_assert_eq(error_ps(), 10300, "the answer may have been the slow part");
    fake.ahead_ps -= 30000;
    again();
    cr_assert_eq(error_ps(), -400, "the time was before the read began");
    fake.ahead_ps += 200000;
    again();
    cr_assert_eq(error_ps(), 100000, "the time was after the read had ended");
}

Test(clock_sync, a_nic_that_does_not_answer_is_not_set)
{
    start();
    unsigned writes = fake.writes;
    fake.is_dead = true;
    again();
    cr_assert_eq(fake.writes, writes);
}
