/* Tests soft errors in tags at the worst time, which are rows of the corner-case table in
 * docs/ctx_cache.md. The tests run in lock step with the golden model. */
#include "rtl/test/ctx_cache_race.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

/* Each row is an operation that reads or writes the tag while a soft error hits it. */
struct tag_row {
    char name[48];
    uint8_t op;
    bool clean, frozen,
        other; /* state of the context; other: the operation is for another one of its set */
};

ParameterizedTestParameters(ctx_cache_tag_parity, bad_tag_during)
{
    static struct tag_row rows[] = {
        {"READ_LOCK", CTX_OP_READ_LOCK, false, false, false},
        {"READ_LOCK, clean", CTX_OP_READ_LOCK, true, false, false},
        {"UNLOCK", CTX_OP_UNLOCK, false, false, false},
        {"UNLOCK, clean", CTX_OP_UNLOCK, true, false, false},
        {"WRITE_UNLOCK", CTX_OP_WRITE_UNLOCK, false, false, false},
        {"WRITE_UNLOCK, clean", CTX_OP_WRITE_UNLOCK, true, false, false},
        {"WRITE_UNLOCK, frozen", CTX_OP_WRITE_UNLOCK, false, true, false},
        {"REMOVE", CTX_OP_REMOVE, false, false, false},
        {"REMOVE, frozen", CTX_OP_REMOVE, false, true, false},
        {"FREEZE", CTX_OP_FREEZE, false, false, false},
        {"FREEZE, clean", CTX_OP_FREEZE, true, false, false},
        {"EXTRACT", CTX_OP_EXTRACT, false, true, false},
        {"a fill of its set", CTX_OP_READ_LOCK, false, false, true},
        {"a fill of its set, clean", CTX_OP_READ_LOCK, true, false, true},
        {"a fill of its set, frozen", CTX_OP_READ_LOCK, false, true, true},
        {"FREEZE that fills its set", CTX_OP_FREEZE, false, false, true},
        {"INSTALL into its set", CTX_OP_INSTALL, false, false, true},
    };
    return cr_make_param_array(struct tag_row, rows, sizeof rows / sizeof rows[0]);
}

/* CONN shares a set of two ways with the others. */
enum { CONN = 5, OTHER = 9, THIRD = 13, NEW = 17 };

/* Installs CONN, makes it clean or dirty, and freezes it or uses it last. THIRD is in the cache as
 * well, and OTHER is in DRAM. */
static void tag_prepare(struct crowd *crowd, const struct tag_row *row, uint16_t gen)
{
    install_gen(crowd, CONN, gen);
    if (row->clean)
        touch(crowd, OTHER, 1);
    touch(crowd, THIRD, 1);
    if (row->frozen)
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_FREEZE, CONN, gen), CTX_OK);
    else
        touch(crowd, CONN, gen);
}

/* Removes CONN, whatever has become of it. */
static void tag_clean_up(struct crowd *crowd, const struct tag_row *row, uint8_t who, uint16_t gen)
{
    bool returns = row->op == CTX_OP_UNLOCK || row->op == CTX_OP_WRITE_UNLOCK;
    if (row->other && row->op == CTX_OP_READ_LOCK)
        return_now(crowd, who, CTX_OP_UNLOCK, OTHER, 1);
    if (row->other && row->op == CTX_OP_INSTALL) {
        lock_now(crowd, DRIVER, NEW, gen);
        remove_now(crowd, DRIVER, NEW, gen);
    }
    if (row->other || returns || row->op == CTX_OP_FREEZE) {
        lock_now(crowd, DRIVER, CONN, gen);
        remove_now(crowd, DRIVER, CONN, gen);
    } else if (row->op == CTX_OP_READ_LOCK) {
        remove_now(crowd, who, CONN, gen);
    }
    cr_assert_neq(place_of(crowd, CONN), CTX_PLACE_HOT);
}

ParameterizedTest(struct tag_row *row, ctx_cache_tag_parity, bad_tag_during)
{
    struct crowd *crowd = open_shape(SMALL);
    install(crowd, OTHER);
    install(crowd, THIRD);
    bool returns =
        row->op == CTX_OP_UNLOCK || row->op == CTX_OP_WRITE_UNLOCK || row->op == CTX_OP_REMOVE;
    uint8_t who = row->op == CTX_OP_READ_LOCK || (returns && !row->frozen) ? RX : DRIVER;
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        uint16_t gen = (uint16_t)(1 + offset);
        tag_prepare(crowd, row, gen);
        if (returns)
            lock_now(crowd, who, CONN, gen);
        uint32_t conn = !row->other ? CONN : row->op == CTX_OP_INSTALL ? NEW : OTHER;
        uint8_t result = race(crowd, tag_flip(CONN, offset), offset, who, row->op, conn,
                              conn == OTHER ? 1 : gen);
        cr_assert(result == CTX_OK || result == CTX_BAD, "%s, offset %u: result %u", row->name,
                  offset, result);
        cr_assert(result != CTX_BAD || !(row->clean || row->other || returns), "%s, offset %u",
                  row->name, offset);
        tag_clean_up(crowd, row, who, gen);
    }
    close_shape(crowd);
}

