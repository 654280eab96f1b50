/* Tests the numbers of timing 1.1, 1.2 and 1.8 that follow from byte times and packet sizes. */
#include "models/base/units.h"
#include "models/pcie/wire/pcie_dll.h"
#include "models/pcie/wire/pcie_rate.h"
#include "models/pcie/wire/pcie_split.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>

#define HIGH UINT64_C(0x100000000)

/* The rates of links in timing 1.1, in units of unit_bps and rounded down to as many digits as the
 * page has. */
static const struct {
    unsigned gen, lanes;
    uint64_t rate, unit_bps;
} links[] = {
    {1, 1, 20, 100000000},   {2, 1, 40, 100000000},    {3, 1, 7876923, 1000},
    {4, 1, 15753846, 1000},  {5, 1, 31507692, 1000},   {1, 4, 80, 100000000},
    {2, 8, 320, 100000000},  {3, 8, 630153846, 100},   {3, 16, 1260307, 100000},
    {4, 8, 1260307, 100000}, {4, 16, 2520615, 100000}, {5, 16, 5041230, 100000},
};

Test(pcie_table, links_have_the_rates_of_timing_1_1)
{
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        uint64_t ticks = pcie_rate_ticks_per_byte(links[i].gen, links[i].lanes);
        uint64_t bps = UINT64_C(8) * PCIE_TICKS_PER_PS * PS_PER_S / ticks;
        timing_case("1.1 rate of a link", links[i].rate, bps / links[i].unit_bps);
        cr_assert_eq(bps / links[i].unit_bps, links[i].rate, "Gen%u x%u: %lu", links[i].gen,
                     links[i].lanes, (unsigned long)bps);
    }
}

Test(pcie_table, symbols_last_as_in_timing_1_1)
{
    static const uint64_t symbol_ps[] = {4000, 2000, 1000, 500, 250};
    for (unsigned gen = 1; gen <= 5; gen++) {
        timing_case("1.1 symbol time, ps", symbol_ps[gen - 1], pcie_dll_symbol_ps(gen));
        cr_assert_eq(pcie_dll_symbol_ps(gen), symbol_ps[gen - 1]);
    }
}

/* By timing 1.2, a byte takes 1 ns on Gen1 x4 and 0.25 ns on Gen2 x8. On Gen4 x8 and Gen5 x16 it
 * takes a half and an eighth of the time on Gen3 x8. */
static const struct {
    unsigned gen, lanes;
    uint64_t byte_fs;
} others[] = {
    {1, 4, 1000000}, {2, 8, 250000}, {3, 8, 126953}, {4, 8, 63476}, {5, 16, 15869},
};

Test(pcie_table, other_links_scale_as_in_timing_1_2)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        uint64_t ticks = pcie_rate_ticks_per_byte(others[i].gen, others[i].lanes);
        uint64_t byte_fs = ticks * 1000 / PCIE_TICKS_PER_PS;
        timing_case("1.2 byte time, other links, fs", others[i].byte_fs, byte_fs);
        cr_assert_eq(byte_fs, others[i].byte_fs, "Gen%u x%u", others[i].gen, others[i].lanes);
    }
}

/* The share of a link that SKP leaves by timing 1.2, in units of 1/100,000. From Gen3 on it is 370
 * of 371 blocks. Before Gen3, SKP takes 4 of 1180 symbols. */
Test(pcie_table, skp_costs_as_in_timing_1_2)
{
    static const uint64_t left[] = {99661, 99661, 99730, 99730, 99730};
    for (unsigned gen = 1; gen <= 5; gen++) {
        uint64_t period = pcie_dll_skp_period_bytes(gen, 8), skp = pcie_dll_skp_bytes(gen, 8);
        uint64_t got = (period - skp) * 100000 / period;
        timing_case("1.2 SKP, share left", left[gen - 1], got);
        cr_assert_eq(got, left[gen - 1], "Gen%u: %lu", gen, (unsigned long)got);
    }
}

/* The writes of TCP payload to host memory in timing 1.8, on Gen3 x8 with an MPS of 256,
 * page-aligned. */
static const struct {
    uint32_t payload, tlps, wire_bytes;
    uint64_t ps;
} segments[] = {{1448, 6, 1592, 202109}, {8948, 35, 9788, 1242617}};

Test(pcie_table, tcp_payload_into_memory_takes_the_time_of_timing_1_8)
{
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++) {
        uint32_t tlps = 0, bytes = 0;
        for (uint32_t at = 0, part; at < segments[i].payload; at += part, tlps++) {
            part = pcie_split_request(HIGH + at, segments[i].payload - at, 256);
            bytes += pcie_split_wire_bytes(PCIE_TLP_MWR, HIGH + at, part);
        }
        struct pcie_time time = {0, 0};
        time = pcie_time_add(time, bytes * pcie_rate_ticks_per_byte(3, 8));
        timing_case("1.8 TCP payload, TLPs and bytes", segments[i].tlps, tlps);
        timing_case("1.8 TCP payload, TLPs and bytes", segments[i].wire_bytes, bytes);
        timing_case("1.8 TCP payload, ps", segments[i].ps, pcie_time_ps(time));
        cr_assert_eq(tlps, segments[i].tlps);
        cr_assert_eq(bytes, segments[i].wire_bytes);
        cr_assert_eq(pcie_time_ps(time), segments[i].ps);
    }
}
