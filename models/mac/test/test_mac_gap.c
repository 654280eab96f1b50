/* Tests the byte clock and the gaps of models/mac (docs/timing.md, sections 3.1 to 3.3). */
#include "models/base/rng.h"
#include "models/base/units.h"
#include "models/mac/byte_clock.h"
#include "models/mac/mac_gap.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

Test(byte_clock, standard_rates_have_whole_byte_times)
{
    static const uint64_t rows[][2] = {{10, 800}, {25, 320}, {40, 200}, {100, 80}};
    for (int i = 0; i < 4; i++) {
        struct byte_clock clock;
        byte_clock_init(&clock, rows[i][0] * UINT64_C(1000000000));
        cr_assert_eq(clock.num, rows[i][1]);
        cr_assert_eq(clock.den, 1);
        cr_assert_eq(byte_clock_ps(&clock, 1000), rows[i][1] * 1000);
        cr_assert_eq(byte_clock_bytes(&clock, rows[i][1] * 1000), 1000);
        cr_assert_eq(byte_clock_bytes(&clock, rows[i][1] * 1000 + 1), 1001);
    }
}

/* At 3 Gb/s a byte takes 2666 2/3 ps. The rounding errors must not add up. */
Test(byte_clock, other_rates_round_once)
{
    struct byte_clock clock;
    byte_clock_init(&clock, UINT64_C(3000000000));
    cr_assert_eq(byte_clock_ps(&clock, 1), 2666);
    cr_assert_eq(byte_clock_ps(&clock, 2), 5333);
    cr_assert_eq(byte_clock_ps(&clock, 3), 8000);
    cr_assert_eq(byte_clock_ps(&clock, UINT64_C(3000000000001)), UINT64_C(8000000000002666));
    struct rng rng;
    rng_init(&rng, 1, "clock");
    for (int i = 0; i < 10000; i++) {
        uint64_t ps = rng_below(&rng, UINT64_C(1) << 60);
        uint64_t n = byte_clock_bytes(&clock, ps);
        cr_assert_geq(3 * n, (uint64_t)((unsigned long long)ps / 8000 * 9), "at or after");
        cr_assert_geq(byte_clock_ps(&clock, n) + 1, ps);
        cr_assert_lt(byte_clock_ps(&clock, n - 1), ps);
    }
}

/* A row of the table in section 3.3 of docs/timing.md. A 66-bit block of the PCS carries 8 bytes. */
struct block_row {
    uint64_t gbps, block_ps, lanes;
    uint64_t line_bps; /* bit rate of each lane of the PCS */
    uint32_t word_bytes;
    uint64_t word_hz; /* clock of the MAC's data path */
};

static const struct block_row block_rows[] = {
    {10, 6400, 1, UINT64_C(10312500000), 8, 156250000},
    {10, 6400, 1, UINT64_C(10312500000), 4, 312500000},
    {25, 2560, 1, UINT64_C(25781250000), 8, 390625000},
    {40, 1600, 4, UINT64_C(10312500000), 16, 312500000},
    {100, 640, 4, UINT64_C(25781250000), 64, 195312500},
};

Test(byte_clock, blocks_and_words_of_timing_3_3)
{
    for (size_t i = 0; i < sizeof block_rows / sizeof *block_rows; i++) {
        const struct block_row *row = &block_rows[i];
        struct byte_clock clock;
        byte_clock_init(&clock, row->gbps * UINT64_C(1000000000));
        uint64_t block_ps = byte_clock_ps(&clock, 8);
        uint64_t line_bps = 66 * PS_PER_S / block_ps / row->lanes;
        uint64_t word_hz = PS_PER_S / byte_clock_ps(&clock, row->word_bytes);
        timing_case("3.3 66-bit block, ps", row->block_ps, block_ps);
        timing_case("3.3 rate of a lane, b/s", row->line_bps, line_bps);
        timing_case("3.3 words of the MAC, Hz", row->word_hz, word_hz);
        cr_assert_eq(block_ps, row->block_ps);
        cr_assert_eq(line_bps, row->line_bps);
        cr_assert_eq(word_hz, row->word_hz);
    }
}

