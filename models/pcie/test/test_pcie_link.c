/* Tests models/pcie/pcie_link to the picosecond: latency, ordering, tags and faults (timing 1.2,
 * 1.6, 1.10, 2). */
#include "models/pcie/test/fake_pcie.h"

#include "models/pcie/wire/pcie_split.h"

#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <string.h>

#define HIGH FAKE_MEM_BASE
#define LOW UINT64_C(0x10000)

/* Returns the parameters of a link whose only latency is that of the wire. As in timing 2, the data
 * link layer is off. */
static struct pcie_params bare(void)
{
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.propagation_ps = 0;
    params.root_read_ps = 0;
    params.root_write_ps = 0;
    params.device_mmio_ps = 0;
    params.dll = false;
    return params;
}

static uint64_t time_of(const struct fake_pcie *fake, enum fake_event_kind kind, size_t n)
{
    const struct fake_event *event = fake_pcie_event(fake, kind, n);
    cr_assert_not_null(event, "event %d number %zu", kind, n);
    return event->now_ps;
}

struct read_floor {
    uint32_t len;
    uint64_t ps; /* the serial floor of a DMA read in timing 1.2, rounded */
};

static struct read_floor floors[] = {
    {4, 6094}, {16, 7617}, {64, 13711}, {128, 21836}, {256, 38086}, {512, 73125},
};

ParameterizedTestParameters(pcie_link, dma_read_has_the_serial_floor_of_timing_1_2)
{
    return cr_make_param_array(struct read_floor, floors, sizeof floors / sizeof *floors);
}

/* Each of the two directions rounds once, so the sum may be off by 1 ps. */
ParameterizedTest(struct read_floor *row, pcie_link, dma_read_has_the_serial_floor_of_timing_1_2)
{
    struct pcie_params params = bare();
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    fake_pcie_read(fake, HIGH, row->len, 1);
    fake_pcie_run(fake, PS_PER_US);
    uint64_t ps = time_of(fake, FAKE_READ_DONE, 0);
    timing_case("1.2 floor of a DMA read", row->ps, ps);
    cr_assert(ps == row->ps || ps == row->ps + 1, "%u: %lu", row->len, (unsigned long)ps);
    fake_pcie_destroy(fake);
}

/* By timing 1.10, a read from the LLC takes 413 ns, of which the host takes 399. A memory access
 * that takes longer than the LLC adds its extra latency. */
Test(pcie_link, read_of_64_bytes_takes_413_ns_and_what_memory_takes_longer)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    fake->dram_from = HIGH + 4096;
    fake->dram_ps = 67000;
    fake_pcie_read(fake, HIGH, 64, 1);
    fake_pcie_run(fake, PS_PER_US);
    cr_assert_eq((time_of(fake, FAKE_READ_DONE, 0) + 500) / 1000, 413);
    fake_pcie_read(fake, HIGH + 4096, 64, 2);
    fake_pcie_run(fake, 2 * PS_PER_US);
    cr_assert_eq((time_of(fake, FAKE_READ_DONE, 1) - PS_PER_US + 500) / 1000, 480);
    fake_pcie_destroy(fake);
}

/* By timing 2, the time is ser(MWr) + ser(MRd) + 10 + ser(CplD) + 10, in ns. The headers have 3 DW,
 * because the addresses are below 4 GiB. */
struct read_after_write {
    uint32_t len;
    uint64_t ps;
};

static struct read_after_write pairs[] = {{16, 31680}, {64, 43867}};

ParameterizedTestParameters(pcie_link, read_after_write_takes_the_time_of_timing_2)
{
    return cr_make_param_array(struct read_after_write, pairs, 2);
}

ParameterizedTest(struct read_after_write *row, pcie_link,
                  read_after_write_takes_the_time_of_timing_2)
{
    struct pcie_params params = bare();
    params.propagation_ps = 10000;
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    fake_pcie_write(fake, LOW, row->len, 1);
    fake_pcie_read(fake, LOW, row->len, 2);
    fake_pcie_run(fake, PS_PER_US);
    uint64_t ps = time_of(fake, FAKE_READ_DONE, 0);
    timing_case("2 read after write", row->ps, ps);
    cr_assert(ps + 1 >= row->ps && ps <= row->ps + 1, "%u: %lu", row->len, (unsigned long)ps);
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 0)->value & 0xff, 1, "the written byte");
    fake_pcie_destroy(fake);
}

