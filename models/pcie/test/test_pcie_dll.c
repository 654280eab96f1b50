/* Tests the data link layer: timer limits and SKP (timing 1.2, 1.4), saturated links against column
 * 2 of timing 1.8, credits and replay buffer as limits of the rate (timing 1.5), and link-up. */
#include "models/pcie/test/fake_pcie.h"

#include "models/pcie/wire/pcie_dll.h"

#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#define HIGH FAKE_MEM_BASE

enum { IN_FLIGHT = 200, WARM_US = 20, WINDOW_US = 200 };

struct limits {
    unsigned gen, lanes;
    uint32_t ack[6]; /* MPS 128 to 4096 */
};

static struct limits ack_rows[] = {
    {1, 1, {237, 416, 559, 1071, 2095, 4143}}, {1, 4, {73, 118, 154, 282, 538, 1050}},
    {1, 8, {67, 107, 86, 150, 278, 534}},      {2, 4, {124, 169, 205, 333, 589, 1101}},
    {2, 8, {118, 158, 137, 201, 329, 585}},    {3, 1, {333, 512, 655, 1167, 2191, 4239}},
    {3, 4, {169, 214, 250, 378, 634, 1146}},   {3, 8, {163, 203, 182, 246, 374, 630}},
    {4, 8, {163, 203, 182, 246, 374, 630}},    {3, 16, {144, 168, 182, 246, 374, 630}},
    {5, 16, {144, 168, 182, 246, 374, 630}},
};

ParameterizedTestParameters(pcie_dll, ack_limit_is_that_of_timing_1_4)
{
    return cr_make_param_array(struct limits, ack_rows, sizeof ack_rows / sizeof *ack_rows);
}

ParameterizedTest(struct limits *row, pcie_dll, ack_limit_is_that_of_timing_1_4)
{
    for (unsigned i = 0; i < 6; i++) {
        timing_case("1.4 Ack limit", row->ack[i],
                    pcie_dll_ack_limit(row->gen, row->lanes, 128u << i));
        cr_assert_eq(pcie_dll_ack_limit(row->gen, row->lanes, 128u << i), row->ack[i],
                     "Gen%u x%u MPS %u", row->gen, row->lanes, 128u << i);
    }
}

struct replay {
    unsigned gen, lanes;
    uint32_t limit[3]; /* MPS 128, 256, 512 */
};

static struct replay replay_rows[] = {
    {1, 1, {711, 1248, 1677}},     {1, 4, {219, 354, 462}}, {1, 8, {201, 321, 258}},
    {1, 16, {144, 216, 258}},      {2, 8, {354, 474, 411}}, {3, 8, {489, 609, 546}},
    {4, 8, {24000, 24000, 24000}},
};

ParameterizedTestParameters(pcie_dll, replay_limit_is_that_of_timing_1_4)
{
    return cr_make_param_array(struct replay, replay_rows,
                               sizeof replay_rows / sizeof *replay_rows);
}

ParameterizedTest(struct replay *row, pcie_dll, replay_limit_is_that_of_timing_1_4)
{
    for (unsigned i = 0; i < 3; i++) {
        timing_case("1.4 replay limit", row->limit[i],
                    pcie_dll_replay_limit(row->gen, row->lanes, 128u << i));
        cr_assert_eq(pcie_dll_replay_limit(row->gen, row->lanes, 128u << i), row->limit[i],
                     "Gen%u x%u MPS %u", row->gen, row->lanes, 128u << i);
    }
}

Test(pcie_dll, skp_costs_one_block_in_371_or_4_symbols_in_1180)
{
    for (unsigned lanes = 1; lanes <= 16; lanes *= 2) {
        timing_case("1.2 SKP", 371 * 16 * lanes, pcie_dll_skp_period_bytes(3, lanes));
        timing_case("1.2 SKP", 1180 * lanes, pcie_dll_skp_period_bytes(2, lanes));
        cr_assert_eq(pcie_dll_skp_period_bytes(3, lanes), 371 * pcie_dll_skp_bytes(3, lanes));
        cr_assert_eq(pcie_dll_skp_bytes(1, lanes), 4 * lanes);
        cr_assert_eq(pcie_dll_skp_period_bytes(2, lanes), 1180 * lanes);
    }
}

/* Keeps requests of one size outstanding. The host also rings a doorbell every 150 ns. That loads
 * the other direction, so that Acks and UpdateFCs travel both ways, as column 2 assumes. */
