/* Tests soft errors in lines at the worst time, which are rows of the corner-case table in
 * docs/ctx_cache.md. The tests run in lock step with the golden model. */
#include "rtl/test/ctx_cache_race.h"

#include <criterion/criterion.h>

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

/* After the EXTRACT another context is filled into the way whose lines are still being read. */
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
        race(crowd, flip, offset, RX, CTX_OP_READ_LOCK, 2, 1); /* the set has only one way */
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

/* Two wrong bits of one column cancel out in the parity. READ_LOCK answers BAD between the two
 * errors. After both it answers OK, although the data are wrong. */
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

/* An error before the effects of the INSTALL changes nothing, because the context is not there yet.
 * An error after them damages it. */
Test(ctx_cache_parity, bad_bit_during_install)
{
    uint32_t count[2] = {0};
    struct crowd *crowd = open_shape(SMALL);
    for (uint32_t i = 0; i < 2 * OFFSETS; i++) {
        uint32_t offset = i / 2;
        uint16_t gen = (uint16_t)(1 + i);
        struct ctx_flip flip =
            i % 2 ? tag_flip(5, i) : data_flip(5, (uint8_t)(offset % CTX_LINES), i * 59);
        cr_assert_eq(race(crowd, flip, offset, DRIVER, CTX_OP_INSTALL, 5, gen), CTX_OK);
        uint8_t result = lock_now(crowd, RX, 5, gen);
        cr_assert(offset > REQUEST_AT || result == CTX_OK);
        count[result == CTX_BAD]++;
        remove_now(crowd, RX, 5, gen);
    }
    expect_both(count);
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
        touch(crowd, 2, 1);                               /* and line 4 is good in DRAM */
    }
    cr_assert_gt(crowd_stats(crowd)->bad_victims, OFFSETS / 2);
    close_shape(crowd);
}

/* Injects errors into a context in DRAM, an id without a context, ids that do not exist, and a
 * context that is being filled. */
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

/* Many errors must not keep any requester from being served. */
Test(ctx_cache_parity, storm_of_bad_bits)
{
    struct crowd_params params = {SMALL, 77, 1, 4, 51650, 1, 0};
    struct crowd *crowd = crowd_create(&params);
    crowd_run(crowd, 5000);
    crowd_finish(crowd);
    cr_assert_gt(crowd_stats(crowd)->bad_reads, 200);
    crowd_destroy(crowd);
}