struct gap_row {
    char name[48];
    uint32_t align, frame_bytes; /* including the FCS */
    uint32_t count;
    uint32_t gaps[8];
};

static struct gap_row gap_rows[] = {
    {"64 on 4", 4, 64, 1, {12}},
    {"65 on 4", 4, 65, 4, {11, 11, 11, 15}},
    {"66 on 4", 4, 66, 2, {10, 14}},
    {"67 on 4", 4, 67, 4, {9, 13, 13, 13}},
    {"68 on 4", 4, 68, 1, {12}},
    {"1518 on 4", 4, 1518, 2, {10, 14}},
    {"9017 on 4", 4, 9017, 4, {11, 11, 11, 15}},
    {"9018 on 4", 4, 9018, 2, {10, 14}},
    {"64 on 8", 8, 64, 2, {8, 16}},
    {"65 on 8", 8, 65, 8, {7, 15, 7, 15, 15, 7, 15, 15}},
    {"66 on 8", 8, 66, 4, {6, 14, 14, 14}},
    {"67 on 8", 8, 67, 8, {5, 13, 13, 13, 13, 13, 13, 13}},
    {"68 on 8", 8, 68, 1, {12}},
    {"69 on 8", 8, 69, 8, {11, 11, 11, 11, 11, 11, 11, 19}},
    {"70 on 8", 8, 70, 4, {10, 10, 10, 18}},
    {"1518 on 8", 8, 1518, 4, {10, 10, 10, 18}},
    {"9018 on 8", 8, 9018, 4, {6, 14, 14, 14}},
};

ParameterizedTestParameters(mac_gap, back_to_back_gaps_follow_the_table)
{
    return cr_make_param_array(struct gap_row, gap_rows, sizeof gap_rows / sizeof *gap_rows);
}

ParameterizedTest(struct gap_row *row, mac_gap, back_to_back_gaps_follow_the_table)
{
    struct mac_gap gap = {0};
    uint64_t end = 0;
    for (uint32_t i = 0; i <= 5 * row->count; i++) {
        uint64_t start = mac_gap_place(&gap, row->align, 0, 8 + row->frame_bytes);
        cr_assert_eq(start % row->align, 0);
        if (i > 0 && i <= row->count)
            timing_case(row->align == 4 ? "3.2 gaps, lanes 0 and 4" : "3.2 gaps, lane 0",
                        row->gaps[i - 1], start - end);
        if (i > 0)
            cr_assert_eq(start - end, row->gaps[(i - 1) % row->count], "%s: gap %u is %llu",
                         row->name, i, (unsigned long long)(start - end));
        end = start + 8 + row->frame_bytes;
    }
}

/* With starts in lanes 0 and 4, the gaps depend only on the length modulo 4 and have 9 to 15 bytes. With starts in lane
 * 0 only, they depend on the length modulo 8 and have 5 to 19 bytes. The average is 12 in both cases (docs/timing.md,
 * section 3.2). */
Test(mac_gap, every_length_has_the_gaps_of_its_remainder)
{
    for (uint32_t align = 4; align <= 8; align += 4)
        for (uint32_t bytes = 64; bytes <= 9022; bytes++) {
            struct mac_gap gap = {0}, like = {0};
            uint64_t end = 0, end_like = 0, sum = 0;
            uint32_t bytes_like = 64 + bytes % align;
            for (int i = 0; i <= 8; i++) {
                uint64_t start = mac_gap_place(&gap, align, 0, 8 + bytes);
                uint64_t start_like = mac_gap_place(&like, align, 0, 8 + bytes_like);
                if (i > 0) {
                    cr_assert_eq(start - end, start_like - end_like, "%u bytes", bytes);
                    cr_assert_geq(start - end, 12 - (align - 1));
                    cr_assert_leq(start - end, 12 + (align - 1));
                    sum += start - end;
                }
                end = start + 8 + bytes;
                end_like = start_like + 8 + bytes_like;
            }
            cr_assert_eq(sum, 8 * 12, "%u bytes", bytes);
        }
}