struct load {
    struct fake_pcie *fake;
    uint32_t size;
    uint64_t bytes_read, bytes_written, from_ps;
};

static void start_read(struct load *load, uint64_t now_ps);
static void start_write(struct load *load, uint64_t now_ps);

static void on_read(void *self, uint64_t again, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct load *load = self;
    (void)data;
    cr_assert(ok);
    if (now_ps > load->from_ps)
        load->bytes_read += len;
    if (again)
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
    endpoint->ops->read(endpoint->self, HIGH, load->size, (struct pcie_read_done){on_read, load, 1},
                        now_ps);
}

static void start_write(struct load *load, uint64_t now_ps)
{
    static const uint8_t data[4096];
    struct pcie_endpoint *endpoint = &load->fake->endpoint;
    endpoint->ops->write(endpoint->self, HIGH, data, load->size, (struct pcie_done){0},
                         (struct pcie_done){on_visible, load, 0}, now_ps);
}

static void run_with_doorbells(struct load *load, bool doorbells)
{
    uint64_t end_ps = load->from_ps + WINDOW_US * PS_PER_US;
    uint32_t value = 1;
    if (!doorbells)
        fake_pcie_run(load->fake, end_ps);
    for (uint64_t at_ps = 0; doorbells && at_ps < end_ps; at_ps += 150 * PS_PER_NS) {
        fake_pcie_run(load->fake, at_ps);
        pcie_link_mmio_write(load->fake->link, 0x100, &value, 4, at_ps);
    }
}

static struct load run_load(const struct pcie_params *params, uint32_t size, int reads, int writes,
                            bool doorbells)
{
    struct load load = {
        .fake = fake_pcie_create(params, false), .size = size, .from_ps = WARM_US * PS_PER_US};
    load.fake->log_off = true;
    for (int i = 0; i < reads || i < writes; i++) {
        if (i < reads)
            start_read(&load, 0);
        if (i < writes)
            start_write(&load, 0);
    }
    run_with_doorbells(&load, doorbells);
    const struct pcie_stats *stats = pcie_link_stats(load.fake->link);
    uint64_t tlps = stats->tlps_up + stats->tlps_down;
    if (stats->credit_stalls * 8 < tlps)
        cr_assert_leq(load.fake->runs, tlps + tlps / 8, "hardly more than one event per TLP");
    else
        cr_assert_leq(load.fake->runs, 3 * tlps, "one more for each credit waited for");
    fake_pcie_destroy(load.fake);
    return load;
}

static uint64_t mbps(uint64_t bytes) { return bytes * 8 / WINDOW_US; }

struct rate {
    uint32_t size;
    uint32_t write, read, both; /* column 2, 10 Mb/s */
};

static struct rate rates[] = {
    {16, 2489, 2766, 1556},   {32, 3556, 3829, 2489},   {64, 4526, 4741, 3556},
    {128, 5240, 5382, 4526},  {256, 5689, 5772, 5240},  {257, 5243, 5385, 4861},
    {512, 5689, 5772, 5455},  {513, 5457, 5571, 5043},  {1024, 5689, 5772, 5455},
    {1500, 5678, 5762, 5439}, {2048, 5689, 5772, 5455},
};

/* The formulas of timing 1.8 ignore that payload is padded to whole DWs (timing 1.2), so we correct
 * the expected rate. */
static void check_rate(const char *what, uint32_t size, uint64_t bytes, uint32_t expected)
{
    uint64_t got = mbps(bytes), want = (uint64_t)expected * 10;
    uint64_t wire = 24 * ((size + 255) / 256) + size;
    want = want * wire / (wire + (4 - size % 4) % 4);
    timing_case("1.8 bandwidth, column 2", want, got);
    cr_assert(got * 100 >= want * 99 && got * 100 <= want * 101, "%s %u: %lu, not %lu Mb/s", what,
              size, (unsigned long)got, (unsigned long)want);
}

ParameterizedTestParameters(pcie_dll, saturated_link_is_within_1_percent_of_column_2_of_timing_1_8)
{
    return cr_make_param_array(struct rate, rates, sizeof rates / sizeof *rates);
}

ParameterizedTest(struct rate *row, pcie_dll,
                  saturated_link_is_within_1_percent_of_column_2_of_timing_1_8)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.tags = 256;
    check_rate("W", row->size, run_load(&params, row->size, 0, IN_FLIGHT, true).bytes_written,
               row->write);
    check_rate("R", row->size, run_load(&params, row->size, 256, 0, false).bytes_read, row->read);
}

