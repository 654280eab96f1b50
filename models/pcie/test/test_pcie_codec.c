/* Tests models/pcie/codec with every vector of timing 1.3 and the byte counts of timing 1.2. */
#include "models/pcie/codec/dllp_codec.h"
#include "models/pcie/codec/tlp_codec.h"
#include "models/pcie/wire/pcie_split.h"

#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

struct dllp_row {
    char name[48];
    struct dllp dllp;
    char hex[16]; /* in the order of transmission, with CRC */
};

static struct dllp_row dllps[] = {
    {"Ack 0", {DLLP_ACK, 0, 0, 0, 0}, "00000000b362"},
    {"Ack 1", {DLLP_ACK, 1, 0, 0, 0}, "000000011279"},
    {"Ack FFF", {DLLP_ACK, 0xfff, 0, 0, 0}, "00000fff25a8"},
    {"Nak 5", {DLLP_NAK, 5, 0, 0, 0}, "100000057d70"},
    {"InitFC1-P h32 d1008", {DLLP_INITFC1_P, 0, 32, 1008, 0}, "400803f035bc"},
    {"InitFC1-NP h32 d1", {DLLP_INITFC1_NP, 0, 32, 1, 0}, "50080001b1f6"},
    {"InitFC1-Cpl 0/0", {DLLP_INITFC1_CPL, 0, 0, 0, 0}, "60000000d892"},
    {"UpdateFC-P h33 d1024", {DLLP_UPDATEFC_P, 0, 33, 1024, 0}, "80084400321a"},
    {"UpdateFC-NP h33 d2", {DLLP_UPDATEFC_NP, 0, 33, 2, 0}, "9008400279f4"},
};

static void hex_of(const uint8_t *bytes, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", (unsigned)bytes[i]);
}

ParameterizedTestParameters(dllp_codec, has_the_bits_of_timing_1_3)
{
    return cr_make_param_array(struct dllp_row, dllps, sizeof dllps / sizeof *dllps);
}

ParameterizedTest(struct dllp_row *row, dllp_codec, has_the_bits_of_timing_1_3)
{
    uint8_t bytes[DLLP_BYTES];
    char hex[2 * DLLP_BYTES + 1];
    dllp_encode(&row->dllp, bytes);
    hex_of(bytes, sizeof bytes, hex);
    timing_case("1.3 DLLP vectors", 0, strcmp(hex, row->hex) != 0);
    cr_assert_str_eq(hex, row->hex, "%s", row->name);
    struct dllp back;
    cr_assert_eq(dllp_decode(bytes, &back, NULL), STATUS_OK, "%s", row->name);
    cr_assert(back.type == row->dllp.type && back.seq == row->dllp.seq &&
                  back.header_credits == row->dllp.header_credits &&
                  back.data_credits == row->dllp.data_credits,
              "%s", row->name);
}

Test(dllp_codec, notices_every_single_bit_error)
{
    const struct dllp dllp = {DLLP_UPDATEFC_P, 0, 33, 1024, 0};
    for (unsigned bit = 0; bit < 8 * DLLP_BYTES; bit++) {
        uint8_t bytes[DLLP_BYTES];
        struct dllp back;
        struct error err = {.text = ""};
        dllp_encode(&dllp, bytes);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_eq(dllp_decode(bytes, &back, &err), STATUS_BAD_INPUT, "bit %u", bit);
        cr_assert(strstr(err.text, "CRC"), "%s", err.text);
    }
}

/* The type bytes of timing 1.3. Three vectors of that section only check the CRC, which does not
 * depend on the type. */
