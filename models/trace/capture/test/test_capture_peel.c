/* Tests that the headers between Ethernet and IP are removed. */
#include "models/trace/capture/capture_peel.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { SHIM_MAX = 40 };

/* The bytes between the two addresses and the IP header. `wanted` has the tags that stay,
 * followed by the type. */
struct shim {
    char name[40];
    uint8_t bytes[SHIM_MAX];
    uint32_t len;
    uint8_t wanted[12];
    uint32_t wanted_len;
};

ParameterizedTestParameters(capture_peel, shims)
{
    static struct shim rows[] = {
        {"nothing", {8, 0}, 2, {8, 0}, 2},
        {"PPPoE", {0x88, 0x64, 0x11, 0, 0, 1, 0, 30, 0, 0x21}, 10, {8, 0}, 2},
        {"PPPoE with IPv6", {0x88, 0x64, 0x11, 0, 0, 1, 0, 30, 0, 0x57}, 10, {0x86, 0xdd}, 2},
        {"PPPoE in a VLAN",
         {0x81, 0, 0, 7, 0x88, 0x64, 0x11, 0, 0, 1, 0, 30, 0, 0x21},
         14,
         {0x81, 0, 0, 7, 8, 0},
         6},
        {"two labels", {0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64}, 10, {8, 0}, 2},
        {"pseudowire",
         {0x88, 0x47, 0, 1, 1, 64, 0, 0, 0, 0, 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7, 8, 0},
         24,
         {8, 0},
         2},
        {"three tags",
         {0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 0x81, 0, 0, 3, 8, 0},
         14,
         {0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 8, 0},
         10},
        {"Cisco metadata", {0x89, 9, 1, 1, 0, 1, 0, 5, 8, 0}, 10, {8, 0}, 2},
        {"SNAP", {0, 38, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, 10, {8, 0}, 2},
        {"802.1ah",
         {0x88, 0xe7, 0, 0, 0, 5, 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7, 8, 0},
         20,
         {8, 0},
         2},
        {"PPP control stays", {0x88, 0x64, 0x11, 0, 0, 1, 0, 30, 0xc0, 0x21}, 10, {0x88, 0x64}, 2},
        {"LLC without SNAP stays", {0, 38, 0x42, 0x42, 3, 0, 0}, 7, {0, 38}, 2},
    };
    return cr_make_param_array(struct shim, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct shim *row, capture_peel, shims)
{
    static struct link_frame frame;
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7};
    bool is_v6 = row->wanted[row->wanted_len - 2] == 0x86;
    uint8_t ip[40] = {is_v6 ? 0x60 : 0x45, 1, 2, 3};
    frame.len = frame.captured = 12 + row->len + sizeof ip;
    memcpy(frame.bytes, macs, 12);
    memcpy(frame.bytes + 12, row->bytes, row->len);
    memcpy(frame.bytes + 12 + row->len, ip, sizeof ip);
    capture_peel(&frame);
    cr_assert_eq(memcmp(frame.bytes + 12, row->wanted, row->wanted_len), 0, "%s", row->name);
    if (!strstr(row->name, "stays")) {
        cr_assert_eq(memcmp(frame.bytes, macs, 12), 0, "%s", row->name);
        cr_assert_eq(frame.len, 12 + row->wanted_len + sizeof ip, "%s", row->name);
        cr_assert_eq(memcmp(frame.bytes + 12 + row->wanted_len, ip, sizeof ip), 0, "%s", row->name);
    }
}

/* The frame may be cut in each layer. No byte after the captured ones may be read. */
ParameterizedTestParameters(capture_peel, cut_shims)
{
    static uint32_t lengths[SHIM_MAX];
    for (uint32_t i = 0; i < SHIM_MAX; i++)
        lengths[i] = i;
    return cr_make_param_array(uint32_t, lengths, SHIM_MAX);
}

ParameterizedTest(uint32_t *captured, capture_peel, cut_shims)
{
    static const uint16_t types[] = {0x8864, 0x8847, 0x88e7, 0x8909, 0x8100, 38};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        static struct link_frame frame;
        memset(frame.bytes, 0, SHIM_MAX);
        frame.bytes[12] = (uint8_t)(types[i] >> 8);
        frame.bytes[13] = (uint8_t)types[i];
        frame.captured = *captured;
        frame.len = 60;
        capture_peel(&frame);
        cr_assert(frame.captured <= *captured && frame.captured <= frame.len);
    }
}