/* Another requester waits for the lock meanwhile. It must get the context as the holder left it. */
Test(ctx_cache_tag_parity, bad_tag_while_others_wait_for_the_lock)
{
    static const uint8_t returns[] = {CTX_OP_UNLOCK, CTX_OP_WRITE_UNLOCK, CTX_OP_REMOVE};
    static const uint8_t expected[] = {CTX_BAD, CTX_OK, CTX_ABSENT};
    struct crowd *crowd = open_shape(SMALL);
    for (uint32_t i = 0; i < 3 * OFFSETS; i++) {
        uint16_t gen = (uint16_t)(1 + i);
        install_gen(crowd, 5, gen);
        cr_assert_eq(lock_now(crowd, RX, 5, gen), CTX_OK);
        ask(crowd, TX, CTX_OP_READ_LOCK, 5, gen);
        race(crowd, tag_flip(5, i), i / 3, RX, returns[i % 3], 5, gen);
        cr_assert(!crowd_is_busy(crowd, TX));
        uint8_t result = crowd_answer(crowd, TX, false)->rsp.result;
        if (i / 3 < REQUEST_AT)
            cr_assert_eq(result, expected[i % 3], "round %u: %u", i, result);
        if (result != CTX_ABSENT)
            remove_now(crowd, TX, 5, gen);
    }
    close_shape(crowd);
}

/* A request that needs the way waits for the holder, as if the tag were good. */
Test(ctx_cache_tag_parity, bad_tag_of_a_locked_way_makes_no_room)
{
    static const uint8_t returns[] = {CTX_OP_UNLOCK, CTX_OP_WRITE_UNLOCK};
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 0);
    install(crowd, 2);
    for (uint32_t i = 0; i < 8; i++) {
        lock_now(crowd, RX, 2, 1);
        flip_now(crowd, tag_flip(2, i));
        ask(crowd, i < 4 ? TX : DRIVER, i < 4 ? CTX_OP_READ_LOCK : CTX_OP_FREEZE, 0, 1);
        crowd_wait(crowd, ENOUGH);
        cr_assert(crowd_is_busy(crowd, i < 4 ? TX : DRIVER));
        cr_assert(crowd_is_quiescent(crowd), "the clock may stop");
        return_now(crowd, RX, returns[i % 2], 2, 1);
        cr_assert(!crowd_is_busy(crowd, TX) && !crowd_is_busy(crowd, DRIVER));
        if (i < 4)
            return_now(crowd, TX, CTX_OP_UNLOCK, 0, 1);
    }
    close_shape(crowd);
}

/* INSTALL finds no tag and asks DRAM. Meanwhile the holder's return changes the state of the
 * context. */
Test(ctx_cache_tag_parity, bad_tag_of_a_locked_context_that_is_installed_again)
{
    static const uint8_t returns[] = {CTX_OP_UNLOCK, CTX_OP_WRITE_UNLOCK, CTX_OP_REMOVE};
    uint32_t installed = 0;
    struct crowd *crowd = open_shape(SMALL);
    uint16_t gen = 1;
    install_gen(crowd, 5, gen);
    for (uint32_t i = 0; i < 3 * OFFSETS; i++) {
        uint8_t op = returns[i % 3];
        cr_assert_eq(lock_now(crowd, RX, 5, gen), CTX_OK);
        flip_now(crowd, tag_flip(5, i));
        crowd_ask(crowd, (struct ctx_req){.op = CTX_OP_INSTALL,
                                          .who = DRIVER,
                                          .conn = 5,
                                          .gen = (uint16_t)(gen + 1),
                                          .key = key_of(100 + i)});
        crowd_wait(crowd, i / 3);
        return_now(crowd, RX, op, 5, gen);
        uint8_t result = crowd_answer(crowd, DRIVER, false)->rsp.result;
        cr_assert(result == CTX_DUPLICATE || (op == CTX_OP_REMOVE && result == CTX_OK),
                  "round %u: %u", i, result);
        installed += result == CTX_OK;
        if (result == CTX_DUPLICATE && op != CTX_OP_REMOVE) {
            cr_assert_eq(lock_now(crowd, RX, 5, gen), op == CTX_OP_UNLOCK ? CTX_BAD : CTX_OK);
            remove_now(crowd, RX, 5, gen);
        }
        gen++;
        if (result == CTX_DUPLICATE)
            install_gen(crowd, 5, gen);
    }
    cr_assert_gt(installed, 3);
    cr_assert_lt(installed, OFFSETS - 3);
    close_shape(crowd);
}

