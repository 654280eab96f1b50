/* Fills a lookup table until FULL, again and again, while a LOOKUP is made in every cycle.
 * Meanwhile displacement exchanges entries between full rows. Tombstones fill the table, because
 * they count as entries. The keys are random. */
#include "models/base/rng.h"
#include "rtl/test/ctx_cache_ask.h"
#include "rtl/test/ctx_cache_world.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { ROUNDS = 3, RELEASED = 6, NUMBERS_MAX = 4096 };

struct filling {
    struct crowd *crowd;
    struct rng rng;
    uint32_t conn_ids, last;      /* the entries tried so far have the numbers 0 to last - 1 */
    uint16_t gen_of[NUMBERS_MAX]; /* 0 if the entry is not in the table */
    uint32_t at[1024];            /* per connection: number of its last entry, plus one */
};

struct full_row {
    char name[48];
    unsigned shape;
};

ParameterizedTestParameters(ctx_cache_full, displacement_under_lookups)
{
    static struct full_row rows[] = {
        {"2 sets x 1 way", TINY}, {"4 sets x 2 ways", SMALL}, {"16 sets x 4 ways", FOUR_WAYS}};
    return cr_make_param_array(struct full_row, rows, sizeof rows / sizeof rows[0]);
}

static struct flow_key random_key(uint32_t number)
{
    struct flow_key key;
    world_key(number, &key);
    return key;
}

/* Makes a request, and makes a LOOKUP in each cycle until the answer comes. Returns its result. */
static uint8_t ask_under_lookups(struct filling *fill, uint8_t op, uint32_t conn, uint16_t gen,
                                 uint32_t number)
{
    struct ctx_req req = {
        .op = op, .who = DRIVER, .conn = conn, .gen = gen, .key = random_key(number)};
    crowd_ask(fill->crowd, req);
    while (crowd_is_busy(fill->crowd, DRIVER)) {
        uint32_t other = (uint32_t)rng_below(&fill->rng, fill->last + 1);
        crowd_ask(fill->crowd,
                  (struct ctx_req){.op = CTX_OP_LOOKUP, .who = RX, .key = random_key(other)});
        crowd_wait(fill->crowd, 1);
    }
    return crowd_answer(fill->crowd, DRIVER, false)->rsp.result;
}

/* Moves the connection's context away. Its entry stays as a tombstone. */
static void leave(struct filling *fill, uint32_t conn)
{
    uint32_t number = fill->at[conn] - 1;
    uint16_t gen = fill->gen_of[number];
    cr_assert_eq(ask_under_lookups(fill, CTX_OP_FREEZE, conn, gen, number), CTX_OK);
    cr_assert_eq(ask_under_lookups(fill, CTX_OP_EXTRACT, conn, gen, number), CTX_OK);
    fill->at[conn] = 0;
}

static bool add_one(struct filling *fill)
{
    uint32_t number = fill->last, conn = number % fill->conn_ids;
    if (fill->at[conn] != 0)
        leave(fill, conn);
    fill->last++;
    uint16_t gen = (uint16_t)(1 + number / fill->conn_ids);
    if (ask_under_lookups(fill, CTX_OP_INSTALL, conn, gen, number) != CTX_OK)
        return false;
    fill->gen_of[number] = gen;
    fill->at[conn] = number + 1;
    return true;
}

/* Releases the oldest tombstones. */
static void release_some(struct filling *fill)
{
    uint32_t left = RELEASED;
    for (uint32_t number = 0; number < fill->last && left > 0; number++) {
        uint32_t conn = number % fill->conn_ids;
        if (fill->gen_of[number] == 0 || fill->at[conn] == number + 1)
            continue;
        cr_assert_eq(ask_under_lookups(fill, CTX_OP_RELEASE, conn, fill->gen_of[number], number),
                     CTX_OK);
        fill->gen_of[number] = 0;
        left--;
    }
}

ParameterizedTest(struct full_row *row, ctx_cache_full, displacement_under_lookups, .timeout = 300)
{
    static struct filling fill;
    struct ctx_cache_shape shape = ctx_cache_shapes[row->shape];
    memset(&fill, 0, sizeof fill);
    rng_init(&fill.rng, 1, row->name);
    fill.crowd = open_shape(row->shape);
    fill.conn_ids = shape.conn_ids;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        while (add_one(&fill))
            cr_assert_lt(fill.last, NUMBERS_MAX);
        cr_assert_gt(crowd_entries(fill.crowd), shape.lookup_entries * 9 / 10);
        release_some(&fill);
    }
    cr_assert_gt(crowd_stats(fill.crowd)->displacements, 64);
    close_shape(fill.crowd);
}
