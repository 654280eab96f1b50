/* Tests how many reads are outstanding, how many tags fill a link, and which credits of the
 * receiver a TLP takes (timing 1.5). It also tests the back-to-back writes of timing 2. */
#include "models/pcie/config/pcie_config.h"
#include "models/pcie/test/fake_pcie.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#define HIGH FAKE_MEM_BASE
#define LOW UINT64_C(0x10000)

struct outstanding {
    uint32_t tags;
    bool extended; /* the Extended Tag enable bit of Device Control */
    uint32_t most;
};

static struct outstanding cases[] = {
    {1, true, 1},    {32, true, 32},   {64, true, 64},
    {64, false, 32}, {256, true, 256}, {256, false, 32},
};

ParameterizedTestParameters(pcie_tags, as_many_reads_are_outstanding_as_there_are_tags)
{
    return cr_make_param_array(struct outstanding, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct outstanding *row, pcie_tags,
                  as_many_reads_are_outstanding_as_there_are_tags)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.tags = row->tags;
    params.root_read_ps = 100 * PS_PER_US; /* no read is answered while the requests leave */
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    if (!row->extended)
        pcie_link_cfg_write32(fake->link, PCIE_SPACE_DEVCTL, 1u << 5 | 2u << 12,
                              (struct pcie_read_done){0}, 0);
    fake_pcie_run(fake, PS_PER_US);
    for (uint32_t i = 0; i < 300; i++)
        fake_pcie_read(fake, HIGH + 64 * i, 64, i);
    fake_pcie_run(fake, PS_PER_S);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 300, "each ends");
    timing_case("1.5 tags outstanding", row->most, pcie_link_stats(fake->link)->tags_used_max);
    cr_assert_eq(pcie_link_stats(fake->link)->tags_used_max, row->most);
    fake_pcie_destroy(fake);
}

struct enough {
    uint32_t size;
    uint64_t latency_ns;
    uint32_t tags; /* as many as fill the link without DLLPs, by timing 1.5 */
};

static struct enough enough[] = {
    {64, 500, 47},   {64, 700, 66}, {64, 1000, 94}, {256, 500, 15},  {256, 700, 20},
    {256, 1000, 29}, {512, 500, 8}, {512, 700, 10}, {512, 1000, 15},
};

ParameterizedTestParameters(pcie_tags, so_many_tags_fill_the_link)
{
    return cr_make_param_array(struct enough, enough, sizeof enough / sizeof *enough);
}

struct load {
    struct fake_pcie *fake;
    uint32_t size;
    uint64_t reads;
};

static void on_read(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct load *load = self;
    (void)cookie, (void)data, (void)len;
    cr_assert(ok);
    load->reads++;
    struct pcie_endpoint *nic = &load->fake->endpoint;
    nic->ops->read(nic->self, HIGH, load->size, (struct pcie_read_done){on_read, load, 0}, now_ps);
}

/* Counts the reads that end in a window of 100 us. The window begins after 20 us, when the rate is
 * steady. */
static uint64_t reads_with(const struct enough *row, uint32_t tags)
{
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.dll = false;
    params.tags = tags;
    uint64_t floor_ps = row->size == 64 ? 13711 : row->size == 256 ? 38086 : 73125;
    params.root_read_ps = row->latency_ns * PS_PER_NS - floor_ps; /* timing 1.2 */
    struct load load = {fake_pcie_create(&params, false), row->size, 0};
    load.fake->log_off = true;
    for (int i = 0; i < 512; i++)
        load.fake->endpoint.ops->read(load.fake->endpoint.self, HIGH, row->size,
                                      (struct pcie_read_done){on_read, &load, 0}, 0);
    fake_pcie_run(load.fake, 20 * PS_PER_US);
    uint64_t before = load.reads;
    fake_pcie_run(load.fake, 120 * PS_PER_US);
    uint64_t reads = load.reads - before;
    fake_pcie_destroy(load.fake);
    return reads;
}