/* By timing 2, back-to-back writes of 64 B with 3 DW headers are 10.664062 ns apart. */
Test(pcie_link, writes_go_back_to_back_without_a_gap_or_drift)
{
    struct pcie_params params = bare();
    struct fake_pcie *fake = fake_pcie_create(&params, true);
    for (uint32_t i = 0; i < 1000; i++)
        fake_pcie_write(fake, LOW, 64, i);
    fake_pcie_run(fake, PS_PER_MS);
    cr_assert_eq(time_of(fake, FAKE_TLP, 0), 0);
    timing_case("2 back-to-back writes", 682500, time_of(fake, FAKE_TLP, 64));
    cr_assert_eq(time_of(fake, FAKE_TLP, 64), 682500); /* 64 x 10.6640625 */
    cr_assert_eq(time_of(fake, FAKE_VISIBLE, 999), 10664063);
    fake_pcie_destroy(fake);
}

Test(pcie_link, issued_is_the_start_of_the_last_tlp_and_visible_its_arrival)
{
    struct pcie_params params = bare();
    params.propagation_ps = 10000;
    params.root_write_ps = 200000;
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    fake_pcie_write(fake, HIGH, 1448, 1); /* timing 1.8: 6 TLPs, 1592 B, 202.109 ns */
    cr_assert_eq(fake->count, 0, "nobody is called from inside the request");
    fake_pcie_run(fake, PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 6);
    cr_assert_eq(time_of(fake, FAKE_ISSUED, 0), 177734); /* the time of 5 TLPs of 280 B */
    cr_assert_eq(time_of(fake, FAKE_VISIBLE, 0), 202109 + 210000);
    cr_assert_eq(pcie_link_stats(fake->link)->bytes_up, 1592);
    cr_assert_eq(pcie_link_stats(fake->link)->payload_up, 1448);
    cr_assert_leq(fake->runs, 7, "one event per TLP, one for issued");
    fake_pcie_destroy(fake);
}

/* In the row "read request" and the column "posted", timing 1.6 says No: a read must not pass a
 * write. */
Test(pcie_link, a_read_sees_every_write_before_it)
{
    struct pcie_params params = bare();
    params.root_write_ps = 500000; /* longer than a read takes */
    params.root_read_ps = 10000;
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    fake_pcie_write(fake, HIGH, 4096, 0x5a);
    fake_pcie_read(fake, HIGH + 4095, 1, 1);
    fake_pcie_run(fake, 10 * PS_PER_US);
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 0)->value, (0x5a + 4095) & 0xff);
    cr_assert_geq(time_of(fake, FAKE_MEM_READ, 0), time_of(fake, FAKE_VISIBLE, 0));
    fake_pcie_destroy(fake);
}

/* By timing 1.6, an MSI-X message never passes the writes before it. */
Test(pcie_link, an_interrupt_comes_behind_the_data)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    fake_pcie_write(fake, HIGH, 4096, 1);
    fake->endpoint.ops->msix(fake->endpoint.self, 1, 0);
    fake_pcie_write(fake, HIGH, 4, 2);
    fake_pcie_run(fake, 10 * PS_PER_US);
    cr_assert_eq(fake->events[fake->count - 1].kind, FAKE_VISIBLE);
    cr_assert_geq(time_of(fake, FAKE_MSIX, 0), time_of(fake, FAKE_VISIBLE, 0));
    cr_assert_leq(time_of(fake, FAKE_MSIX, 0), time_of(fake, FAKE_VISIBLE, 1));
    cr_assert_eq(fake_pcie_event(fake, FAKE_MSIX, 0)->address, 1);
    fake_pcie_destroy(fake);
}

/* In the row "completion" and the column "posted", timing 1.6 says No. An MMIO read therefore
 * flushes the writes before it. */
