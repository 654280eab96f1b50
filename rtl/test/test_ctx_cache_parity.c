/* Soft errors at the worst time: the second part of the corner-case table of docs/ctx_cache.md, a test per row, in lock step
 * with the golden model. Where a soft error races with something, it comes with every offset from some cycles before the
 * request to when that is over. */
#include "rtl/test/ctx_cache_ask.h"

#include "models/base/units.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

/* The request is made so many cycles into a race; a race has so many offsets. */
enum { REQUEST_AT = 8, OFFSETS = 48, FIRST_PARITY_BIT = 8 * CTX_LINE_BYTES };

static struct ctx_flip data_flip(uint32_t conn, uint8_t line, uint32_t bit)
{
    return (struct ctx_flip){
        .conn = conn, .line = line, .bit = (uint16_t)(bit % CTX_LINE_STORED_BITS)};
}

/* Of the tag entries of the small shapes bit 20 is the parity bit or near it. */
static struct ctx_flip tag_flip(uint32_t conn, uint32_t bit)
{
    return (struct ctx_flip){.tag = true, .conn = conn, .bit = (uint16_t)(bit % 26)};
}

static void flip_now(struct crowd *crowd, struct ctx_flip flip)
{
    crowd_flip(crowd, flip);
    crowd_wait(crowd, 20);
}

/* The soft error at the offset, the request at its time; returns what that is answered. */
static uint8_t race(struct crowd *crowd, struct ctx_flip flip, uint32_t offset, uint8_t who,
                    uint8_t op, uint32_t conn, uint16_t gen)
{
    crowd_wait(crowd, u32_min(offset, REQUEST_AT));
    if (offset < REQUEST_AT) {
        crowd_flip(crowd, flip);
        crowd_wait(crowd, REQUEST_AT - offset);
    }
    ask(crowd, who, op, conn, gen);
    if (offset >= REQUEST_AT) {
        crowd_wait(crowd, offset - REQUEST_AT);
        crowd_flip(crowd, flip);
    }
    crowd_wait(crowd, ENOUGH);
    cr_assert(!crowd_is_busy(crowd, who));
    bool returns = op == CTX_OP_WRITE_UNLOCK || op == CTX_OP_UNLOCK || op == CTX_OP_REMOVE;
    return crowd_answer(crowd, who, returns)->rsp.result;
}

static uint8_t lock_now(struct crowd *crowd, uint8_t who, uint32_t conn, uint16_t gen)
{
    uint8_t result = ask_now(crowd, who, CTX_OP_READ_LOCK, conn, gen);
    cr_assert(result == CTX_OK || result == CTX_BAD, "result %u", result);
    return result;
}

static void return_now(struct crowd *crowd, uint8_t who, uint8_t op, uint32_t conn, uint16_t gen)
{
    cr_assert_eq(ask_now(crowd, who, op, conn, gen), CTX_OK);
}

static void install_gen(struct crowd *crowd, uint32_t conn, uint16_t gen)
{
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, conn, gen), CTX_OK);
}

/* The holder of a context that is lost gives it up. */
static void remove_now(struct crowd *crowd, uint8_t who, uint32_t conn, uint16_t gen)
{
    return_now(crowd, who, CTX_OP_REMOVE, conn, gen);
}

static void expect_both(const uint32_t count[2])
{
    cr_assert_gt(count[0], 3, "never OK");
    cr_assert_gt(count[1], 3, "never BAD");
}

Test(ctx_cache_parity, bad_bit_during_read_lock)
{
    uint32_t count[2] = {0};
    struct crowd *crowd = open_shape(SMALL);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        uint16_t gen = (uint16_t)(1 + offset);
        install_gen(crowd, 5, gen);
        struct ctx_flip flip = data_flip(5, (uint8_t)(offset % CTX_LINES), offset * 37);
        uint8_t result = race(crowd, flip, offset, RX, CTX_OP_READ_LOCK, 5, gen);
        cr_assert(result == CTX_OK || result == CTX_BAD);
        cr_assert(offset >= REQUEST_AT || result == CTX_BAD);
        count[result == CTX_BAD]++;
        return_now(crowd, RX, CTX_OP_UNLOCK, 5, gen);
        cr_assert_eq(lock_now(crowd, TX, 5, gen), CTX_BAD, "it stays");
        remove_now(crowd, TX, 5, gen);
    }
    expect_both(count);
    close_shape(crowd);
}