/* With row->tags tags the link is full, and with one less it is not. A tag more adds more than 1
 * percent to the rate of a link with so few tags. */
ParameterizedTest(struct enough *row, pcie_tags, so_many_tags_fill_the_link)
{
    uint64_t full = reads_with(row, 256);
    uint32_t tags = 1;
    while (reads_with(row, tags) * 1000 < full * 999)
        tags++;
    timing_case("1.5 tags that fill the link", row->tags, tags);
    cr_assert_eq(tags, row->tags, "%u B at %lu ns: %u", row->size, (unsigned long)row->latency_ns,
                 tags);
}

enum take { TAKE_WRITE, TAKE_READ, TAKE_CONFIG };

/* The credits that a TLP takes by timing 1.5. */
struct price {
    char name[32];
    enum take take;
    uint32_t bytes, headers, data;
};

static struct price prices[] = {
    {"MWr 4 B", TAKE_WRITE, 4, 1, 1},      {"MWr 64 B", TAKE_WRITE, 64, 1, 4},
    {"MWr 256 B", TAKE_WRITE, 256, 1, 16}, {"MRd", TAKE_READ, 64, 1, 0},
    {"CfgWr", TAKE_CONFIG, 4, 1, 1},
};

ParameterizedTestParameters(pcie_credits, a_tlp_takes_those_of_timing_1_5)
{
    return cr_make_param_array(struct price, prices, sizeof prices / sizeof *prices);
}

static struct {
    int64_t headers, data;
    uint32_t tlps;
} first;

/* Notes the credits that the first TLP has taken, of 100 for headers and 1000 for data. */
static void on_tlp(void *self, const struct probe_event *event)
{
    const struct pcie_tlp_info *info = event->tlp.info;
    (void)self;
    if (first.tlps++ == 0) {
        first.headers = 100 - info->header_credits;
        first.data = 1000 - info->data_credits;
    }
}

ParameterizedTest(struct price *row, pcie_credits, a_tlp_takes_those_of_timing_1_5)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.root_credits = params.endpoint_credits =
        (struct pcie_credits){100, 1000, 100, 1000, 0, 0};
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    probe_add(&fake->probe, (struct probe_listener){on_tlp, NULL, UINT64_C(1) << PROBE_PCIE_TLP});
    if (row->take == TAKE_WRITE)
        fake_pcie_write(fake, HIGH, row->bytes, 1);
    else if (row->take == TAKE_READ)
        fake_pcie_read(fake, HIGH, row->bytes, 1);
    else
        pcie_link_cfg_write32(fake->link, PCIE_SPACE_COMMAND, 6, (struct pcie_read_done){0}, 0);
    fake_pcie_run(fake, PS_PER_US);
    timing_case("1.5 credits of a TLP", row->headers, (uint64_t)first.headers);
    timing_case("1.5 credits of a TLP", row->data, (uint64_t)first.data);
    cr_assert_eq(first.headers, row->headers, "%s", row->name);
    cr_assert_eq(first.data, row->data, "%s", row->name);
    fake_pcie_destroy(fake);
}

/* By timing 2, with SKP and DLLPs off and 3 DW headers, writes of 256 B are 35.039062 ns apart. */
Test(pcie_run_values, writes_of_256_bytes_are_35_039062_ns_apart)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.dll = false;
    struct fake_pcie *fake = fake_pcie_create(&params, true);
    for (uint32_t i = 0; i < 65; i++)
        fake_pcie_write(fake, LOW, 256, i);
    fake_pcie_run(fake, PS_PER_MS);
    uint64_t ps = fake_pcie_event(fake, FAKE_TLP, 64)->now_ps;
    timing_case("2 back-to-back writes", 64 * UINT64_C(35039062) / 1000, ps);
    cr_assert_eq(ps, 2242500, "64 x 35.0390625");
    fake_pcie_destroy(fake);
}