Test(pcie_link, an_mmio_read_completes_behind_earlier_writes)
{
    struct pcie_params params = bare();
    params.root_write_ps = 200000;
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    fake->mmio_value = 0xabcd;
    fake_pcie_write(fake, HIGH, 65536, 1);
    pcie_link_mmio_read32(fake->link, NIC_REG_STATUS, fake_pcie_done(fake, 9), 0);
    fake_pcie_run(fake, 100 * PS_PER_US);
    cr_assert_lt(time_of(fake, FAKE_MMIO_READ, 0), 10000);
    cr_assert_geq(time_of(fake, FAKE_READ_DONE, 0), time_of(fake, FAKE_VISIBLE, 0));
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 0)->value, 0xabcd);
    fake_pcie_destroy(fake);
}

Test(pcie_link, an_mmio_read_comes_behind_earlier_doorbells)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    uint32_t words[4] = {1, 2, 3, 4};
    pcie_link_mmio_write(fake->link, NIC_REG_CONN_DOORBELL, words, 16, 0);
    pcie_link_mmio_write(fake->link, NIC_REG_CMD_PRODUCER, words + 1, 4, 0);
    pcie_link_mmio_read32(fake->link, NIC_REG_STATUS, fake_pcie_done(fake, 9), 0);
    fake_pcie_run(fake, 10 * PS_PER_US);
    cr_assert_eq(fake->events[0].kind, FAKE_MMIO_WRITE);
    cr_assert_eq(fake->events[0].len, 16);
    cr_assert_eq(fake->events[0].now_ps, 5078); /* the TLP has 40 bytes */
    cr_assert_eq(fake->events[1].address, NIC_REG_CMD_PRODUCER);
    cr_assert_eq(fake->events[1].value, 2);
    cr_assert_eq(fake->events[2].kind, FAKE_MMIO_READ);
    /* The read ends after 40 + 28 + 24 bytes downstream, 780 ns, and 24 bytes upstream. */
    cr_assert_eq(time_of(fake, FAKE_READ_DONE, 0), 11680 + 780000 + 3047);
    fake_pcie_destroy(fake);
}

/* Timing 1.2: a write of 64 bytes with a header of 4 DW takes 88 bytes on the wire, 11.171875 ns on Gen3 x8. */
Test(pcie_link, a_line_of_a_command_is_one_tlp)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    uint8_t line[NIC_PUSH_SLOT_BYTES] = {9, 8, 7, 6};
    pcie_link_mmio_write(fake->link, NIC_REG_PUSH_WINDOW + 128, line, sizeof line, 0);
    fake_pcie_run(fake, 10 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MMIO_WRITE), 1);
    cr_assert_eq(fake->events[0].address, NIC_REG_PUSH_WINDOW + 128);
    cr_assert_eq(fake->events[0].len, sizeof line);
    cr_assert_eq(fake->events[0].value, 0x06070809);
    timing_case("1.2 MWr64 64 B", 11172, fake->events[0].now_ps);
    cr_assert_eq(fake->events[0].now_ps, 11172);
    cr_assert_eq(pcie_link_stats(fake->link)->bytes_down, 88);
    fake_pcie_destroy(fake);
}

/* In the row "posted" and the column "read request", timing 1.6 says Yes: a write must be able to
 * pass a blocked read. */
Test(pcie_link, a_write_passes_reads_that_wait_for_a_tag)
{
    struct pcie_params params = bare();
    params.root_read_ps = 400000;
    params.tags = 1;
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    fake_pcie_read(fake, HIGH, 2048, 1); /* makes 4 requests */
    fake_pcie_write(fake, HIGH, 64, 2);
    fake_pcie_run(fake, 10 * PS_PER_US);
    cr_assert_lt(time_of(fake, FAKE_VISIBLE, 0), 20000);
    cr_assert_gt(time_of(fake, FAKE_READ_DONE, 0), 1600000);
    cr_assert_eq(pcie_link_stats(fake->link)->tag_stalls, 3);
    cr_assert_eq(pcie_link_stats(fake->link)->tags_used_max, 1);
    fake_pcie_destroy(fake);
}

Test(pcie_link, reads_of_different_latency_end_out_of_order_but_whole)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    fake->dram_ps = 67000;
    fake->dram_from = HIGH + 8192;
    fake_pcie_read(fake, HIGH + 8192, 64, 1);
    fake_pcie_read(fake, HIGH + 64, 64, 2);
    fake_pcie_run(fake, PS_PER_US);
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 0)->address, 2);
    cr_assert_eq(fake_pcie_event(fake, FAKE_READ_DONE, 1)->address, 1);
    fake_pcie_destroy(fake);
}

