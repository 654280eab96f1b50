/* Tests models/pcie/wire/pcie_split with every row of the table of timing 1.7. */
#include "models/pcie/wire/pcie_split.h"

#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>

enum how { REQUEST, COMPLETION, EACH_RCB };

struct split {
    char name[56];
    int how;
    uint64_t address;
    uint32_t len, max, rcb;
    uint32_t pieces;
    uint32_t first, second, last;
};

static struct split rows[] = {
    {"read 512 at 0h", COMPLETION, 0, 512, 256, 64, 2, 256, 256, 256},
    {"read 512 at 20h", COMPLETION, 0x20, 512, 256, 64, 3, 224, 256, 32},
    {"read 512 at 20h RCB 128", COMPLETION, 0x20, 512, 256, 128, 3, 224, 256, 32},
    {"read 512 at 0h, each RCB", EACH_RCB, 0, 512, 256, 64, 8, 64, 64, 64},
    {"read 512 at 20h, each RCB", EACH_RCB, 0x20, 512, 256, 64, 9, 32, 64, 32},
    {"read 64 at 3Ch, each RCB", EACH_RCB, 0x3c, 64, 256, 64, 2, 4, 60, 60},
    {"write 4096 at FF0h", REQUEST, 0xff0, 4096, 256, 64, 17, 16, 256, 240},
    {"write 1500 at 1080h", REQUEST, 0x1080, 1500, 256, 64, 6, 256, 256, 220},
    {"write of 2 at FFFh", REQUEST, 0xfff, 2, 256, 64, 2, 1, 1, 1},
    {"read of 2 at FFFh, MRRS 512", REQUEST, 0xfff, 2, 512, 64, 2, 1, 1, 1},
    {"TCP payload 1448 (timing 1.8)", REQUEST, 0, 1448, 256, 64, 6, 256, 256, 168},
    {"TCP payload 8948 (timing 1.8)", REQUEST, 0, 8948, 256, 64, 35, 256, 256, 244},
};

ParameterizedTestParameters(pcie_split, cuts_as_timing_1_7_says)
{
    return cr_make_param_array(struct split, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct split *row, pcie_split, cuts_as_timing_1_7_says)
{
    uint64_t address = row->address;
    uint32_t left = row->len, pieces = 0, piece = 0;
    while (left > 0) {
        piece = row->how == REQUEST ? pcie_split_request(address, left, row->max)
                                    : pcie_split_completion(address, left, row->max, row->rcb,
                                                            row->how == EACH_RCB);
        cr_assert_gt(piece, 0);
        cr_assert_leq(piece, row->max);
        if (pieces == 0)
            cr_assert_eq(piece, row->first, "%s: first %u", row->name, piece);
        if (pieces == 1)
            cr_assert_eq(piece, row->second, "%s: second %u", row->name, piece);
        address += piece;
        left -= piece;
        pieces++;
        if (row->how != REQUEST && left > 0)
            cr_assert_eq(address % row->rcb, 0, "%s: not cut at RCB", row->name);
        if (row->how == REQUEST && left > 0 && piece < row->max)
            cr_assert_eq(address % PCIE_PAGE_BYTES, 0, "%s", row->name);
    }
    timing_case("1.7 splitting", row->pieces, pieces);
    timing_case("1.7 splitting", row->last, piece);
    cr_assert_eq(pieces, row->pieces, "%s: %u pieces", row->name, pieces);
    cr_assert_eq(piece, row->last, "%s: last %u", row->name, piece);
    if (row->how != REQUEST) /* the upper bound of timing 1.7 */
        cr_assert_leq(pieces, (row->address % row->rcb + row->len + row->rcb - 1) / row->rcb);
}

Test(pcie_split, lower_address_of_later_completions_is_on_an_rcb_boundary)
{
    cr_assert_eq(pcie_split_lower_address(0x100000020), 0x20);
    for (uint64_t a = 0x1000; a < 0x2000; a += 64)
        cr_assert(pcie_split_lower_address(a) == 0 || pcie_split_lower_address(a) == 0x40);
    for (uint64_t a = 0x1000; a < 0x2000; a += 128)
        cr_assert_eq(pcie_split_lower_address(a), 0);
}

/* By timing 1.3, a read of 130 bytes at 1_0000_0003h has a length of 34 DW. */
Test(pcie_split, length_in_dw_counts_partly_enabled_ones)
{
    cr_assert_eq(pcie_split_payload_dw(0x100000003, 130), 34);
    cr_assert_eq(pcie_split_payload_dw(0x100000000, 130), 33);
    cr_assert_eq(pcie_split_payload_dw(0, 0), 0);
}

Test(pcie_split, nothing_to_split_is_a_bug, .signal = SIGABRT)
{
    (void)pcie_split_request(0, 0, 256);
}