struct lane_row {
    uint32_t frame_bytes;
    char lanes[24]; /* one digit per start, repeated */
};

static struct lane_row lane_rows[] = {
    {64, "04"}, {65, "04044040"}, {66, "0440"},   {67, "04444000"},
    {68, "0"},  {69, "00004444"}, {1518, "0044"}, {9018, "0440"},
};

ParameterizedTestParameters(mac_gap, start_lanes_follow_the_table)
{
    return cr_make_param_array(struct lane_row, lane_rows, sizeof lane_rows / sizeof *lane_rows);
}

ParameterizedTest(struct lane_row *row, mac_gap, start_lanes_follow_the_table)
{
    struct mac_gap gap = {0};
    size_t period = strlen(row->lanes);
    for (size_t i = 0; i < 4 * period; i++) {
        uint64_t start = mac_gap_place(&gap, 4, 0, 8 + row->frame_bytes);
        if (i < period)
            timing_case("3.2 start lanes", (uint64_t)(row->lanes[i] - '0'), start % 8);
        cr_assert_eq(start % 8, (uint64_t)(row->lanes[i % period] - '0'), "%u: start %zu",
                     row->frame_bytes, i);
    }
}

/* A second implementation of the same rules, which goes through the lanes one by one. It counts the idle bytes, and a
 * frame may start as soon as the missing rest of the gap can be owed. */
struct lane_walker {
    uint64_t lane;
    uint64_t idle, owed;
};

static uint64_t walker_place(struct lane_walker *w, uint32_t align, uint64_t ready, uint32_t bytes)
{
    while (w->lane < ready || w->idle + (align - 1 - w->owed) < 12) {
        w->lane += align;
        w->idle += align;
    }
    uint64_t start = w->lane;
    w->owed = w->owed + 12 > w->idle ? w->owed + 12 - w->idle : 0;
    w->lane = start;
    for (; w->lane < start + bytes; w->lane += align)
        ;
    w->idle = w->lane - (start + bytes);
    return start;
}

Test(mac_gap, equals_a_lane_by_lane_model_under_random_load)
{
    struct rng rng;
    rng_init(&rng, 3, "gap");
    for (uint32_t align = 4; align <= 8; align += 4) {
        struct mac_gap gap = {0};
        struct lane_walker walker = {0, 1000, 0};
        uint64_t ready = 0, idle_sum = 0, end = 0;
        for (int i = 0; i < 20000; i++) {
            uint32_t bytes = 72 + (uint32_t)rng_below(&rng, 60);
            ready += rng_below(&rng, 4) ? rng_below(&rng, 30) : rng_below(&rng, 400);
            uint64_t start = mac_gap_place(&gap, align, ready, bytes);
            cr_assert_eq(start, walker_place(&walker, align, ready, bytes), "frame %d", i);
            cr_assert_geq(start, ready);
            idle_sum += start - end;
            end = start + bytes;
        }
        cr_assert_geq(idle_sum + align, 12 * UINT64_C(20000), "the average is 12 or more");
    }
}

Test(mac_gap, idle_time_pays_the_debt_but_saves_nothing)
{
    struct mac_gap gap = {0};
    (void)mac_gap_place(&gap, 4, 0, 8 + 67);
    cr_assert_eq(mac_gap_place(&gap, 4, 0, 8 + 67), 84, "gap 9: three owed");
    cr_assert_eq(gap.owed, 3);
    uint64_t start = mac_gap_place(&gap, 4, 1001, 8 + 67);
    cr_assert_eq(start, 1004);
    cr_assert_eq(gap.owed, 0);
    cr_assert_eq(mac_gap_place(&gap, 4, 0, 8 + 67), 1004 + 75 + 9);
}
