/* Compares the throughput of a saturated link with column 1 of timing 1.8, and reads that are
 * limited by tags with timing 1.5. */
#include "models/pcie/test/fake_pcie.h"

#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#define HIGH FAKE_MEM_BASE

enum { IN_FLIGHT = 200 };

/* Keeps a number of reads and writes of one size outstanding and counts their bytes. */
struct load {
    struct fake_pcie *fake;
    uint32_t size;
    uint64_t bytes_read, bytes_written;
    uint64_t from_ps;
};

static void start_read(struct load *load, uint64_t now_ps);
static void start_write(struct load *load, uint64_t now_ps);

static void on_read(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct load *load = self;
    (void)cookie;
    (void)data;
    cr_assert(ok);
    if (now_ps > load->from_ps)
        load->bytes_read += len;
    start_read(load, now_ps);
}

static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct load *load = self;
    (void)cookie;
    if (now_ps > load->from_ps)
        load->bytes_written += load->size;
    start_write(load, now_ps);
}

static void start_read(struct load *load, uint64_t now_ps)
{
    struct pcie_endpoint *endpoint = &load->fake->endpoint;
    endpoint->ops->read(endpoint->self, HIGH, load->size, (struct pcie_read_done){on_read, load, 0},
                        now_ps);
}

static void start_write(struct load *load, uint64_t now_ps)
{
    static const uint8_t data[4096];
    struct pcie_endpoint *endpoint = &load->fake->endpoint;
    endpoint->ops->write(endpoint->self, HIGH, data, load->size, (struct pcie_done){0},
                         (struct pcie_done){on_visible, load, 0}, now_ps);
}

/* Measures the bytes of each direction in 200 us, after 20 us of warm-up. */
static struct load run_load(const struct pcie_params *params, uint32_t size, bool reads,
                            bool writes)
{
    struct load load = {
        .fake = fake_pcie_create(params, false), .size = size, .from_ps = 20 * PS_PER_US};
    load.fake->log_off = true;
    for (int i = 0; i < IN_FLIGHT; i++) {
        if (reads)
            start_read(&load, 0);
        if (writes)
            start_write(&load, 0);
    }
    fake_pcie_run(load.fake, load.from_ps + 200 * PS_PER_US);
    const struct pcie_stats *stats = pcie_link_stats(load.fake->link);
    cr_assert_leq(load.fake->runs, stats->tlps_up + stats->tlps_down, "one event per TLP");
    fake_pcie_destroy(load.fake);
    return load;
}

/* Converts the bytes of 200 us to Mb/s. */
static uint64_t mbps(uint64_t bytes) { return bytes * 8 / 200; }

struct rate {
    uint32_t size;
    uint32_t write, read, both; /* timing 1.8, 10 Mb/s */
};

static struct rate rates[] = {
    {16, 2521, 2801, 1575},  {32, 3601, 3878, 2521},   {64, 4583, 4801, 3601},
    {128, 5307, 5450, 4583}, {256, 5761, 5845, 5307},  {257, 5310, 5453, 4922},
    {512, 5761, 5845, 5525}, {1024, 5761, 5845, 5525}, {2048, 5761, 5845, 5525},
    {513, 5526, 5642, 5107}, {1500, 5750, 5835, 5508},
};

/* The formulas of timing 1.8 ignore that payload is padded to whole DWs (timing 1.2). For a size
 * that is not a multiple of 4, the column is therefore only an upper bound, and we correct it for
 * the padding before the exact comparison. */
static void check_rate(const char *what, uint32_t size, uint64_t bytes, uint32_t expected)
{
    uint64_t got = mbps(bytes);
    uint64_t want = (uint64_t)expected * 10;
    uint64_t slack = mbps(size) + 5; /* the window may cut one transfer */
    cr_assert_leq(got, want + slack, "%s %u: %lu is above the bound", what, size,
                  (unsigned long)got);
    if (size % 4 != 0) {
        uint64_t wire = 24 * ((size + 255) / 256) + size;
        want = want * wire / (wire + 4 - size % 4);
    }
    timing_case(strcmp(what, "tags") ? "1.8 bandwidth, column 1" : "1.5 tag-limited rate", want,
                got);
    cr_assert(got * 1000 >= want * 995 && got * 1000 <= want * 1005, "%s %u: %lu, not %lu Mb/s",
              what, size, (unsigned long)got, (unsigned long)want);
}

