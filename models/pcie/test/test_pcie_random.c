/* Runs random loads with faults. A probe must not change what happens, and every request must
 * end. */
#include "models/base/rng.h"
#include "models/pcie/config/pcie_config.h"
#include "models/pcie/test/fake_pcie.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

enum { OPERATIONS = 250 };

struct load {
    uint64_t seed;
    bool with_faults;
    bool cut; /* the run ends while TLPs are in flight */
};

static struct load loads[] = {
    {1, false, false}, {2, false, false}, {3, false, false}, {4, true, false}, {5, true, false},
    {6, true, false},  {7, true, false},  {8, true, false},  {9, true, false}, {10, true, false}};

struct asked {
    size_t writes, reads;
};

static uint32_t random_len(struct rng *rng)
{
    return 1 + (uint32_t)rng_below(rng, rng_below(rng, 4) ? 300 : 5000);
}

static void one_operation(struct fake_pcie *fake, struct rng *rng, uint64_t i, bool with_faults,
                          struct asked *asked)
{
    uint64_t now = fake->loop.now_ps;
    uint64_t address = FAKE_MEM_BASE + rng_below(rng, FAKE_MEM_BYTES - 8192);
    uint32_t word = (uint32_t)i;
    uint32_t master = PCIE_CONFIG_COMMAND_MEMORY | PCIE_CONFIG_COMMAND_MASTER;
    switch (rng_below(rng, with_faults ? 18 : 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
        fake_pcie_write(fake, address, random_len(rng), i);
        asked->writes++;
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        fake_pcie_read(fake, address, random_len(rng), i);
        asked->reads++;
        break;
    case 8:
        fake->endpoint.ops->msix(fake->endpoint.self, (unsigned)i % NIC_VECTOR_COUNT, now);
        break;
    case 9:
        pcie_link_mmio_write(fake->link, NIC_REG_CMD_PRODUCER, &word, 4, now);
        break;
    case 10:
        pcie_link_mmio_read32(fake->link, NIC_REG_STATUS, fake_pcie_done(fake, i), now);
        asked->reads++;
        break;
    case 11:
        pcie_link_cfg_read32(fake->link, 0, fake_pcie_done(fake, i), now);
        asked->reads++;
        break;
    case 12:
        master = PCIE_CONFIG_COMMAND_MEMORY;
        pcie_link_cfg_write32(fake->link, PCIE_CONFIG_COMMAND, master, fake_pcie_done(fake, i),
                              now);
        asked->reads++;
        break;
    case 13:
        pcie_link_cfg_write32(fake->link, PCIE_CONFIG_DEVCTL, PCIE_CONFIG_DEVCTL_FLR,
                              fake_pcie_done(fake, i), now);
        asked->reads++;
        break;
    case 14:
        pcie_link_set_up(fake->link, rng_below(rng, 3) != 0, now);
        break;
    case 15:
    case 16:
        pcie_link_inject(fake->link, (enum pcie_fault)rng_below(rng, PCIE_FAULT_RESET), now);
        break;
    default:
        pcie_link_set_up(fake->link, true, now);
        pcie_link_cfg_write32(fake->link, PCIE_CONFIG_COMMAND, master, fake_pcie_done(fake, i),
                              now);
        asked->reads++;
        break;
    }
}

static struct fake_pcie *run_load(const struct load *load, bool with_probe, struct asked *asked)
{
    struct rng rng;
    rng_init(&rng, load->seed, "test");
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.gen = 1 + (unsigned)rng_below(&rng, 5);
    params.lanes = 1u << rng_below(&rng, 5);
    params.tags = 1 + (uint32_t)rng_below(&rng, 40);
    params.propagation_ps = rng_below(&rng, 50000);
    params.root_write_ps = rng_below(&rng, 600000);
    params.completion_each_rcb = rng_below(&rng, 2);
    if (rng_below(&rng, 3) == 0) {
        params.root_credits.posted_headers = 1 + (uint32_t)rng_below(&rng, 4);
        params.endpoint_credits.nonposted_headers = 1 + (uint32_t)rng_below(&rng, 4);
    }
    struct fake_pcie *fake = fake_pcie_create(&params, with_probe);
    fake->dram_ps = 67000;
    fake->dram_from = FAKE_MEM_BASE + FAKE_MEM_BYTES / 2;
    for (uint64_t i = 0; i < OPERATIONS; i++) {
        one_operation(fake, &rng, i, load->with_faults, asked);
        if (rng_below(&rng, 3) == 0)
            fake_pcie_run(fake, fake->loop.now_ps + rng_below(&rng, PS_PER_US));
    }
    fake_pcie_run(fake, fake->loop.now_ps + (load->cut ? 300 * PS_PER_NS : 10 * PS_PER_MS));
    pcie_link_settle(fake->link, fake->loop.now_ps);
    return fake;
}

static size_t without_probe_events(struct fake_pcie *fake)
{
    size_t kept = 0;
    for (size_t i = 0; i < fake->count; i++)
        if (fake->events[i].kind != FAKE_TLP)
            fake->events[kept++] = fake->events[i];
    return kept;
}

static void compare(const struct load *load)
{
    struct asked asked = {0, 0};
    struct fake_pcie *plain = run_load(load, false, &asked);
    struct fake_pcie *watched = run_load(load, true, &asked);
    cr_assert_gt(fake_pcie_count(watched, FAKE_TLP), 0);
    size_t count = without_probe_events(watched);
    cr_assert_eq(plain->count, count, "%zu and %zu events", plain->count, count);
    for (size_t i = 0; i < count; i++) {
        const struct fake_event *a = &plain->events[i], *b = &watched->events[i];
        cr_assert(a->kind == b->kind && a->now_ps == b->now_ps && a->address == b->address &&
                      a->value == b->value,
                  "seed %lu event %zu: kind %d at %lu, kind %d at %lu", (unsigned long)load->seed,
                  i, a->kind, (unsigned long)a->now_ps, b->kind, (unsigned long)b->now_ps);
    }
    const uint64_t *a = (const uint64_t *)pcie_link_stats(plain->link);
    const uint64_t *b = (const uint64_t *)pcie_link_stats(watched->link);
    for (size_t i = 0; i < sizeof(struct pcie_stats) / sizeof *a; i++)
        cr_assert_eq(a[i], b[i], "seed %lu, word %zu of the counters: %lu, watched %lu",
                     (unsigned long)load->seed, i, (unsigned long)a[i], (unsigned long)b[i]);
    fake_pcie_destroy(plain);
    fake_pcie_destroy(watched);
}

Test(pcie_random, a_probe_changes_no_time_no_order_and_no_counter)
{
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct load load = {seed, seed % 2 == 0, seed % 4 >= 2};
        compare(&load);
    }
}