/* Does the same with RESERVE, which also reads the meta line. */
Test(ctx_cache_tag_parity, bad_tag_of_a_locked_context_that_is_reserved_again)
{
    uint32_t reserved = 0;
    struct crowd *crowd = open_shape(SMALL);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        uint16_t gen = (uint16_t)(1 + 2 * offset);
        install_gen(crowd, 5, gen);
        cr_assert_eq(lock_now(crowd, RX, 5, gen), CTX_OK);
        flip_now(crowd, tag_flip(5, offset));
        struct ctx_req req = {.op = CTX_OP_RESERVE,
                              .who = DRIVER,
                              .conn = 5,
                              .gen = (uint16_t)(gen + 1),
                              .key = key_of(200 + offset)};
        crowd_ask(crowd, req);
        crowd_wait(crowd, offset);
        remove_now(crowd, RX, 5, gen);
        uint8_t result = crowd_answer(crowd, DRIVER, false)->rsp.result;
        cr_assert(result == CTX_DUPLICATE || result == CTX_OK, "offset %u: %u", offset, result);
        if (result != CTX_OK)
            continue;
        reserved++;
        req.op = CTX_OP_RELEASE;
        crowd_ask(crowd, req);
        crowd_wait(crowd, ENOUGH);
        cr_assert_eq(crowd_answer(crowd, DRIVER, false)->rsp.result, CTX_OK);
    }
    cr_assert_gt(reserved, 3);
    cr_assert_lt(reserved, OFFSETS - 3);
    close_shape(crowd);
}

/* The next request that reads the set clears a way whose tag is bad, and the error is counted once.
 * The way is free then. */
Test(ctx_cache_tag_parity, bad_tags_are_cleared_and_counted_once)
{
    struct crowd *crowd = open_shape(SMALL);
    install(crowd, 1);
    install(crowd, 5);
    flip_now(crowd, tag_flip(1, 0));  /* its valid bit */
    flip_now(crowd, tag_flip(5, 60)); /* its parity bit */
    cr_assert_eq(crowd_stats(crowd)->flips, 2);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(ask_now(crowd, RX, CTX_OP_READ_LOCK, 9, 1), CTX_ABSENT);
    cr_assert_eq(crowd_stats(crowd)->tag_errors, 2);
    install(crowd, 9);
    install(crowd, 13);
    cr_assert_eq(crowd_stats(crowd)->evictions, 0);
    close_shape(crowd);
}

/* Once the replacement bits recorded the way that was cleared instead of the one that was used. */
Test(ctx_cache_tag_parity, bad_tag_is_cleared_while_another_way_is_used)
{
    struct crowd *crowd = open_shape(FOUR_WAYS);
    for (uint32_t conn = 2; conn < 66; conn += 16)
        install(crowd, conn); /* ways 0 to 3 */
    flip_now(crowd, tag_flip(34, 3));
    cr_assert_eq(lock_now(crowd, RX, 2, 1), CTX_OK);
    cr_assert_eq(crowd_stats(crowd)->tag_errors, 1);
    return_now(crowd, RX, CTX_OP_UNLOCK, 2, 1);
    install(crowd, 66);
    install(crowd, 82);
    cr_assert_eq(place_of(crowd, 2), CTX_PLACE_HOT);
    cr_assert_eq(place_of(crowd, 18), CTX_PLACE_COLD, "it was used longest ago");
    close_shape(crowd);
}

Test(ctx_cache_tag_parity, lost_context_is_removed_and_installed_anew)
{
    struct crowd *crowd = open_shape(SMALL);
    install(crowd, 5);
    flip_now(crowd, tag_flip(5, 7));
    cr_assert_eq(place_of(crowd, 5), CTX_PLACE_HOT);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, 5, 2), CTX_DUPLICATE);
    cr_assert_eq(lock_now(crowd, RX, 5, 1), CTX_BAD);
    ask(crowd, TX, CTX_OP_READ_LOCK, 5, 1);
    remove_now(crowd, RX, 5, 1);
    crowd_wait(crowd, ENOUGH);
    cr_assert_eq(crowd_answer(crowd, TX, false)->rsp.result, CTX_ABSENT);
    cr_assert_eq(place_of(crowd, 5), CTX_PLACE_NOT_MINE);
    install_gen(crowd, 5, 2);
    cr_assert_eq(lock_now(crowd, TX, 5, 2), CTX_OK);
    return_now(crowd, TX, CTX_OP_UNLOCK, 5, 2);
    close_shape(crowd);
}