static const struct {
    enum dllp_type type;
    uint8_t byte;
} type_bytes[] = {
    {DLLP_ACK, 0x00},
    {DLLP_NAK, 0x10},
    {DLLP_INITFC1_P, 0x40},
    {DLLP_INITFC1_NP, 0x50},
    {DLLP_INITFC1_CPL, 0x60},
    {DLLP_INITFC2_P, 0xc0},
    {DLLP_INITFC2_NP, 0xd0},
    {DLLP_INITFC2_CPL, 0xe0},
    {DLLP_UPDATEFC_P, 0x80},
    {DLLP_UPDATEFC_NP, 0x90},
    {DLLP_UPDATEFC_CPL, 0xa0},
    {DLLP_FEATURE, 0x02},
    {DLLP_PM_ENTER_L1, 0x20},
    {DLLP_PM_ENTER_L23, 0x21},
    {DLLP_PM_ACTIVE_STATE_REQUEST_L1, 0x23},
    {DLLP_PM_REQUEST_ACK, 0x24},
    {DLLP_VENDOR, 0x30},
    {DLLP_NOP, 0x31},
};

Test(dllp_codec, knows_every_type_of_timing_1_3_and_no_other)
{
    bool known[256] = {false};
    for (size_t i = 0; i < sizeof type_bytes / sizeof *type_bytes; i++) {
        struct dllp dllp = {.type = type_bytes[i].type}, back;
        uint8_t bytes[DLLP_BYTES];
        bool plain = (type_bytes[i].byte & 0xf0) < 0x40 && type_bytes[i].byte != 0 &&
                     type_bytes[i].byte != 0x10;
        dllp.bits = plain ? 0xabcdef : 0;
        dllp_encode(&dllp, bytes);
        timing_case("1.3 DLLP types", type_bytes[i].byte, bytes[0]);
        cr_assert_eq(bytes[0], type_bytes[i].byte);
        cr_assert_eq(dllp_decode(bytes, &back, NULL), STATUS_OK);
        cr_assert(back.type == dllp.type && back.bits == dllp.bits);
        known[bytes[0]] = true;
    }
    for (unsigned type = 0; type < 256; type++) {
        uint8_t bytes[DLLP_BYTES] = {(uint8_t)type};
        uint16_t crc = dllp_crc(bytes);
        bytes[4] = (uint8_t)crc;
        bytes[5] = (uint8_t)(crc >> 8);
        struct dllp back;
        cr_assert_eq(dllp_decode(bytes, &back, NULL), known[type] ? STATUS_OK : STATUS_BAD_INPUT,
                     "%02x", type);
    }
}

Test(dllp_codec, refuses_a_type_it_does_not_know)
{
    uint8_t bytes[DLLP_BYTES] = {0x32, 0, 0, 0};
    uint16_t crc = dllp_crc(bytes);
    bytes[4] = (uint8_t)crc;
    bytes[5] = (uint8_t)(crc >> 8);
    struct dllp back;
    cr_assert_eq(dllp_decode(bytes, &back, NULL), STATUS_BAD_INPUT);
}

struct tlp_row {
    char name[48];
    struct tlp tlp;
    char hex[80]; /* of the TLP without framing */
    char lcrc0[12], lcrc123[12];
};

static struct tlp_row tlps[] = {
    {"MSI-X write 4041h to FEE00000",
     {.type = TLP_MWR, .length_dw = 1, .requester = 0x100, .first_be = 0xf, .address = 0xfee00000},
     "400000010100000ffee0000041400000",
     "7b719c6a",
     "e4aef7f8"},
    {"MWr64 16 B tag 2A",
     {.type = TLP_MWR,
      .length_dw = 4,
      .requester = 0x100,
      .tag = 0x2a,
      .first_be = 0xf,
      .last_be = 0xf,
      .address = UINT64_C(0x123456780)},
     "6000000401002aff0000000123456780000102030405060708090a0b0c0d0e0f",
     "d9b0bf4c",
     "df51cd5b"},
    {"MRd64 512 B tag 5",
     {.type = TLP_MRD,
      .length_dw = 128,
      .requester = 0x100,
      .tag = 5,
      .first_be = 0xf,
      .last_be = 0xf,
      .address = UINT64_C(0x100000000)},
     "20000080010005ff0000000100000000",
     "f733edd9",
     "68ec864b"},
    {"CfgRd0 01:00.0 reg 0",
     {.type = TLP_CFGRD0, .length_dw = 1, .first_be = 0xf, .completer = 0x100},
     "040000010000000f01000000",
     "4fa62aff",
     "0260916c"},
};

