/* Tests the latency of DMA reads over a real link into the host (docs/timing.md, section 1.10). Only the LLC row
 * calibrates the model (root_read). The other rows follow from the access times (section 5.2), the hop between the
 * sockets, the IOTLB and the page walks. */
#include "models/host/host_iommu.h"
#include "models/host/test/host_rig.h"
#include "models/pcie/pcie_link.h"
#include "models/test/timing_case.h"

#include "models/base/rng.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>

enum { LINE = 64, RUN_READS = 2000 };
#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)

static struct host_rig rig;
static struct host_params params;
static struct pcie_params pcie;
static struct pcie_link *port;
static uint64_t done_ps, done_count;

static void ignore_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now)
{
    (void)self, (void)offset, (void)data, (void)len, (void)now;
}

static uint32_t read_zero(void *self, uint32_t offset, uint64_t now_ps)
{
    (void)self, (void)offset, (void)now_ps;
    return 0;
}

static void ignore_fence(void *self, bool fenced, uint64_t now_ps)
{
    (void)self, (void)fenced, (void)now_ps;
}

static void start(void)
{
    static const struct pcie_device_ops ops = {ignore_write, read_zero, ignore_fence};
    host_rig_init(&rig, &params, NULL);
    port = pcie_link_create(&pcie, 1, (struct pcie_device){&ops, NULL},
                            host_cpu_pcie_host(rig.cpu, 1), NULL, NULL);
    cr_assert_not_null(port);
    stage_loop_add(&rig.loop, pcie_link_stage(port, "pcie1"));
}

static void stop(void)
{
    pcie_link_destroy(port);
    host_rig_free(&rig);
}

static void on_read(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    (void)self, (void)cookie, (void)data, (void)len;
    cr_assert(ok);
    done_ps = now_ps;
    done_count++;
}

/* Returns the latency of one read of a line on an idle link. */
static uint64_t read_ps(uint64_t address)
{
    struct pcie_endpoint nic = pcie_link_endpoint(port);
    uint64_t from = rig.loop.now_ps, before = done_count;
    nic.ops->read(nic.self, address, LINE, (struct pcie_read_done){on_read, NULL, 0}, from);
    while (done_count == before)
        cr_assert(stage_loop_step(&rig.loop, from + PS_PER_MS));
    return done_ps - from;
}

static uint64_t window(uint64_t bytes)
{
    uint64_t address = rig.bus.ops->mem_alloc(rig.bus.self, bytes);
    cr_assert_neq(address, 0);
    return address;
}

/* Brings the lines into the LLC, as stores of the CPU do. */
static void warm(uint64_t address, uint64_t bytes)
{
    static const uint8_t line[LINE];
    for (uint64_t at = 0; at < bytes; at += LINE)
        rig.host.ops->mem_write(rig.host.self, address + at, line, LINE, 0);
}

/* Returns the mean latency of reads of random lines in a warm window, after each page of it has been read once. */
static uint64_t mean_ps(uint64_t bytes)
{
    struct rng rng;
    rng_init(&rng, 1, "window");
    uint64_t at = window(bytes), sum = 0;
    warm(at, bytes);
    for (uint64_t page = 0; page < bytes; page += 4 * KIB)
        (void)read_ps(at + page);
    for (int i = 0; i < RUN_READS; i++)
        sum += read_ps(at + rng_below(&rng, (uint32_t)(bytes / LINE)) * LINE);
    stop();
    return sum / RUN_READS;
}

struct machine {
    char name[32];
    uint64_t llc_ns, dram_ns; /* docs/timing.md, section 1.10 */
};

static struct machine machines[] = {
    {"E5-2630", 413, 493},    {"E5-2620 v2", 413, 493}, {"E5-2620 v3", 413, 480},
    {"E5-2637 v3", 440, 520}, {"E5-2630 v4", 413, 480},
};

static void defaults(void)
{
    host_params_default(&params);
    pcie_params_default(&pcie);
}

TestSuite(host_latency, .init = defaults);