Test(ctx_cache_parity, bad_bit_during_extract)
{
    uint32_t count[2] = {0};
    struct crowd *crowd = open_shape(SMALL);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        uint16_t gen = (uint16_t)(1 + offset);
        install_gen(crowd, 5, gen);
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_FREEZE, 5, gen), CTX_OK);
        struct ctx_flip flip = data_flip(5, (uint8_t)(offset % CTX_LINES), offset * 41);
        uint8_t result = race(crowd, flip, offset, DRIVER, CTX_OP_EXTRACT, 5, gen);
        cr_assert(result == CTX_OK || result == CTX_BAD);
        cr_assert(offset >= REQUEST_AT || result == CTX_BAD);
        count[result == CTX_BAD]++;
        cr_assert_eq(place_of(crowd, 5), CTX_PLACE_MOVED);
        cr_assert_eq(ask_now(crowd, RX, CTX_OP_READ_LOCK, 5, gen), CTX_ABSENT);
    }
    expect_both(count);
    close_shape(crowd);
}

/* Behind the EXTRACT another context comes into the way whose lines are still being read. */
Test(ctx_cache_parity, bad_bit_in_a_way_that_is_taken_over)
{
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 2);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        uint16_t gen = (uint16_t)(1 + offset);
        install_gen(crowd, 0, gen);
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_FREEZE, 0, gen), CTX_OK);
        ask(crowd, RX, CTX_OP_READ_LOCK, 2, 1);
        race(crowd, data_flip(offset % 2 ? 2 : 0, 1, offset), offset, DRIVER, CTX_OP_EXTRACT, 0,
             gen);
        return_now(crowd, RX, CTX_OP_WRITE_UNLOCK, 2, 1);
    }
    close_shape(crowd);
}

Test(ctx_cache_parity, bad_bit_during_eviction_of_its_line)
{
    uint32_t count[2] = {0};
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 2);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        uint16_t gen = (uint16_t)(1 + offset);
        install_gen(crowd, 0, gen); /* dirty */
        uint64_t before = crowd_stats(crowd)->bad_victims;
        struct ctx_flip flip = data_flip(0, (uint8_t)(offset % CTX_CONST_LINE), offset * 43);
        race(crowd, flip, offset, RX, CTX_OP_READ_LOCK, 2, 1); /* there is but one way */
        bool bad = crowd_stats(crowd)->bad_victims != before;
        count[bad]++;
        return_now(crowd, RX, CTX_OP_UNLOCK, 2, 1);
        cr_assert_eq(lock_now(crowd, TX, 0, gen), bad ? CTX_BAD : CTX_OK);
        remove_now(crowd, TX, 0, gen);
    }
    expect_both(count);
    close_shape(crowd);
}

Test(ctx_cache_parity, bad_bit_during_write_unlock_of_its_line)
{
    uint32_t count[2] = {0};
    struct crowd *crowd = open_shape(SMALL);
    install(crowd, 5);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        cr_assert_eq(lock_now(crowd, RX, 5, 1), CTX_OK);
        struct ctx_flip flip = data_flip(5, (uint8_t)(offset % CTX_CONST_LINE), offset * 47);
        cr_assert_eq(race(crowd, flip, offset, RX, CTX_OP_WRITE_UNLOCK, 5, 1), CTX_OK);
        uint8_t result = lock_now(crowd, TX, 5, 1);
        cr_assert(offset >= REQUEST_AT || result == CTX_OK, "it was written over");
        count[result == CTX_BAD]++;
        return_now(crowd, TX, CTX_OP_WRITE_UNLOCK, 5, 1);
        cr_assert_eq(lock_now(crowd, TX, 5, 1), CTX_OK);
        return_now(crowd, TX, CTX_OP_UNLOCK, 5, 1);
    }
    expect_both(count);
    close_shape(crowd);
}

/* Two wrong bits of one column: between them BAD, behind both nobody sees that the data are wrong. */
Test(ctx_cache_parity, two_bad_bits_of_one_column)
{
    uint32_t count[2] = {0};
    struct crowd *crowd = open_shape(SMALL);
    install(crowd, 5);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        crowd_flip(crowd, data_flip(5, 2, offset));
        crowd_wait(crowd, 16);
        uint8_t result =
            race(crowd, data_flip(5, 2, offset + 32), offset, RX, CTX_OP_READ_LOCK, 5, 1);
        count[result == CTX_BAD]++;
        return_now(crowd, RX, CTX_OP_UNLOCK, 5, 1);
        cr_assert_eq(lock_now(crowd, RX, 5, 1), CTX_OK);
        return_now(crowd, RX, CTX_OP_UNLOCK, 5, 1);
    }
    expect_both(count);
    close_shape(crowd);
}

/* A tag error against each operation that reads or writes the tag. */
struct tag_row {
    char name[48];
    uint8_t op;
    bool clean, frozen,
        other; /* the context; other: the operation is of one of the same set that is in DRAM */
};