struct split_read {
    char name[40];
    uint64_t address;
    uint32_t len;
    bool each_rcb;
    uint32_t requests, completions;
};

/* The rows are those of timing 1.7. */
static struct split_read split_reads[] = {
    {"512 at 0h", HIGH, 512, false, 1, 2},
    {"512 at 20h", HIGH + 0x20, 512, false, 1, 3},
    {"512 at 0h, each RCB", HIGH, 512, true, 1, 8},
    {"512 at 20h, each RCB", HIGH + 0x20, 512, true, 1, 9},
    {"64 at 3Ch, each RCB", HIGH + 0x3c, 64, true, 1, 2},
    {"2 at FFFh", HIGH + 0xfff, 2, false, 2, 2},
    {"64 KiB", HIGH, 65536, false, 128, 256},
};

ParameterizedTestParameters(pcie_link, reads_are_split_on_the_wire_as_timing_1_7_says)
{
    return cr_make_param_array(struct split_read, split_reads,
                               sizeof split_reads / sizeof *split_reads);
}

static void check_data(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct fake_pcie *fake = self;
    (void)now_ps;
    cr_assert(ok);
    for (uint32_t i = 0; i < len; i++)
        cr_assert_eq(data[i], fake->mem[(cookie + i) % FAKE_MEM_BYTES]);
    fake->dram_ps = len; /* shows that the call was made */
}

ParameterizedTest(struct split_read *row, pcie_link, reads_are_split_on_the_wire_as_timing_1_7_says)
{
    struct pcie_params params;
    pcie_params_default(&params);
    fake_pcie_no_distance(&params);
    params.completion_each_rcb = row->each_rcb;
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    fake->dram_from = UINT64_MAX;
    fake->endpoint.ops->read(fake->endpoint.self, row->address, row->len,
                             (struct pcie_read_done){check_data, fake, row->address}, 0);
    fake_pcie_run(fake, 100 * PS_PER_US);
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert_eq(fake->dram_ps, row->len, "%s: done", row->name);
    cr_assert_eq(stats->tlps_up, row->requests, "%s", row->name);
    cr_assert_eq(stats->tlps_down, row->completions, "%s", row->name);
    cr_assert_eq(stats->payload_down, row->len, "%s", row->name);
    fake_pcie_destroy(fake);
}

Test(pcie_link, the_probe_sees_every_tlp_at_its_start)
{
    struct pcie_params params = bare();
    struct fake_pcie *fake = fake_pcie_create(&params, true);
    fake_pcie_write(fake, HIGH, 512, 1);
    fake_pcie_read(fake, HIGH, 64, 2);
    fake_pcie_run(fake, PS_PER_US);
    static const uint64_t starts[] = {0, 35547, 71094, 74141};
    static const uint32_t bytes[] = {280, 280, 24, 84};
    static const uint32_t kinds[] = {PCIE_TLP_MWR, PCIE_TLP_MWR, PCIE_TLP_MRD, PCIE_TLP_CPLD};
    cr_assert_eq(fake_pcie_count(fake, FAKE_TLP), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct fake_event *event = fake_pcie_event(fake, FAKE_TLP, i);
        cr_assert_eq(event->now_ps, starts[i], "%zu: %lu", i, (unsigned long)event->now_ps);
        cr_assert_eq(event->len, bytes[i]);
        cr_assert_eq(event->tlp_kind, kinds[i]);
        cr_assert_eq(event->direction, i == 3);
    }
    fake_pcie_destroy(fake);
}

Test(pcie_link, a_small_write_queue_counts_what_does_not_fit)
{
    struct pcie_params params = bare();
    params.write_queue_bytes = 4096;
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    for (uint64_t i = 0; i < 10; i++)
        fake_pcie_write(fake, HIGH, 1024, i);
    fake_pcie_run(fake, 10 * PS_PER_US);
    cr_assert_gt(pcie_link_stats(fake->link)->write_stalls, 0);
    cr_assert_lt(pcie_link_stats(fake->link)->write_stalls, 10);
    cr_assert_eq(fake_pcie_count(fake, FAKE_VISIBLE), 10);
    fake_pcie_destroy(fake);
}

