/* Repeats the runs of another model that timing 2 describes: an enumeration over the link, from the
 * exchange of credits to the last configuration request, and the distance between Acks. The timers
 * of that model always assume an MPS of 128. */
#include "models/pcie/test/fake_pcie.h"
#include "models/pcie/wire/pcie_rate.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <string.h>

enum {
    REG_ID = 0x00,
    REG_COMMAND = 0x04,
    REG_CLASS = 0x08,
    REG_HEADER_TYPE = 0x0c,
    REG_BAR0 = 0x10,
    REG_SUBSYSTEM = 0x2c,
    REG_ROM = 0x30,
    REG_CAPABILITIES = 0x34,
    REG_EXTENDED = 0x100,
    BARS = 6,
    CAP_PCIE = 0x10,
    CAP_MSIX = 0x11,
    DEVCAP_EXT_TAG = 0x20,
    DEVCTL_EXT_TAG = 0x100,
    BAR_64_BIT = 4,
};

/* What the enumeration has found, and how many requests it made. */
struct walk {
    struct fake_pcie *fake;
    uint64_t requests;
    uint32_t bars[BARS]; /* the values read back after all ones were written */
    uint32_t pcie, msix; /* offsets of the capabilities */
};

static uint32_t await_completion(struct walk *walk, size_t before)
{
    while (fake_pcie_count(walk->fake, FAKE_READ_DONE) == before)
        cr_assert(stage_loop_step(&walk->fake->loop, PS_PER_US * 10));
    walk->requests++;
    const struct fake_event *done = fake_pcie_event(walk->fake, FAKE_READ_DONE, before);
    cr_assert(done->ok);
    return done->value;
}

static uint32_t cfg_read(struct walk *walk, uint32_t offset)
{
    size_t before = fake_pcie_count(walk->fake, FAKE_READ_DONE);
    pcie_link_cfg_read32(walk->fake->link, offset, fake_pcie_done(walk->fake, 0),
                         walk->fake->loop.now_ps);
    return await_completion(walk, before);
}

static void cfg_write(struct walk *walk, uint32_t offset, uint32_t value)
{
    size_t before = fake_pcie_count(walk->fake, FAKE_READ_DONE);
    pcie_link_cfg_write32(walk->fake->link, offset, value, fake_pcie_done(walk->fake, 0),
                          walk->fake->loop.now_ps);
    await_completion(walk, before);
}

/* Writes ones to a base address register to find out its size, and restores its old value. Returns
 * what was read back. */
static uint32_t probe_size(struct walk *walk, uint32_t offset, uint32_t ones)
{
    uint32_t old = cfg_read(walk, offset);
    cfg_write(walk, offset, ones);
    uint32_t size = cfg_read(walk, offset);
    cfg_write(walk, offset, old);
    return size;
}

static void read_header(struct walk *walk)
{
    cfg_read(walk, REG_ID); /* first for the device, then for its function 0 */
    cr_assert_eq(cfg_read(walk, REG_ID), 0x70e01234);
    cr_assert_eq(cfg_read(walk, REG_HEADER_TYPE) >> 16 & 0xff, 0, "one function, type 0");
    cfg_read(walk, REG_CLASS);
    cfg_read(walk, REG_SUBSYSTEM);
    cr_assert_eq(cfg_read(walk, REG_COMMAND) & 3, 0, "decoding is off, no need to write it");
    for (uint32_t i = 0; i < BARS; i++)
        walk->bars[i] = probe_size(walk, REG_BAR0 + 4 * i, UINT32_MAX);
    cr_assert_eq(probe_size(walk, REG_ROM, 0xfffff800), 0, "no expansion ROM");
}

static void walk_capabilities(struct walk *walk)
{
    uint32_t at = cfg_read(walk, REG_CAPABILITIES) & 0xfc;
    while (at) {
        uint32_t head = cfg_read(walk, at);
        if ((head & 0xff) == CAP_PCIE)
            walk->pcie = at;
        if ((head & 0xff) == CAP_MSIX)
            walk->msix = at;
        at = head >> 8 & 0xfc;
    }
    at = REG_EXTENDED;
    while (at)
        at = cfg_read(walk, at) >> 20 & 0xffc;
}

static void configure(struct walk *walk)
{
    cfg_read(walk, walk->pcie);
    uint32_t devcap = cfg_read(walk, walk->pcie + 4);
    cr_assert(devcap & DEVCAP_EXT_TAG);
    uint32_t devctl = cfg_read(walk, walk->pcie + 8);
    cr_assert_eq(devctl & 0xe0, 0, "MPS 128, as at the root port");
    devctl = cfg_read(walk, walk->pcie + 8);
    /* Extended tags are off after reset at the other model's endpoint, and on at ours. The write is
     * made nevertheless. */
    cfg_write(walk, walk->pcie + 8, devctl | DEVCTL_EXT_TAG);
    cr_assert_not(cfg_read(walk, walk->msix) >> 31, "MSI-X is off, no need to write it");
}

