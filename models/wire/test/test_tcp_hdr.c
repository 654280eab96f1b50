/* Tests models/wire/tcp_hdr: the header and its options (RFC 9293 3.2, RFC 7323, RFC 2018). */
#include "models/wire/tcp_hdr.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <string.h>

struct option_row {
    char name[48];
    uint8_t options[40];
    uint32_t len;
    bool ok;
    uint8_t seen;
    uint8_t sack_count;
};

static struct option_row rows[] = {
    {"none", {0}, 0, true, 0, 0},
    {"end hides what follows", {0, 2, 4, 5}, 4, true, 0, 0},
    {"MSS", {2, 4, 5, 0xb4}, 4, true, TCP_HAS_MSS, 0},
    {"a SYN's usual four",
     {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7},
     20,
     true,
     TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TS | TCP_HAS_WS,
     0},
    {"one SACK block", {1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}, 12, true, TCP_HAS_SACK, 1},
    {"four SACK blocks", {1, 1, 5, 34}, 36, true, TCP_HAS_SACK, 4},
    {"SACK of half a block", {5, 6, 0, 0, 0, 0, 0, 0}, 8, true, 0, 0},
    {"SACK without block", {5, 2, 1, 1}, 4, true, 0, 0},
    {"unknown kind is skipped", {200, 6, 9, 9, 9, 9, 1, 1}, 8, true, 0, 0},
    {"MSS of a wrong length is ignored", {2, 3, 5, 0}, 4, true, 0, 0},
    {"length 0", {200, 0, 1, 1}, 4, true, 0, 0},
    {"length 1", {200, 1, 1, 1}, 4, true, 0, 0},
    {"runs past the header", {8, 10, 0, 0}, 4, true, 0, 0},
    {"kind without length byte", {1, 1, 1, 8}, 4, true, 0, 0},
    {"what comes before counts", {2, 4, 5, 0xb4, 3, 9, 7, 1}, 8, true, TCP_HAS_MSS, 0},
};

ParameterizedTestParameters(tcp_hdr, options_are_taken_up_to_a_bad_length)
{
    return cr_make_param_array(struct option_row, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct option_row *row, tcp_hdr, options_are_taken_up_to_a_bad_length)
{
    uint8_t bytes[64];
    struct tcp_segment seg;
    uint32_t len = tcp_build(bytes, 1, 2, 3, 4, TCP_SYN, 5, 6, row->options, row->len);
    cr_assert_eq(tcp_parse(bytes, len, &seg), row->ok, "%s", row->name);
    cr_assert_eq(seg.options, row->seen, "%s", row->name);
    cr_assert_eq(seg.sack_count, row->sack_count, "%s", row->name);
}

Test(tcp_hdr, option_values_arrive)
{
    static const uint8_t options[40] = {2, 4,  5, 0xb4, 3, 3, 15,  1, 1, 1, 5, 18, 0, 0,
                                        0, 1,  0, 0,    0, 2, 0xf, 0, 0, 3, 0, 0,  0, 4,
                                        8, 10, 1, 2,    3, 4, 5,   6, 7, 8, 0, 0};
    uint8_t bytes[64];
    struct tcp_segment seg;
    uint32_t len = tcp_build(bytes, 1, 2, 3, 4, TCP_ACK, 5, 6, options, 40);
    cr_assert_eq(len, TCP_HEADER_MAX);
    cr_assert(tcp_parse(bytes, len, &seg));
    cr_assert_eq(seg.mss, 1460);
    cr_assert_eq(seg.ws, TCP_WS_MAX, "a shift of 15 counts as 14");
    cr_assert_eq(seg.sack_count, 2);
    cr_assert_eq(seg.sack[0][0], 1);
    cr_assert_eq(seg.sack[0][1], 2);
    cr_assert_eq(seg.sack[1][0], 0x0f000003);
    cr_assert_eq(seg.sack[1][1], 4);
    cr_assert_eq(seg.tsval, 0x01020304);
    cr_assert_eq(seg.tsecr, 0x05060708);
}

Test(tcp_hdr, syn_and_fin_take_sequence_space)
{
    uint8_t bytes[40] = {0};
    struct tcp_segment seg;
    uint32_t len = tcp_build(bytes, 1, 2, 3, 4, TCP_SYN | TCP_FIN, 5, 6, NULL, 0);
    cr_assert(tcp_parse(bytes, len + 7, &seg));
    cr_assert_eq(tcp_segment_len(&seg), 9);
}

Test(tcp_hdr, a_header_cut_anywhere_is_refused)
{
    uint8_t bytes[64];
    static const uint8_t options[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct tcp_segment seg;
    uint32_t len = tcp_build(bytes, 1, 2, 3, 4, TCP_ACK, 5, 6, options, 8);
    for (uint32_t cut = 0; cut < len; cut++)
        cr_assert_not(tcp_parse(bytes, cut, &seg));
    cr_assert(tcp_parse(bytes, len, &seg));
}

Test(tcp_hdr, options_of_odd_length_are_a_bug, .signal = SIGABRT)
{
    uint8_t bytes[64];
    static const uint8_t options[8] = {1};
    (void)tcp_build(bytes, 1, 2, 3, 4, TCP_ACK, 5, 6, options, 3);
}
