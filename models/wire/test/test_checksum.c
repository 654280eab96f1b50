/* Tests models/wire/checksum: the CRC-32 (docs/timing.md, section 3.6) and the Internet checksum (RFC 1071). */
#include "models/wire/checksum.h"

#include "models/base/rng.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

struct fcs_row {
    char name[48];
    uint8_t frame[80];
    uint32_t len;
    uint8_t wire[4]; /* the FCS in the order of transmission */
};

static void fcs_row_fill(struct fcs_row *row, const char *name, int zeros, const uint8_t wire[4])
{
    static const uint8_t header[14] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 0};
    memset(row, 0, sizeof *row);
    strncpy(row->name, name, sizeof row->name - 1);
    memcpy(row->frame, header, sizeof header);
    row->len = (uint32_t)(14 + zeros);
    memcpy(row->wire, wire, 4);
}

ParameterizedTestParameters(checksum, fcs_matches_the_published_vectors)
{
    static struct fcs_row rows[3];
    fcs_row_fill(&rows[0], "broadcast, 46 zero bytes", 46, (uint8_t[]){0xc1, 0x88, 0x2d, 0xf8});
    memset(&rows[1], 0, sizeof rows[1]);
    strcpy(rows[1].name, "60 zero bytes");
    rows[1].len = 60;
    memcpy(rows[1].wire, (uint8_t[]){0x08, 0x89, 0x12, 0x04}, 4);
    memset(&rows[2], 0, sizeof rows[2]);
    strcpy(rows[2].name, "bytes 00 to 3b");
    rows[2].len = 60;
    for (uint8_t i = 0; i < 60; i++)
        rows[2].frame[i] = i;
    memcpy(rows[2].wire, (uint8_t[]){0xee, 0x7f, 0xec, 0xb0}, 4);
    return cr_make_param_array(struct fcs_row, rows, 3);
}

ParameterizedTest(struct fcs_row *row, checksum, fcs_matches_the_published_vectors)
{
    uint32_t fcs = checksum_crc32(row->frame, row->len);
    for (uint32_t i = 0; i < 4; i++) {
        row->frame[row->len + i] = (uint8_t)(fcs >> (8 * i));
        cr_assert_eq(row->frame[row->len + i], row->wire[i], "%s: byte %u", row->name, i);
    }
    uint32_t wire = (uint32_t)row->wire[0] | (uint32_t)row->wire[1] << 8 |
                    (uint32_t)row->wire[2] << 16 | (uint32_t)row->wire[3] << 24;
    timing_case("3.6 check sequences", wire, fcs);
    timing_case("3.6 check sequences", 0x2144df1c, checksum_crc32(row->frame, row->len + 4));
    cr_assert_eq(checksum_crc32(row->frame, row->len + 4), 0x2144df1cu, "%s", row->name);
}

Test(checksum, crc_of_the_check_string_is_the_catalogued_one)
{
    timing_case("3.6 check sequences", 0xcbf43926, checksum_crc32("123456789", 9));
    cr_assert_eq(checksum_crc32("123456789", 9), 0xcbf43926u);
}

Test(checksum, sums_the_example_of_rfc_1071)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    cr_assert_eq(checksum_finish(checksum_add(0, bytes, sizeof bytes)), (uint16_t)~0xddf2u);
}

/* Computes the Internet checksum by its definition, one 16-bit word at a time. */
static uint16_t slow_checksum(const uint8_t *bytes, uint32_t len)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < len; i++) {
        sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

Test(checksum, equals_the_word_by_word_definition_at_every_length_and_alignment)
{
    uint8_t buffer[320];
    struct rng rng;
    rng_init(&rng, 1, "checksum");
    for (uint32_t i = 0; i < sizeof buffer; i++)
        buffer[i] = (uint8_t)rng_u64(&rng);
    for (uint32_t start = 0; start < 9; start++)
        for (uint32_t len = 0; len < 300; len++)
            cr_assert_eq(checksum_finish(checksum_add(0, buffer + start, len)),
                         slow_checksum(buffer + start, len), "start %u len %u", start, len);
}

Test(checksum, carries_are_never_lost)
{
    uint8_t ones[9000];
    memset(ones, 0xff, sizeof ones);
    for (uint32_t len = 1; len < sizeof ones; len += 17)
        cr_assert_eq(checksum_finish(checksum_add(0, ones, len)), slow_checksum(ones, len));
}

Test(checksum, pieces_of_even_length_add_up)
{
    uint8_t bytes[101];
    for (uint8_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 3);
    for (uint32_t cut = 0; cut < sizeof bytes; cut += 2) {
        uint64_t sum = checksum_add(0, bytes, cut);
        sum = checksum_add(sum, bytes + cut, (uint32_t)sizeof bytes - cut);
        cr_assert_eq(checksum_finish(sum), slow_checksum(bytes, sizeof bytes));
    }
}

Test(checksum, pseudo_header_is_the_sum_of_its_fields)
{
    uint8_t v6[40] = {0}, v4[12] = {10, 0, 0, 1, 192, 168, 3, 4, 0, 6, 0x12, 0x34};
    uint8_t a4[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
    uint8_t b4[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 3, 4};
    cr_assert_eq(checksum_finish(checksum_pseudo(4, a4, b4, 0x1234)), slow_checksum(v4, 12));
    for (uint8_t i = 0; i < 32; i++)
        v6[i] = (uint8_t)(200 + i);
    memcpy(v6 + 32, (uint8_t[]){0, 1, 0x11, 0x70, 0, 0, 0, 6}, 8);
    cr_assert_eq(checksum_finish(checksum_pseudo(6, v6, v6 + 16, 70000)), slow_checksum(v6, 40));
}