Test(pcie_link, a_write_of_nothing_is_a_bug, .signal = SIGABRT)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    fake_pcie_write(fake, HIGH, 0, 1);
}

struct wrong {
    char name[24];
    unsigned gen, lanes;
    uint32_t mps, mrrs, rcb, tags, queue;
};

static struct wrong wrongs[] = {
    {"gen", 0, 8, 256, 512, 64, 64, 16384},       {"gen", 6, 8, 256, 512, 64, 64, 16384},
    {"lanes", 3, 12, 256, 512, 64, 64, 16384},    {"lanes", 3, 32, 256, 512, 64, 64, 16384},
    {"mps", 3, 8, 64, 512, 64, 64, 16384},        {"mps", 3, 8, 300, 512, 64, 64, 16384},
    {"mrrs", 3, 8, 256, 8192, 64, 64, 16384},     {"rcb", 3, 8, 256, 512, 32, 64, 16384},
    {"tags", 3, 8, 256, 512, 64, 0, 16384},       {"tags", 3, 8, 256, 512, 64, 257, 16384},
    {"write_queue", 3, 8, 256, 512, 64, 64, 100},
};

ParameterizedTestParameters(pcie_link, refuses_parameters_out_of_range_by_name)
{
    return cr_make_param_array(struct wrong, wrongs, sizeof wrongs / sizeof *wrongs);
}

ParameterizedTest(struct wrong *row, pcie_link, refuses_parameters_out_of_range_by_name)
{
    struct pcie_params params = {.gen = row->gen,
                                 .lanes = row->lanes,
                                 .mps_bytes = row->mps,
                                 .mrrs_bytes = row->mrrs,
                                 .rcb_bytes = row->rcb,
                                 .tags = row->tags,
                                 .write_queue_bytes = row->queue};
    struct error err;
    cr_assert_eq(pcie_params_check(&params, &err), STATUS_BAD_INPUT);
    cr_assert_eq(strncmp(err.text, row->name, strlen(row->name)), 0, "%s", err.text);
}

struct wrong_credits {
    char name[24];
    struct pcie_credits root, endpoint;
    uint32_t replay_bytes;
};

static struct wrong_credits wrong_credits[] = {
    {"root_credits", {128, 16, 1, 1, 0, 0}, {1, 16, 1, 1, 0, 0}, 4096},
    {"root_credits", {1, 15, 1, 1, 0, 0}, {1, 16, 1, 1, 0, 0}, 4096},
    {"endpoint_credits", {1, 16, 1, 1, 0, 0}, {1, 2048, 1, 1, 0, 0}, 4096},
    {"endpoint_credits", {0, 0, 0, 0, 0, 0}, {1, 16, 200, 1, 0, 0}, 4096},
    {"endpoint_credits", {0, 0, 0, 0, 0, 0}, {1, 16, 1, 1, 128, 0}, 4096},
    {"root_credits", {1, 16, 1, 1, 1, 15}, {1, 16, 1, 1, 0, 0}, 4096},
    {"replay_buffer", {1, 16, 1, 1, 0, 0}, {1, 16, 1, 1, 0, 0}, 256},
};

ParameterizedTestParameters(pcie_link, refuses_credits_that_no_link_has)
{
    return cr_make_param_array(struct wrong_credits, wrong_credits,
                               sizeof wrong_credits / sizeof *wrong_credits);
}

ParameterizedTest(struct wrong_credits *row, pcie_link, refuses_credits_that_no_link_has)
{
    struct pcie_params params;
    struct error err;
    pcie_params_default(&params);
    cr_assert_eq(pcie_params_check(&params, &err), STATUS_OK);
    params.root_credits = row->root;
    params.endpoint_credits = row->endpoint;
    params.replay_bytes = row->replay_bytes;
    cr_assert_eq(pcie_params_check(&params, &err), STATUS_BAD_INPUT);
    cr_assert_eq(strncmp(err.text, row->name, strlen(row->name)), 0, "%s", err.text);
}
