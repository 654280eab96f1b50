/* Tests models/wire/lacp: each byte of the layout in section 3.7 of docs/timing.md, and frames that are not LACP. */
#include "models/wire/lacp.h"

#include "models/base/rng.h"
#include "models/test/timing_case.h"
#include "models/wire/bytes.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

static const uint8_t source[6] = {2, 0, 0, 0, 0, 1};

static const struct lacp_pdu sample = {
    .actor = {.system_priority = 0x8000,
              .system = {2, 0, 0, 0, 0, 0x11},
              .key = 0x0102,
              .port_priority = 0x00ff,
              .port = 7,
              .state = LACP_ACTIVITY | LACP_TIMEOUT | LACP_AGGREGATION | LACP_SYNC},
    .partner = {.system_priority = 0xffff,
                .system = {2, 0, 0, 0, 0, 0x22},
                .key = 0x0304,
                .port_priority = 1,
                .port = 9,
                .state = LACP_COLLECTING | LACP_DISTRIBUTING | LACP_DEFAULTED | LACP_EXPIRED},
    .collector_max_delay = 0x1234,
};

/* Some bytes of the layout in section 3.7 of docs/timing.md, and their place. The bytes that no row names are reserved
 * and 0. */
struct place {
    uint32_t at, len;
    uint8_t bytes[6];
};

static const struct place pdu_places[] = {
    {0, 6, {0x01, 0x80, 0xc2, 0, 0, 2}},
    {6, 6, {2, 0, 0, 0, 0, 1}},
    {12, 4, {0x88, 0x09, 1, 1}},
    {16, 4, {1, 20, 0x80, 0}},
    {20, 6, {2, 0, 0, 0, 0, 0x11}},
    {26, 6, {1, 2, 0, 0xff, 0, 7}},
    {32, 1, {0x0f}},
    {36, 4, {2, 20, 0xff, 0xff}},
    {40, 6, {2, 0, 0, 0, 0, 0x22}},
    {46, 6, {3, 4, 0, 1, 0, 9}},
    {52, 1, {0xf0}},
    {56, 4, {3, 16, 0x12, 0x34}},
    {72, 2, {0, 0}}, /* terminator; 50 reserved bytes follow, up to 124 */
};

static const struct place marker_places[] = {
    {0, 6, {0x01, 0x80, 0xc2, 0, 0, 2}},
    {6, 6, {2, 0, 0, 0, 0, 1}},
    {12, 4, {0x88, 0x09, 2, 1}},
    {16, 4, {1, 16, 0, 5}},
    {20, 6, {2, 0, 0, 0, 0, 0x33}},
    {26, 4, {0xde, 0xad, 0xbe, 0xef}},
    {32, 2, {0, 0}}, /* terminator; 90 reserved bytes follow, up to 124 */
};

static void check_places(const uint8_t *frame, const struct place *places, size_t count)
{
    uint8_t expected[LACP_FRAME_BYTES] = {0};
    for (size_t i = 0; i < count; i++)
        memcpy(expected + places[i].at, places[i].bytes, places[i].len);
    for (uint32_t i = 0; i < LACP_FRAME_BYTES; i++) {
        timing_case("3.7 bytes of LACP and marker", expected[i], frame[i]);
        cr_assert_eq(frame[i], expected[i], "byte %u", i);
    }
}

Test(lacp, a_pdu_has_the_layout_of_timing_3_7)
{
    uint8_t frame[LACP_FRAME_BYTES];
    memset(frame, 0x5a, sizeof frame);
    lacp_build(frame, source, &sample);
    check_places(frame, pdu_places, sizeof pdu_places / sizeof *pdu_places);
    timing_case("3.7 length with FCS", 128, sizeof frame + 4);
    timing_case("3.7 length after the header", 110, sizeof frame - 14);
}

Test(lacp, a_marker_has_the_layout_of_timing_3_7)
{
    const struct lacp_marker marker = {5, {2, 0, 0, 0, 0, 0x33}, 0xdeadbeef};
    uint8_t frame[LACP_FRAME_BYTES];
    memset(frame, 0x5a, sizeof frame);
    lacp_build_marker(frame, source, false, &marker);
    check_places(frame, marker_places, sizeof marker_places / sizeof *marker_places);
    lacp_build_marker(frame, source, true, &marker);
    cr_assert_eq(frame[16], 2);
}