static void within_5_percent(const char *what, uint64_t published_ns, uint64_t got_ps)
{
    timing_case("1.10 64 B read: DRAM, socket, IOMMU", published_ns * PS_PER_NS, got_ps);
    uint64_t off = got_ps > published_ns * PS_PER_NS ? got_ps - published_ns * PS_PER_NS
                                                     : published_ns * PS_PER_NS - got_ps;
    cr_assert_leq(off * 20, published_ns * PS_PER_NS, "%s: %lu ps", what, (unsigned long)got_ps);
}

ParameterizedTestParameters(host_latency, dram_rows_follow_from_the_llc_row)
{
    return cr_make_param_array(struct machine, machines, sizeof machines / sizeof *machines);
}

ParameterizedTest(struct machine *row, host_latency, dram_rows_follow_from_the_llc_row,
                  .init = defaults)
{
    pcie.root_read_ps += (row->llc_ns - 413) * PS_PER_NS; /* the calibration */
    start();
    uint64_t at = window(8 * KIB);
    warm(at, LINE);
    uint64_t llc_ps = read_ps(at);
    timing_case("1.10 64 B read from the LLC (calibrated), ns", row->llc_ns, (llc_ps + 500) / 1000);
    cr_assert_eq((llc_ps + 500) / 1000, row->llc_ns, "%s", row->name);
    within_5_percent(row->name, row->dram_ns, read_ps(at + 4 * KIB));
    stop();
}

Test(host_latency, the_other_socket_costs_its_hop_both_ways)
{
    params.remote[1] = true;
    start();
    uint64_t at = window(4 * KIB);
    warm(at, LINE);
    within_5_percent("remote, LLC", 413 + 53, read_ps(at));
    within_5_percent("remote, DRAM", 480 + 53, read_ps(at + 2 * KIB));
    stop();
}

/* The published penalty is 226 to 293 ns, and the one value of the model must lie in this range. */
Test(host_latency, a_miss_in_the_iotlb_costs_a_walk_of_the_published_length)
{
    params.iommu.enabled = true;
    start();
    uint64_t at = window(4 * KIB);
    warm(at, LINE);
    uint64_t miss_ps = read_ps(at);
    uint64_t hit_ps = read_ps(at);
    cr_assert_eq((hit_ps + 500) / 1000, 413);
    cr_assert_eq(miss_ps - hit_ps, 3 * params.dram_ps);
    uint64_t low = (413 + 226) * PS_PER_NS, high = (413 + 293) * PS_PER_NS;
    cr_assert(miss_ps >= low && miss_ps <= high, "%lu", (unsigned long)miss_ps);
    within_5_percent("middle of the band", 413 + 259, miss_ps);
    cr_assert_eq(host_cpu_stats(rig.cpu)->iotlb_misses, 1);
    cr_assert_eq(host_cpu_stats(rig.cpu)->iotlb_hits, 1);
    stop();
}

/* The means may differ a little, because some reads wait for an SKP ordered set or a DLLP. */
static bool is_near(uint64_t mean, uint64_t other)
{
    return mean < other + PS_PER_NS && other < mean + PS_PER_NS;
}

/* 64 entries of 4 KiB cover 256 KiB, so the latency rises beyond that. It must depend on the entries alone. */
Test(host_latency, the_iommu_knee_is_between_256_and_512_kib)
{
    params.iommu.enabled = true;
    uint64_t mean[4], sizes[4] = {64 * KIB, 256 * KIB, 512 * KIB, 4 * MIB};
    for (int i = 0; i < 4; i++) {
        start();
        mean[i] = mean_ps(sizes[i]);
    }
    uint64_t walk_ps = 3 * params.dram_ps;
    cr_assert_eq((mean[0] + 500) / 1000, 413);
    cr_assert(is_near(mean[1], mean[0]), "256 KiB: %lu", (unsigned long)mean[1]);
    cr_assert(mean[2] > mean[0] + walk_ps * 2 / 5 && mean[2] < mean[0] + walk_ps * 3 / 5,
              "half of 512 KiB misses: %lu", (unsigned long)mean[2]);
    cr_assert(mean[3] > mean[0] + walk_ps * 9 / 10, "%lu", (unsigned long)mean[3]);
    params.iommu.page_bytes = 2 * MIB;
    start();
    cr_assert(is_near(mean_ps(4 * MIB), mean[0]), "2 MiB pages: no penalty");
    params.iommu.page_bytes = 4 * KIB;
    params.iommu.entries = 128;
    start();
    cr_assert(is_near(mean_ps(512 * KIB), mean[0]), "twice the entries, twice the reach");
}