static const uint8_t msix_data[4] = {0x41, 0x40, 0, 0};
static const uint8_t counting[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static const uint8_t *payload_of(const struct tlp *tlp)
{
    return tlp->length_dw == 1 ? msix_data : counting;
}

ParameterizedTestParameters(tlp_codec, has_the_bits_of_timing_1_3)
{
    return cr_make_param_array(struct tlp_row, tlps, sizeof tlps / sizeof *tlps);
}

static void check_frame(const uint8_t *tlp, size_t len, uint16_t seq, const char *lcrc)
{
    uint8_t frame[TLP_FRAME_MAX];
    size_t total = tlp_frame_encode(seq, tlp, len, frame);
    char hex[9];
    hex_of(frame + total - 4, 4, hex);
    timing_case("1.3 TLP and LCRC vectors", 0, strcmp(hex, lcrc) != 0);
    cr_assert_str_eq(hex, lcrc);
    uint16_t back;
    cr_assert_eq(tlp_frame_decode(frame, total, &back, NULL), STATUS_OK);
    cr_assert_eq(back, seq);
    for (size_t bit = 0; bit < 8 * total; bit++) {
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_eq(tlp_frame_decode(frame, total, &back, NULL), STATUS_BAD_INPUT);
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

ParameterizedTest(struct tlp_row *row, tlp_codec, has_the_bits_of_timing_1_3)
{
    uint8_t bytes[TLP_BYTES_MAX];
    size_t len = tlp_encode(&row->tlp, payload_of(&row->tlp), bytes);
    char hex[2 * 64 + 1];
    hex_of(bytes, len, hex);
    cr_assert_str_eq(hex, row->hex, "%s", row->name);
    check_frame(bytes, len, 0, row->lcrc0);
    check_frame(bytes, len, 0x123, row->lcrc123);
}

Test(tlp_codec, ecrc_has_the_bits_of_timing_1_3_and_ignores_poisoning)
{
    struct tlp tlp = tlps[1].tlp;
    uint8_t bytes[TLP_BYTES_MAX];
    char hex[9];
    tlp.digest = true;
    size_t len = tlp_encode(&tlp, counting, bytes);
    cr_assert_eq(bytes[2], 0x80);
    hex_of(bytes + len - 4, 4, hex);
    timing_case("1.3 ECRC vector", 0, strcmp(hex, "2f965ccc") != 0);
    cr_assert_str_eq(hex, "2f965ccc");
    struct tlp back;
    const uint8_t *payload;
    bytes[2] |= 0x40;
    cr_assert_eq(tlp_decode(bytes, len, &back, &payload, NULL), STATUS_OK);
    cr_assert(back.poisoned && back.digest);
    bytes[20] ^= 1;
    cr_assert_eq(tlp_decode(bytes, len, &back, &payload, NULL), STATUS_BAD_INPUT);
}

/* The values are in the last line of timing 1.3. */
Test(tlp_codec, an_unaligned_read_has_the_byte_enables_of_timing_1_3)
{
    struct tlp tlp = {.type = TLP_MRD};
    tlp_set_bytes(&tlp, UINT64_C(0x100000003), 130);
    cr_assert(tlp.length_dw == 34 && tlp.first_be == 8 && tlp.last_be == 1);
    cr_assert_eq(tlp.address, UINT64_C(0x100000000));
    tlp_set_bytes(&tlp, 0x1001, 2);
    cr_assert(tlp.length_dw == 1 && tlp.first_be == 6 && tlp.last_be == 0);
}

/* For every kind of TLP, pcie_split_wire_bytes() must equal the number of bytes that the codec
 * writes, plus framing. The link computes its transmission times from that function. */
struct weight {
    enum pcie_tlp_kind kind;
    enum tlp_type type;
    uint64_t address;
    uint32_t len;
};

static struct weight weights[] = {
    {PCIE_TLP_MRD, TLP_MRD, 0x1000, 64},
    {PCIE_TLP_MRD, TLP_MRD, UINT64_C(0x100000000), 512},
    {PCIE_TLP_MSIX, TLP_MWR, 0xfee00000, 4},
    {PCIE_TLP_MSIX, TLP_MWR, UINT64_C(0x1fee00000), 4},
    {PCIE_TLP_MWR, TLP_MWR, UINT64_C(0x100000000), 16},
    {PCIE_TLP_MWR, TLP_MWR, UINT64_C(0x100000000), 512},
    {PCIE_TLP_MWR, TLP_MWR, UINT64_C(0x100000003), 130},
    {PCIE_TLP_CPLD, TLP_CPLD, 0, 4},
    {PCIE_TLP_CPLD, TLP_CPLD, 0x42, 62},
    {PCIE_TLP_CPLD, TLP_CPLD, 0, 256},
    {PCIE_TLP_CPL, TLP_CPL, 0, 0},
    {PCIE_TLP_CFGRD, TLP_CFGRD0, 0, 4},
    {PCIE_TLP_CFGWR, TLP_CFGWR0, 0, 4},
};

ParameterizedTestParameters(tlp_codec, writes_as_many_bytes_as_timing_1_2_says_and_reads_them_back)
{
    return cr_make_param_array(struct weight, weights, sizeof weights / sizeof *weights);
}

ParameterizedTest(struct weight *row, tlp_codec,
                  writes_as_many_bytes_as_timing_1_2_says_and_reads_them_back)
{
    struct tlp tlp = {.type = row->type, .requester = 0x200, .tag = 77, .relaxed = true};
    if (row->len)
        tlp_set_bytes(&tlp, row->address, row->len);
    if (row->kind == PCIE_TLP_CPL || row->kind == PCIE_TLP_CPLD) {
        tlp.lower_address = (uint8_t)pcie_split_lower_address(row->address);
        tlp.byte_count = (uint16_t)(row->len ? row->len : 4096);
        tlp.status = row->len ? TLP_CPL_SUCCESS : TLP_CPL_ABORT;
        tlp.first_be = tlp.last_be = 0;
        tlp.address = 0;
    }
    uint8_t payload[TLP_PAYLOAD_MAX], bytes[TLP_BYTES_MAX];
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(3 * i);
    size_t len = tlp_encode(&tlp, payload, bytes);
    cr_assert_eq(len + PCIE_FRAMING_BYTES,
                 pcie_split_wire_bytes(row->kind, row->address, row->len));
    struct tlp back;
    const uint8_t *data;
    struct error err = {.text = ""};
    cr_assert_eq(tlp_decode(bytes, len, &back, &data, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(memcmp(&back, &tlp, sizeof back), 0);
    if (data)
        cr_assert_eq(memcmp(data, payload, 4u * tlp.length_dw), 0);
    cr_assert_eq(tlp_decode(bytes, len - 1, &back, &data, NULL), STATUS_BAD_INPUT);
}

Test(tlp_codec, refuses_what_is_not_one_of_its_types)
{
    uint8_t bytes[12] = {0x05, 0, 0, 1}; /* CfgRd1 */
    struct tlp back;
    const uint8_t *data;
    struct error err = {.text = ""};
    cr_assert_eq(tlp_decode(bytes, sizeof bytes, &back, &data, &err), STATUS_BAD_INPUT);
    cr_assert(strstr(err.text, "not known"));
    bytes[0] = 0x0a;
    bytes[6] = 0xe0;
    cr_assert_eq(tlp_decode(bytes, sizeof bytes, &back, &data, &err), STATUS_BAD_INPUT);
    cr_assert(strstr(err.text, "status"));
}