ParameterizedTestParameters(ctx_cache_parity, bad_tag_during)
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

static void touch(struct crowd *crowd, uint32_t conn, uint16_t gen)
{
    lock_now(crowd, DRIVER, conn, gen);
    return_now(crowd, DRIVER, CTX_OP_UNLOCK, conn, gen);
}

/* CONN comes, is clean or dirty and is used last; THIRD is here as well, OTHER is in DRAM. */
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

/* Whatever became of it, it goes. */
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

ParameterizedTest(struct tag_row *row, ctx_cache_parity, bad_tag_during)
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

/* Somebody waits for the lock meanwhile: he gets what the holder left. */
Test(ctx_cache_parity, bad_tag_while_others_wait_for_the_lock)
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

/* INSTALL finds no tag, asks DRAM, and while it does so the holder's return changes what is true. */
Test(ctx_cache_parity, bad_tag_of_a_locked_context_that_is_installed_again)
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

Test(ctx_cache_parity, bad_victim_is_wanted_back_before_it_is_written)
{
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 2);
    install(crowd, 0);
    for (uint32_t delay = 0; delay < OFFSETS; delay++) {
        cr_assert_eq(lock_now(crowd, RX, 0, 1), CTX_OK);
        return_now(crowd, RX, CTX_OP_WRITE_UNLOCK, 0, 1);
        flip_now(crowd, data_flip(0, (uint8_t)(delay % CTX_CONST_LINE), delay * 53));
        ask(crowd, DRIVER, CTX_OP_FREEZE, 2, 1);
        crowd_wait(crowd, delay);
        ask(crowd, RX, CTX_OP_READ_LOCK, 0, 1);
        crowd_wait(crowd, ENOUGH);
        cr_assert_eq(crowd_answer(crowd, RX, false)->rsp.result, CTX_BAD, "delay %u", delay);
        return_now(crowd, RX, CTX_OP_WRITE_UNLOCK, 0, 1); /* lines 0 to 3 are good again, */
        touch(crowd, 2, 1);                               /* and line 4 is so in DRAM */
    }
    cr_assert_gt(crowd_stats(crowd)->bad_victims, OFFSETS / 2);
    close_shape(crowd);
}

/* Of nobody, of a context in DRAM, beyond the table, and on its way in. */
Test(ctx_cache_parity, bad_bit_of_a_context_that_is_not_here)
{
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 0);
    install(crowd, 2);
    const struct ctx_store_stats *stats = crowd_stats(crowd);
    static const uint32_t conns[] = {0, 4, 16, 18, 0xffffff};
    for (uint32_t i = 0; i < 2 * sizeof conns / sizeof conns[0]; i++)
        flip_now(crowd, i % 2 ? tag_flip(conns[i / 2], i) : data_flip(conns[i / 2], 0, i));
    cr_assert_eq(stats->flips_missed, 10);
    for (uint32_t offset = 0; offset < OFFSETS; offset++) {
        uint64_t hits = stats->flips;
        cr_assert_eq(lock_now(crowd, RX, 2, 1), CTX_OK);
        return_now(crowd, RX, CTX_OP_UNLOCK, 2, 1);
        uint8_t result = race(crowd, data_flip(0, 1, offset), offset, RX, CTX_OP_READ_LOCK, 0, 1);
        cr_assert_eq(result, CTX_OK, "it came in behind it, or the other way round");
        cr_assert(offset >= REQUEST_AT || stats->flips == hits);
        return_now(crowd, RX, CTX_OP_WRITE_UNLOCK, 0, 1);
    }
    cr_assert_gt(stats->flips, 3);
    cr_assert_gt(stats->flips_missed, 10 + REQUEST_AT);
    close_shape(crowd);
}

/* A bad tag of a way is cleared by who passes; until then it is a free way. */
Test(ctx_cache_parity, bad_tags_are_cleared_and_counted_once)
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

/* Found as a bug: the replacement bits took the way that was cleared for the one that was used. */
Test(ctx_cache_parity, bad_tag_is_cleared_while_another_way_is_used)
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

Test(ctx_cache_parity, lost_context_is_removed_and_installed_anew)
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

/* Several at once keep nobody from being served. */
Test(ctx_cache_parity, storm_of_bad_bits)
{
    struct crowd_params params = {SMALL, 77, 1, 4, 51650, 1, 0};
    struct crowd *crowd = crowd_create(&params);
    crowd_run(crowd, 5000);
    crowd_finish(crowd);
    cr_assert_gt(crowd_stats(crowd)->bad_reads, 200);
    crowd_destroy(crowd);
}
