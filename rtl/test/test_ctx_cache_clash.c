/* Two tuples with equal rows and equal fingerprints: the lookup table takes one of them only, answers
 * FULL to the other and counts it, wherever displacement puts the first one. In lock step with the
 * golden model. */
#include "rtl/test/ctx_cache_ask.h"
#include "rtl/test/ctx_cache_world.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

enum { FIRST = 0, SECOND = 1, OTHERS = 100, OFFSETS = 41 };

struct clash_row {
    char name[48];
    unsigned shape;
};

static struct clash_row rows[] = {
    {"2 sets x 1 way", TINY}, {"4 sets x 2 ways", SMALL}, {"16 sets x 4 ways", FOUR_WAYS}};

/* Numbers below OTHERS are those of the pairs of the load. */
static struct flow_key key_number(const struct crowd *crowd, uint32_t number)
{
    struct flow_key key;
    cr_assert_gt(crowd_world(crowd)->twins, 0);
    world_key(number < OTHERS ? crowd_world(crowd)->number_of[number] : number, &key);
    return key;
}

static void ask_key(struct crowd *crowd, uint8_t who, uint8_t op, uint32_t conn, uint16_t gen,
                    uint32_t number)
{
    crowd_ask(
        crowd,
        (struct ctx_req){
            .op = op, .who = who, .conn = conn, .gen = gen, .key = key_number(crowd, number)});
}

/* Makes a request of the driver and waits until all is quiet. Returns its result. */
static uint8_t ask_driver(struct crowd *crowd, uint8_t op, uint32_t conn, uint16_t gen,
                          uint32_t number)
{
    ask_key(crowd, DRIVER, op, conn, gen, number);
    crowd_wait(crowd, ENOUGH);
    while (crowd_is_busy(crowd, DRIVER) || !crowd_is_quiescent(crowd))
        crowd_wait(crowd, 1);
    return crowd_answer(crowd, DRIVER, false)->rsp.result;
}

static uint8_t place_of_key(struct crowd *crowd, uint32_t number)
{
    ask_key(crowd, RX, CTX_OP_LOOKUP, 0, 0, number);
    crowd_wait(crowd, ENOUGH);
    return crowd_lookup_answer(crowd)->rsp.place;
}