ParameterizedTestParameters(pcie_random, every_request_ends_exactly_once)
{
    return cr_make_param_array(struct load, loads, sizeof loads / sizeof *loads);
}

ParameterizedTest(struct load *load, pcie_random, every_request_ends_exactly_once)
{
    struct asked asked = {0, 0};
    struct fake_pcie *fake = run_load(load, false, &asked);
    cr_assert_eq(fake_pcie_count(fake, FAKE_ISSUED), asked.writes);
    cr_assert_eq(fake_pcie_count(fake, FAKE_VISIBLE), asked.writes);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), asked.reads);
    bool ended[OPERATIONS][3];
    memset(ended, 0, sizeof ended);
    uint64_t visible_ps = 0, discarded = pcie_link_stats(fake->link)->discarded;
    for (size_t i = 0; i < fake->count; i++) {
        const struct fake_event *event = &fake->events[i];
        int what = (int)event->kind - FAKE_ISSUED;
        if (what < 0 || what > 2)
            continue;
        cr_assert_not(ended[event->address][what]);
        ended[event->address][what] = true;
        if (event->kind == FAKE_VISIBLE && event->now_ps != TIME_NEVER) {
            cr_assert_geq(event->now_ps, visible_ps, "writes keep their order");
            visible_ps = event->now_ps;
        }
    }
    cr_assert(load->with_faults ? discarded > 0 : discarded == 0);
    fake_pcie_destroy(fake);
}