/* The number of concurrent walks limits the rate of misses to that number divided by the length of a walk. */
Test(host_latency, walks_at_once_limit_the_rate_of_misses)
{
    params.iommu.enabled = true;
    start();
    struct pcie_endpoint nic = pcie_link_endpoint(port);
    uint64_t at = window(8 * MIB);
    for (uint64_t page = 0; page < 1000; page++)
        nic.ops->read(nic.self, at + page * 4 * KIB, LINE,
                      (struct pcie_read_done){on_read, NULL, 0}, 0);
    while (done_count < 1000)
        cr_assert(stage_loop_step(&rig.loop, PS_PER_MS));
    uint64_t walks_ps = (1000 / params.iommu.walks + 1) * 3 * params.dram_ps;
    cr_assert(done_ps > walks_ps && done_ps < walks_ps + PS_PER_US, "%lu", (unsigned long)done_ps);
    stop();
}

Test(host_latency, a_write_waits_for_its_walk_and_holds_up_those_behind_it)
{
    params.iommu.enabled = true;
    start();
    struct pcie_endpoint nic = pcie_link_endpoint(port);
    uint64_t at = window(8 * KIB);
    const uint8_t one = 1;
    struct pcie_done nobody = {0};
    (void)read_ps(at + 4 * KIB); /* this page is in the IOTLB, the other is not */
    uint64_t from = rig.loop.now_ps;
    nic.ops->write(nic.self, at, &one, 1, nobody, nobody, from);
    nic.ops->write(nic.self, at + 4 * KIB, &one, 1, nobody, nobody, from);
    while (!*(const uint8_t *)host_mem_view(rig.mem, at + 4 * KIB, 1))
        cr_assert(stage_loop_step(&rig.loop, from + PS_PER_MS));
    uint64_t latency_ps = rig.loop.now_ps - from;
    uint64_t bare_ps = pcie.propagation_ps + pcie.root_write_ps;
    cr_assert(latency_ps > bare_ps + 3 * params.dram_ps &&
                  latency_ps < bare_ps + 3 * params.dram_ps + 10 * PS_PER_NS,
              "%lu", (unsigned long)latency_ps);
    stop();
}

Test(host_iommu, a_page_in_its_walk_is_waited_for_and_walked_once)
{
    static struct host_iommu iommu;
    struct host_iommu_params p = {true, 2, 4096, 3, 1};
    host_iommu_init(&iommu, &p, 100);
    cr_assert_eq(host_iommu_translate(&iommu, 4096, 1000), 300);
    cr_assert_eq(host_iommu_translate(&iommu, 4097, 1100), 200);
    cr_assert_eq(host_iommu_translate(&iommu, 8192, 1200), 400, "the one walker is busy");
    cr_assert_eq(host_iommu_translate(&iommu, 4096, 2000), 0);
    cr_assert_eq(host_iommu_translate(&iommu, 12288, 2000), 300);
    cr_assert_eq(host_iommu_translate(&iommu, 8192, 3000), 300, "the least recently used left");
    cr_assert_eq(iommu.misses, 4);
    cr_assert_eq(iommu.hits, 2);
}

Test(host_iommu, a_larger_page_ends_the_walk_earlier)
{
    static struct host_iommu iommu;
    struct host_iommu_params p = {true, 2, 2 * MIB, 3, 1};
    host_iommu_init(&iommu, &p, 100);
    cr_assert_eq(host_iommu_translate(&iommu, 2 * MIB - 1, 0), 200);
    p.page_bytes = 1024 * MIB;
    host_iommu_init(&iommu, &p, 100);
    cr_assert_eq(host_iommu_translate(&iommu, 0, 0), 100);
    cr_assert_not(host_iommu_is_page(8192));
    cr_assert_not(host_iommu_is_page(2048));
    cr_assert(host_iommu_is_page(1024 * MIB));
}

Test(host_iommu, a_page_of_8_kib_is_a_bug, .signal = SIGABRT)
{
    static struct host_iommu iommu;
    struct host_iommu_params p = {true, 2, 8192, 3, 1};
    host_iommu_init(&iommu, &p, 100);
}