ParameterizedTestParameters(ctx_cache_clash, second_is_refused_until_the_first_is_gone)
{
    return cr_make_param_array(struct clash_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct clash_row *row, ctx_cache_clash, second_is_refused_until_the_first_is_gone,
                  .timeout = 120)
{
    struct crowd *crowd = open_shape(row->shape);
    const struct ctx_store_stats *stats = crowd_stats(crowd);
    cr_assert_eq(ask_driver(crowd, CTX_OP_INSTALL, 1, 1, FIRST), CTX_OK);
    cr_assert_eq(place_of_key(crowd, FIRST), CTX_PLACE_HOT);
    cr_assert_eq(place_of_key(crowd, SECOND), CTX_PLACE_NOT_MINE);
    cr_assert_eq(ask_driver(crowd, CTX_OP_RESERVE, 2, 1, SECOND), CTX_FULL);
    cr_assert_eq(ask_driver(crowd, CTX_OP_INSTALL, 2, 1, SECOND), CTX_FULL);
    cr_assert_eq(ask_driver(crowd, CTX_OP_RELEASE, 2, 1, SECOND), CTX_ABSENT);
    cr_assert_eq(ask_driver(crowd, CTX_OP_INSTALL, 2, 1, FIRST), CTX_DUPLICATE);
    cr_assert_eq(stats->clashes, 2);
    /* A tombstone is an entry as well. */
    cr_assert_eq(ask_driver(crowd, CTX_OP_FREEZE, 1, 1, FIRST), CTX_OK);
    cr_assert_eq(ask_driver(crowd, CTX_OP_EXTRACT, 1, 1, FIRST), CTX_OK);
    cr_assert_eq(ask_driver(crowd, CTX_OP_INSTALL, 2, 1, SECOND), CTX_FULL);
    cr_assert_eq(ask_driver(crowd, CTX_OP_RELEASE, 1, 1, FIRST), CTX_OK);
    cr_assert_eq(ask_driver(crowd, CTX_OP_INSTALL, 2, 1, SECOND), CTX_OK);
    cr_assert_eq(place_of_key(crowd, FIRST), CTX_PLACE_NOT_MINE);
    cr_assert_eq(place_of_key(crowd, SECOND), CTX_PLACE_HOT);
    cr_assert_eq(ask_driver(crowd, CTX_OP_RESERVE, 1, 2, FIRST), CTX_FULL);
    cr_assert_eq(stats->clashes, 4);
    close_shape(crowd);
}

ParameterizedTestParameters(ctx_cache_clash, one_of_two_at_once)
{
    return cr_make_param_array(struct clash_row, rows, sizeof rows / sizeof rows[0]);
}

/* The key unit finds a slot for both before either is inserted. */
ParameterizedTest(struct clash_row *row, ctx_cache_clash, one_of_two_at_once, .timeout = 120)
{
    struct crowd *crowd = open_shape(row->shape);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        uint16_t gen = (uint16_t)(1 + offset);
        ask_key(crowd, RX, CTX_OP_RESERVE, 1, gen, FIRST);
        crowd_wait(crowd, offset);
        ask_key(crowd, TX, offset % 2 ? CTX_OP_INSTALL : CTX_OP_RESERVE, 2, gen, SECOND);
        crowd_wait(crowd, ENOUGH);
        cr_assert_eq(crowd_answer(crowd, RX, false)->rsp.result, CTX_OK);
        cr_assert_eq(crowd_answer(crowd, TX, false)->rsp.result, CTX_FULL, "offset %u", offset);
        cr_assert_eq(crowd_stats(crowd)->clashes, offset + 1);
        cr_assert_eq(ask_driver(crowd, CTX_OP_RELEASE, 1, gen, FIRST), CTX_OK);
    }
    close_shape(crowd);
}

ParameterizedTestParameters(ctx_cache_clash, first_is_met_wherever_it_is)
{
    return cr_make_param_array(struct clash_row, rows, sizeof rows / sizeof rows[0]);
}

/* Others fill the table, so that displacement takes the first one through its rows and the stash. */
ParameterizedTest(struct clash_row *row, ctx_cache_clash, first_is_met_wherever_it_is,
                  .timeout = 300)
{
    struct crowd *crowd = open_shape(row->shape);
    uint16_t gen = 1;
    uint32_t refused = 0;
    cr_assert_eq(ask_driver(crowd, CTX_OP_INSTALL, 1, 1, FIRST), CTX_OK);
    for (uint32_t i = 0; refused < 8; i++) {
        uint64_t before = crowd_stats(crowd)->clashes;
        cr_assert_eq(place_of_key(crowd, SECOND), CTX_PLACE_NOT_MINE);
        cr_assert_neq(place_of_key(crowd, FIRST), CTX_PLACE_NOT_MINE);
        cr_assert_eq(ask_driver(crowd, CTX_OP_RESERVE, 2, 1, SECOND), CTX_FULL);
        cr_assert_eq(crowd_stats(crowd)->clashes, before + 1);
        if (ask_driver(crowd, CTX_OP_INSTALL, 3, gen, OTHERS + i) != CTX_OK) {
            refused++;
            continue;
        }
        cr_assert_eq(ask_driver(crowd, CTX_OP_FREEZE, 3, gen, OTHERS + i), CTX_OK);
        cr_assert_eq(ask_driver(crowd, CTX_OP_EXTRACT, 3, gen++, OTHERS + i), CTX_OK);
    }
    cr_assert_gt(crowd_stats(crowd)->displacements, 64);
    close_shape(crowd);
}