static void assign(struct walk *walk)
{
    for (uint32_t i = 0; i < BARS; i++) {
        if (walk->bars[i] == 0)
            continue;
        cfg_write(walk, REG_BAR0 + 4 * i, 0x80000000);
        if (walk->bars[i] & BAR_64_BIT)
            cfg_write(walk, REG_BAR0 + 4 * ++i, 0);
    }
}

static struct pcie_params link_of_the_run(void)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.mps_bytes = 128;
    params.timer_mps_bytes = 128;
    params.propagation_ps = 10000;
    params.device_mmio_ps = 0;
    return params;
}

Test(pcie_reference, enumeration_takes_the_time_of_timing_2)
{
    struct pcie_params params = link_of_the_run();
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    struct walk walk = {.fake = fake};
    pcie_link_set_up(fake->link, false, 0);
    pcie_link_set_up(fake->link, true, 0);
    read_header(&walk);
    walk_capabilities(&walk);
    configure(&walk);
    assign(&walk);
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert_eq(walk.requests, 46);
    cr_assert_eq(stats->bytes_up + stats->bytes_down, 46 * 44, "CfgRd and CplD, or CfgWr and Cpl");
    cr_assert_eq(stats->initfcs, 2 * 24);
    cr_assert_geq(stats->acks, 2 * 6, "none of them is in the way");
    uint64_t ticks = (stats->initfcs / 2 * 8 + stats->bytes_up + stats->bytes_down) *
                     pcie_rate_ticks_per_byte(3, 8);
    struct pcie_time wire = pcie_time_add((struct pcie_time){0, 0}, ticks);
    cr_assert_eq(pcie_time_ps(wire) + 46 * 20 * PS_PER_NS, 1201328);
    timing_case("2 enumeration", 1201328, fake->loop.now_ps);
    cr_assert_geq(fake->loop.now_ps + 46, 1201328); /* each of 92 packets is rounded */
    cr_assert_leq(fake->loop.now_ps, 1201328 + 46);
    fake_pcie_destroy(fake);
}

/* Each read of 256 B has one completion. An Ack of the endpoint acknowledges 5 completions, as in
 * test_pcie_flow.c. The root port's Acks and UpdateFCs for the requests go between the completions.
 * Here 30 completions with 10 such DLLPs take 1061.328 ns, so the endpoint sends an Ack every
 * 176.888 ns. */
Test(pcie_reference, acks_of_a_stream_of_completions_are_177_ns_apart)
{
    enum { READS = 150, FROM = 20, WINDOW = 30, ACKS = WINDOW / 5 };
    struct pcie_params params = link_of_the_run();
    params.mps_bytes = 256;
    params.root_read_ps = 0;
    params.tags = 32;
    struct fake_pcie *fake = fake_pcie_create(&params, true);
    for (uint64_t i = 0; i < READS; i++)
        fake_pcie_read(fake, 0x10000 + 256 * i, 256, i);
    fake_pcie_run(fake, 6 * PS_PER_US); /* before the first SKP ordered set */
    uint64_t starts[READS] = {0};
    size_t completions = 0;
    for (size_t i = 0; i < fake->count; i++)
        if (fake->events[i].kind == FAKE_TLP && fake->events[i].direction == 1)
            starts[completions++] = fake->events[i].now_ps;
    cr_assert_eq(completions, READS);
    uint64_t ps = starts[FROM + WINDOW] - starts[FROM];
    cr_assert(ps >= 1061327 && ps <= 1061329, "%lu", (unsigned long)ps);
    timing_case("2 Ack spacing of completions", 177 * PS_PER_NS, ps / ACKS);
    cr_assert_eq((ps / ACKS + 500) / 1000, 177);
    fake_pcie_destroy(fake);
}

Test(pcie_reference, timers_are_for_a_payload_size_that_exists)
{
    struct pcie_params params = link_of_the_run();
    struct error err;
    cr_assert_eq(pcie_params_check(&params, &err), STATUS_OK);
    params.timer_mps_bytes = 300;
    cr_assert_eq(pcie_params_check(&params, &err), STATUS_BAD_INPUT);
    cr_assert_eq(strncmp(err.text, "timer_mps", 9), 0, "%s", err.text);
}