static struct lacp_port random_port(struct rng *rng)
{
    struct lacp_port port = {(uint16_t)rng_u64(rng), {0},
                             (uint16_t)rng_u64(rng), (uint16_t)rng_u64(rng),
                             (uint16_t)rng_u64(rng), (uint8_t)rng_u64(rng)};
    for (int i = 0; i < 6; i++)
        port.system[i] = (uint8_t)rng_u64(rng);
    return port;
}

static void check_port(const struct lacp_port *a, const struct lacp_port *b)
{
    cr_assert_eq(a->system_priority, b->system_priority);
    cr_assert_eq(memcmp(a->system, b->system, 6), 0);
    cr_assert_eq(a->key, b->key);
    cr_assert_eq(a->port_priority, b->port_priority);
    cr_assert_eq(a->port, b->port);
    cr_assert_eq(a->state, b->state);
}

Test(lacp, what_is_built_is_read_again)
{
    struct rng rng;
    rng_init(&rng, 1, "lacp");
    for (int i = 0; i < 1000; i++) {
        struct lacp_pdu pdu = {random_port(&rng), random_port(&rng), (uint16_t)rng_u64(&rng)}, got;
        struct lacp_marker marker = {(uint16_t)rng_u64(&rng), {0}, (uint32_t)rng_u64(&rng)}, heard;
        uint8_t frame[LACP_FRAME_BYTES];
        memcpy(marker.system, pdu.actor.system, 6);
        lacp_build(frame, source, &pdu);
        cr_assert_eq(lacp_parse(frame, sizeof frame, &got, NULL), SLOW_LACP);
        check_port(&got.actor, &pdu.actor);
        check_port(&got.partner, &pdu.partner);
        cr_assert_eq(got.collector_max_delay, pdu.collector_max_delay);
        lacp_build_marker(frame, source, i % 2, &marker);
        cr_assert_eq(lacp_parse(frame, sizeof frame, NULL, &heard),
                     i % 2 ? SLOW_MARKER_RESPONSE : SLOW_MARKER);
        cr_assert_eq(heard.port, marker.port);
        cr_assert_eq(heard.transaction, marker.transaction);
        cr_assert_eq(memcmp(heard.system, marker.system, 6), 0);
    }
}

struct odd_row {
    char name[48];
    uint32_t at, len; /* frame[at] is set to value, and the frame is cut to len */
    uint8_t value;
    enum slow_kind kind;
};

static struct odd_row odd_rows[] = {
    {"as it was", 14, 124, 1, SLOW_LACP},
    {"a later version", 15, 124, 2, SLOW_LACP},
    {"another type", 13, 124, 8, SLOW_NONE},
    {"no subtype", 14, 14, 1, SLOW_NONE},
    {"cut off", 14, 123, 1, SLOW_OTHER},
    {"OAM", 14, 124, 3, SLOW_OTHER},
    {"actor is not first", 16, 124, 2, SLOW_OTHER},
    {"actor of another length", 17, 124, 22, SLOW_OTHER},
    {"no partner", 36, 124, 0, SLOW_OTHER},
    {"no collector", 56, 124, 0, SLOW_OTHER},
    {"the actor's TLV as a marker", 14, 124, 2, SLOW_MARKER},
};

ParameterizedTestParameters(lacp, each_kind_is_recognised)
{
    return cr_make_param_array(struct odd_row, odd_rows, sizeof odd_rows / sizeof *odd_rows);
}

ParameterizedTest(struct odd_row *row, lacp, each_kind_is_recognised)
{
    uint8_t frame[LACP_FRAME_BYTES];
    lacp_build(frame, source, &sample);
    frame[row->at] = row->value;
    /* The buffer is exactly as long as the frame, so that a sanitizer finds any read past the end. */
    uint8_t *exact = malloc(row->len);
    memcpy(exact, frame, row->len);
    cr_assert_eq(lacp_parse(exact, row->len, NULL, NULL), row->kind, "%s", row->name);
    free(exact);
}

Test(lacp, the_length_that_linux_gives_a_marker_is_taken_too)
{
    const struct lacp_marker marker = {5, {2, 0, 0, 0, 0, 0x33}, 1};
    uint8_t frame[LACP_FRAME_BYTES];
    lacp_build_marker(frame, source, false, &marker);
    frame[17] = 0x16;
    cr_assert_eq(lacp_parse(frame, sizeof frame, NULL, NULL), SLOW_MARKER);
    frame[16] = 3;
    cr_assert_eq(lacp_parse(frame, sizeof frame, NULL, NULL), SLOW_OTHER);
}
