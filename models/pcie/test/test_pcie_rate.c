/* Tests models/pcie/wire/pcie_rate: the byte times of every generation and width (timing 1.1,
 * 1.2). */
#include "models/pcie/wire/pcie_rate.h"
#include "models/pcie/wire/pcie_split.h"

#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>

#define HIGH UINT64_C(0x100000000)

/* The bytes on the wire and the time on Gen3 x8 in femtoseconds, rounded down, by timing 1.2. */
struct packet {
    char name[48];
    int kind;
    uint64_t address;
    uint32_t len;
    uint32_t wire_bytes;
    uint64_t gen3_x8_fs;
};

static struct packet packets[] = {
    {"MRd32", PCIE_TLP_MRD, 0x1000, 64, 20, 2539062},
    {"Cpl", PCIE_TLP_CPL, 0, 0, 20, 2539062},
    {"CfgRd", PCIE_TLP_CFGRD, 0, 0, 20, 2539062},
    {"CfgWr", PCIE_TLP_CFGWR, 0, 0, 24, 3046875},
    {"MRd64", PCIE_TLP_MRD, HIGH, 512, 24, 3046875},
    {"MSI-X at a 32-bit address", PCIE_TLP_MSIX, 0xfee00000, 4, 24, 3046875},
    {"MSI-X at a 64-bit address", PCIE_TLP_MSIX, HIGH, 4, 28, 3554687},
    {"MWr64 16", PCIE_TLP_MWR, HIGH, 16, 40, 5078125},
    {"MWr64 64", PCIE_TLP_MWR, HIGH, 64, 88, 11171875},
    {"MWr64 128", PCIE_TLP_MWR, HIGH, 128, 152, 19296875},
    {"MWr64 256", PCIE_TLP_MWR, HIGH, 256, 280, 35546875},
    {"MWr64 512", PCIE_TLP_MWR, HIGH, 512, 536, 68046875},
    {"CplD 4", PCIE_TLP_CPLD, 0, 4, 24, 3046875},
    {"CplD 16", PCIE_TLP_CPLD, 0, 16, 36, 4570312},
    {"CplD 64", PCIE_TLP_CPLD, 0, 64, 84, 10664062},
    {"CplD 128", PCIE_TLP_CPLD, 0, 128, 148, 18789062},
    {"CplD 256", PCIE_TLP_CPLD, 0, 256, 276, 35039062},
    {"CplD 512", PCIE_TLP_CPLD, 0, 512, 532, 67539062},
    {"a payload of 2 over a DW boundary has 2 DW", PCIE_TLP_MWR, HIGH + 3, 2, 32, 4062500},
    {"a payload of 1 has 1 DW", PCIE_TLP_MWR, HIGH + 3, 1, 28, 3554687},
};

ParameterizedTestParameters(pcie_rate, packet_has_the_bytes_and_time_of_timing_1_2)
{
    return cr_make_param_array(struct packet, packets, sizeof packets / sizeof *packets);
}

static uint64_t femto(uint32_t bytes, unsigned gen, unsigned lanes)
{
    return bytes * pcie_rate_ticks_per_byte(gen, lanes) * 1000 / PCIE_TICKS_PER_PS;
}

ParameterizedTest(struct packet *row, pcie_rate, packet_has_the_bytes_and_time_of_timing_1_2)
{
    uint32_t bytes = pcie_split_wire_bytes((enum pcie_tlp_kind)row->kind, row->address, row->len);
    timing_case("1.2 wire bytes", row->wire_bytes, bytes);
    timing_case("1.2 packet time, Gen3 x8", row->gen3_x8_fs, femto(bytes, 3, 8));
    cr_assert_eq(bytes, row->wire_bytes, "%s: %u bytes", row->name, bytes);
    cr_assert_eq(femto(bytes, 3, 8), row->gen3_x8_fs, "%s", row->name);
    cr_assert_eq(femto(bytes, 1, 4), bytes * UINT64_C(1000000), "%s: Gen1 x4", row->name);
    cr_assert_eq(femto(bytes, 2, 8), bytes * UINT64_C(250000), "%s: Gen2 x8", row->name);
    cr_assert_eq(femto(2 * bytes, 4, 8), row->gen3_x8_fs, "%s: Gen4 x8 is half", row->name);
    cr_assert_eq(femto(8 * bytes, 5, 16), row->gen3_x8_fs, "%s: Gen5 x16, an eighth", row->name);
}

/* By timing 1.1, a byte takes 4, 2, 1.015625, 0.5078125 or 0.25390625 ns on one lane. */
Test(pcie_rate, one_lane_has_the_byte_time_of_timing_1_1_exactly)
{
    static const uint64_t fs[] = {4000000, 2000000, 1015625, 507812, 253906};
    for (unsigned gen = 1; gen <= 5; gen++) {
        timing_case("1.1 byte time per lane", fs[gen - 1], femto(1, gen, 1));
        cr_assert_eq(femto(1, gen, 1), fs[gen - 1], "gen %u", gen);
    }
    cr_assert_eq(pcie_rate_ticks_per_byte(3, 1) * 1000000 % PCIE_TICKS_PER_PS, 0);
}

/* The rates of links in timing 1.1, in units of 10 kb/s. */
static const struct {
    unsigned gen, lanes;
    uint64_t rate;
} links[] = {{1, 4, 800000},   {2, 8, 3200000},   {3, 8, 6301538},  {3, 16, 12603076},
             {4, 8, 12603076}, {4, 16, 25206153}, {5, 16, 50412307}};

Test(pcie_rate, links_carry_the_gigabits_of_timing_1_1)
{
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        /* The rate in bits per second is 8 * 512 * 10^12 / ticks. */
        uint64_t bps = UINT64_C(8) * 512 * UINT64_C(1000000000000) /
                       pcie_rate_ticks_per_byte(links[i].gen, links[i].lanes);
        timing_case("1.1 links", links[i].rate, bps / 10000);
        cr_assert_eq(bps / 10000, links[i].rate, "Gen%u x%u", links[i].gen, links[i].lanes);
    }
}

Test(pcie_rate, a_million_packets_accumulate_no_rounding_error)
{
    struct pcie_time time = {0, 0};
    for (int i = 0; i < 1000000; i++)
        time = pcie_time_add(time, 88 * pcie_rate_ticks_per_byte(3, 8));
    cr_assert_eq(pcie_time_ps(time), UINT64_C(11171875000));
}

Test(pcie_rate, time_is_rounded_to_the_nearest_picosecond_half_up)
{
    cr_assert_eq(pcie_time_ps((struct pcie_time){7, 255}), 7);
    cr_assert_eq(pcie_time_ps((struct pcie_time){7, 256}), 8);
}

Test(pcie_rate, refuses_a_width_that_is_no_power_of_two, .signal = SIGABRT)
{
    (void)pcie_rate_ticks_per_byte(3, 12);
}