/* Reads and writes together. The test issues as many reads as writes, in turn. */
ParameterizedTestParameters(pcie_dll, both_ways_are_within_1_percent_of_column_2_of_timing_1_8)
{
    return cr_make_param_array(struct rate, rates, sizeof rates / sizeof *rates);
}

ParameterizedTest(struct rate *row, pcie_dll,
                  both_ways_are_within_1_percent_of_column_2_of_timing_1_8)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.tags = 256;
    struct load load = {.fake = fake_pcie_create(&params, false),
                        .size = row->size,
                        .from_ps = WARM_US * PS_PER_US};
    load.fake->log_off = true;
    struct pcie_endpoint *endpoint = &load.fake->endpoint;
    static const uint8_t data[4096];
    for (uint64_t i = 0; i * row->size < UINT64_C(3) << 20; i++) {
        endpoint->ops->read(endpoint->self, HIGH, row->size,
                            (struct pcie_read_done){on_read, &load, 0}, 0);
        endpoint->ops->write(endpoint->self, HIGH, data, row->size, (struct pcie_done){0},
                             (struct pcie_done){on_visible, &load, 0}, 0);
    }
    run_with_doorbells(&load, true);
    check_rate("RW writes", row->size, load.bytes_written, row->both);
    check_rate("RW reads", row->size, load.bytes_read, row->both);
    fake_pcie_destroy(load.fake);
}

/* By timing 1.5, outstanding TLPs may not exceed the credits, so the rate is the credits divided by
 * the time until a credit returns. A write of 64 bytes takes 1 header credit and 4 data credits. */
struct credit_limit {
    char name[48];
    struct pcie_credits root;
    uint32_t tlps; /* the most that may be in flight */
};

static struct credit_limit credit_limits[] = {
    {"posted headers", {4, 1024, 127, 127, 0, 0}, 4},
    {"one posted header", {1, 1024, 127, 127, 0, 0}, 1},
    {"posted data", {127, 16, 127, 127, 0, 0}, 4},
};

ParameterizedTestParameters(pcie_dll, credits_limit_the_write_rate)
{
    return cr_make_param_array(struct credit_limit, credit_limits,
                               sizeof credit_limits / sizeof *credit_limits);
}

/* A credit returns after 11.172 ns on the wire, 100 ns of propagation, 100 ns until the write is
 * visible, 1.016 ns for the UpdateFC and 100 ns of propagation back. The UpdateFC leaves at once
 * because the sender has so few credits. */
ParameterizedTest(struct credit_limit *row, pcie_dll, credits_limit_the_write_rate)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.root_credits = row->root;
    uint64_t round_trip_ps = 11172 + 100000 + 100000 + 1016 + 100000;
    uint64_t bytes = run_load(&params, 64, 0, IN_FLIGHT, false).bytes_written;
    uint64_t want = WINDOW_US * PS_PER_US * row->tlps / round_trip_ps * 64;
    timing_case("1.5 credit-limited rate", want, bytes);
    cr_assert(bytes * 100 >= want * 98 && bytes * 100 <= want * 102, "%s: %lu, not %lu", row->name,
              (unsigned long)bytes, (unsigned long)want);
}

Test(pcie_dll, nonposted_credits_limit_the_reads_in_flight)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.root_credits.nonposted_headers = 2;
    uint64_t bytes = run_load(&params, 64, IN_FLIGHT, 0, false).bytes_read;
    uint64_t round_trip_ps =
        3047 + 100000 + 1016 + 100000; /* a request leaves the receive buffer at once */
    uint64_t want = WINDOW_US * PS_PER_US * 2 / round_trip_ps * 64;
    cr_assert(bytes * 100 >= want * 97 && bytes * 100 <= want * 103, "%lu, not %lu",
              (unsigned long)bytes, (unsigned long)want);
}

struct completion_limit {
    char name[32];
    uint32_t headers, data, in_flight;
};

static struct completion_limit completion_limits[] = {
    {"one completion header", 1, 0, 1},
    {"three completion headers", 3, 0, 3},
    {"completion data", 0, 32, 2},
    {"completions, infinite", 0, 0, 0},
};

ParameterizedTestParameters(pcie_dll, completion_credits_limit_the_read_rate)
{
    return cr_make_param_array(struct completion_limit, completion_limits,
                               sizeof completion_limits / sizeof *completion_limits);
}