ParameterizedTestParameters(pcie_bandwidth, saturated_link_reaches_column_1_of_timing_1_8)
{
    return cr_make_param_array(struct rate, rates, sizeof rates / sizeof *rates);
}

ParameterizedTest(struct rate *row, pcie_bandwidth, saturated_link_reaches_column_1_of_timing_1_8)
{
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.dll = false;
    params.tags = 256;
    check_rate("W", row->size, run_load(&params, row->size, false, true).bytes_written, row->write);
    check_rate("R", row->size, run_load(&params, row->size, true, false).bytes_read, row->read);
}

/* Reads and writes together. Column RW assumes as many reads as writes, so the test issues them in
 * turn. */
ParameterizedTestParameters(pcie_bandwidth, both_ways_reach_column_1_of_timing_1_8)
{
    return cr_make_param_array(struct rate, rates, sizeof rates / sizeof *rates);
}

static void count_read(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct load *load = self;
    (void)cookie;
    (void)data;
    cr_assert(ok);
    if (now_ps > load->from_ps)
        load->bytes_read += len;
}

ParameterizedTest(struct rate *row, pcie_bandwidth, both_ways_reach_column_1_of_timing_1_8)
{
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.dll = false;
    params.tags = 256;
    struct load load = {
        .fake = fake_pcie_create(&params, false), .size = row->size, .from_ps = 20 * PS_PER_US};
    load.fake->log_off = true;
    static const uint8_t data[4096];
    struct pcie_endpoint *endpoint = &load.fake->endpoint;
    for (uint64_t i = 0; i * row->size < UINT64_C(3) << 20; i++) {
        endpoint->ops->read(endpoint->self, HIGH, row->size,
                            (struct pcie_read_done){count_read, &load, 0}, 0);
        endpoint->ops->write(endpoint->self, HIGH, data, row->size, (struct pcie_done){0},
                             (struct pcie_done){on_visible, &load, 0}, 0);
    }
    fake_pcie_run(load.fake, load.from_ps + 200 * PS_PER_US);
    check_rate("RW writes", row->size, load.bytes_written, row->both);
    check_rate("RW reads", row->size, load.bytes_read, row->both);
    fake_pcie_destroy(load.fake);
}

/* Timing 1.5 says that the read rate is tags x size x 8 / latency as long as that is below the
 * link's rate. */
struct tag_limit {
    uint32_t tags, size;
    uint64_t latency_ns;
    uint32_t rate; /* 10 Mb/s */
};

static struct tag_limit limits[] = {
    {32, 64, 500, 3277},
    {32, 64, 700, 2341},
    {8, 512, 700, 4681},
    {64, 64, 500, 4801},
};

ParameterizedTestParameters(pcie_bandwidth, tags_limit_the_read_rate_as_in_timing_1_5)
{
    return cr_make_param_array(struct tag_limit, limits, sizeof limits / sizeof *limits);
}

/* The latency in the table lasts from the start of a request to its last byte. The part of the host
 * is what remains after the serial floor of timing 1.2 is subtracted. */
ParameterizedTest(struct tag_limit *row, pcie_bandwidth, tags_limit_the_read_rate_as_in_timing_1_5)
{
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.dll = false; /* the link rate in the table does not include DLLPs */
    params.tags = row->tags;
    params.root_read_ps = row->latency_ns * PS_PER_NS - (row->size == 64 ? 13711 : 73125);
    check_rate("tags", row->size, run_load(&params, row->size, true, false).bytes_read, row->rate);
}