/* A completion of 256 bytes takes 35.039 ns on the wire and 100 ns of propagation. Its UpdateFC
 * takes 1.016 ns and 100 ns back. */
ParameterizedTest(struct completion_limit *row, pcie_dll, completion_credits_limit_the_read_rate)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.endpoint_credits.completion_headers = row->headers;
    params.endpoint_credits.completion_data = row->data;
    uint64_t bytes = run_load(&params, 256, IN_FLIGHT, 0, false).bytes_read;
    uint64_t round_trip_ps = 35039 + 100000 + 1016 + 100000;
    uint64_t want = WINDOW_US * PS_PER_US * row->in_flight / round_trip_ps * 256;
    if (row->in_flight == 0) {
        cr_assert_gt(bytes, WINDOW_US * 7000, "56 Gb/s and more");
        return;
    }
    timing_case("1.5 credit-limited rate", want, bytes);
    cr_assert(bytes * 100 >= want * 98 && bytes * 100 <= want * 102, "%s: %lu, not %lu", row->name,
              (unsigned long)bytes, (unsigned long)want);
}

/* An Ack returns at most the Ack limit and two propagation delays of 100 ns after its TLP. A replay
 * buffer for 4 TLPs lets only 4 leave in that time. */
Test(pcie_dll, a_small_replay_buffer_limits_the_rate)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.replay_bytes = 4 * 88;
    uint64_t bytes = run_load(&params, 64, 0, IN_FLIGHT, false).bytes_written;
    uint64_t round_trip_ps = 11172 + 100000 + 203000 + 1016 + 100000;
    uint64_t want = WINDOW_US * PS_PER_US * 4 / round_trip_ps * 64;
    cr_assert(bytes * 100 >= want * 95 && bytes * 100 <= want * 110, "%lu, not %lu",
              (unsigned long)bytes, (unsigned long)want);
}

/* By timing 1.4, transmission stops when (next_seq - acked_seq) mod 4096 is 2048. A link with a
 * propagation delay of 20 us would hold more TLPs than that. */
Test(pcie_dll, the_sequence_window_limits_a_long_link)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.propagation_ps = 20 * PS_PER_US;
    params.replay_bytes = 1 << 20;
    params.root_credits = (struct pcie_credits){0};
    params.write_queue_bytes = 1 << 20;
    struct load load = {.fake = fake_pcie_create(&params, true), .size = 64};
    for (int i = 0; i < 3000; i++)
        start_write(&load, 0);
    fake_pcie_run(load.fake, 39 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(load.fake, FAKE_TLP), PCIE_SEQ_WINDOW - 1);
    timing_case("1.4 sequence window", PCIE_SEQ_WINDOW - 1, fake_pcie_count(load.fake, FAKE_TLP));
    fake_pcie_destroy(load.fake);
}

Test(pcie_dll, an_idle_link_sends_update_fc_each_30_us_and_costs_no_event)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    fake_pcie_run(fake, 3 * PS_PER_MS);
    cr_assert_eq(fake->runs, 0);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_run(fake, 4 * PS_PER_MS);
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert(stats->updatefcs >= 2 * 2 * 98 && stats->updatefcs <= 2 * 2 * 101, "%lu",
              (unsigned long)stats->updatefcs);
    cr_assert(stats->skps >= 2 * 3 * 160 && stats->skps <= 2 * 3 * 170, "%lu",
              (unsigned long)stats->skps);
    fake_pcie_destroy(fake);
}

Test(pcie_dll, credits_are_exchanged_before_the_first_tlp_after_link_up)
{
    struct pcie_params params;
    pcie_params_default(&params);
    struct fake_pcie *fake = fake_pcie_create(&params, true);
    pcie_link_set_up(fake->link, false, 0);
    pcie_link_set_up(fake->link, true, 0);
    uint32_t value = 1;
    pcie_link_mmio_write(fake->link, 0x100, &value, 4, 0);
    fake_pcie_run(fake, PS_PER_US);
    /* A DLLP takes 1.015625 ns. The third InitFC1 arrives after 103.047 ns, when 102 have left. The
     * 103rd DLLP is an InitFC2 and arrives after 204.609 ns, when 202 have left. */
    const struct fake_event *tlp = fake_pcie_event(fake, FAKE_TLP, 0);
    cr_assert_not_null(tlp);
    cr_assert_eq(tlp->now_ps, 205156);
    cr_assert_eq(pcie_link_stats(fake->link)->initfcs, 2 * 202);
    fake_pcie_destroy(fake);
}
