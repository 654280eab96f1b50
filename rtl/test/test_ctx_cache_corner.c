/* Tests the rows of the corner-case table in docs/ctx_cache.md. Each test runs in lock step with
 * the golden model (ctx_cache_crowd.h), so data, entries and DRAM are compared besides what is
 * asserted here. */
#include "rtl/test/ctx_cache_ask.h"

#include "models/base/units.h"

#include <criterion/criterion.h>

Test(ctx_cache_corner, same_set_storm)
{
    struct crowd *crowd = open_shape(TINY); /* 0, 2, 4, 6, 8 share one way */
    for (uint32_t conn = 0; conn < 10; conn += 2)
        install(crowd, conn);
    for (int round = 0; round < 20; round++) {
        for (uint8_t who = RX; who <= DRIVER; who++)
            ask(crowd, who, CTX_OP_READ_LOCK, 2u * who, 1);
        for (int turn = 0; turn < CTX_WHO_COUNT; turn++) {
            crowd_wait(crowd, ENOUGH);
            int locked = 0;
            for (uint8_t who = RX; who <= DRIVER; who++) {
                if (crowd_is_busy(crowd, who))
                    continue;
                if (crowd_answer(crowd, who, true)->cycle >= answered(crowd, who))
                    continue; /* has already returned the lock */
                locked++;
                ask(crowd, who, CTX_OP_WRITE_UNLOCK, 2u * who, 1);
            }
            cr_assert_eq(locked, 1, "one way, one lock");
        }
        crowd_wait(crowd, ENOUGH);
    }
    cr_assert_geq(crowd_stats(crowd)->evictions, 60); /* three of four miss in each round */
    close_shape(crowd);
}

Test(ctx_cache_corner, all_ways_locked)
{
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 0);
    install(crowd, 2);
    cr_assert_eq(ask_now(crowd, RX, CTX_OP_READ_LOCK, 2, 1), CTX_OK);
    ask(crowd, TX, CTX_OP_READ_LOCK, 0, 1);
    ask(crowd, DRIVER, CTX_OP_INSTALL, 4, 1);
    crowd_wait(crowd, ENOUGH);
    cr_assert(crowd_is_busy(crowd, TX) && crowd_is_busy(crowd, DRIVER));
    cr_assert(crowd_is_quiescent(crowd), "the clock may stop");
    /* Neither of the two blocks other requests. A refusal needs no way, and another set has a free
     * one. */
    cr_assert_eq(ask_now(crowd, TIMER, CTX_OP_READ_LOCK, 6, 1), CTX_ABSENT);
    cr_assert_eq(ask_now(crowd, TIMER, CTX_OP_INSTALL, 1, 1), CTX_OK);
    cr_assert_eq(ask_now(crowd, RX, CTX_OP_UNLOCK, 2, 1), CTX_OK);
    /* One of the two gets the way. The other one follows once that way is no longer locked. */
    if (!crowd_is_busy(crowd, TX))
        cr_assert_eq(ask_now(crowd, TX, CTX_OP_UNLOCK, 0, 1), CTX_OK);
    crowd_wait(crowd, ENOUGH);
    cr_assert(!crowd_is_busy(crowd, TX) && !crowd_is_busy(crowd, DRIVER));
    ask(crowd, TX, CTX_OP_UNLOCK, 0, 1);
    crowd_wait(crowd, ENOUGH);
    close_shape(crowd);
}

Test(ctx_cache_corner, equal_misses_merge)
{
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 0);
    install(crowd, 2);
    for (uint8_t who = RX; who <= TIMER; who++)
        ask(crowd, who, CTX_OP_READ_LOCK, 0, 1);
    for (uint8_t who = RX; who <= TIMER; who++) {
        crowd_wait(crowd, ENOUGH);
        cr_assert(!crowd_is_busy(crowd, who), "served in the order they came");
        ask(crowd, who, CTX_OP_WRITE_UNLOCK, 0, 1);
    }
    crowd_wait(crowd, ENOUGH);
    cr_assert_eq(crowd_stats(crowd)->misses, 1);
    cr_assert_eq(crowd_stats(crowd)->hits, 2);
    close_shape(crowd);
}

Test(ctx_cache_corner, hit_and_miss_under_miss)
{
    struct crowd *crowd = open_shape(FOUR_WAYS);
    for (uint32_t conn = 0; conn < 6; conn++)
        install(crowd, 16 * conn); /* all are in one set; 0 and 32 are evicted */
    install(crowd, 1);
    uint64_t begin = crowd_cycles(crowd);
    ask(crowd, RX, CTX_OP_READ_LOCK, 0, 1);
    crowd_wait(crowd, 4);
    ask(crowd, TX, CTX_OP_READ_LOCK, 32, 1);
    ask(crowd, TIMER, CTX_OP_READ_LOCK, 1, 1);
    crowd_wait(crowd, ENOUGH);
    cr_assert_lt(answered(crowd, TIMER), answered(crowd, RX), "the hit passes the misses");
    cr_assert_lt(answered(crowd, RX), answered(crowd, TX));
    uint64_t first = answered(crowd, RX) - begin, both = answered(crowd, TX) - begin;
    cr_assert_lt(both, first + first / 2 + 4, "the misses overlap");
    for (uint8_t who = RX; who <= TIMER; who++)
        ask(crowd, who, CTX_OP_UNLOCK, who == TIMER ? 1 : 32u * who, 1);
    crowd_wait(crowd, ENOUGH);
    close_shape(crowd);
}

/* This shape has two miss slots: one takes a miss, and the other one the key unit's read. */
Test(ctx_cache_corner, full_miss_table)
{
    struct crowd_params params = {SMALL, 1, 1, 1, 800000, 0, 0}; /* DRAM answers after 200 cycles */
    struct crowd *crowd = crowd_create(&params);
    for (uint32_t conn = 0; conn < 5; conn++) {
        ask(crowd, DRIVER, CTX_OP_INSTALL, 4 * conn % 15, 1); /* 0 and 4 are evicted; 1 is not */
        crowd_wait(crowd, ENOUGH);
    }
    ask(crowd, RX, CTX_OP_READ_LOCK, 0, 1);
    crowd_wait(crowd, 20);
    ask(crowd, TX, CTX_OP_READ_LOCK, 4, 1);
    ask(crowd, TIMER, CTX_OP_READ_LOCK, 1, 1);
    ask(crowd, DRIVER, CTX_OP_RESERVE, 5, 1);
    crowd_wait(crowd, 100);
    for (uint8_t who = RX; who <= DRIVER; who++)
        cr_assert(crowd_is_busy(crowd, who));
    cr_assert(crowd_is_quiescent(crowd), "all wait for the DRAM: the clock may stop");
    for (int i = 0; i < 4; i++)
        crowd_wait(crowd, ENOUGH);
    for (uint8_t who = RX; who <= DRIVER; who++)
        cr_assert(!crowd_is_busy(crowd, who));
    cr_assert_eq(crowd_stats(crowd)->misses, 2);
    for (uint8_t who = RX; who <= TIMER; who++)
        ask(crowd, who, CTX_OP_UNLOCK, who == TIMER ? 1 : 4u * who, 1);
    crowd_wait(crowd, ENOUGH);
    close_shape(crowd);
}

Test(ctx_cache_corner, freeze_behind_a_miss)
{
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 0);
    install(crowd, 2);
    ask(crowd, RX, CTX_OP_READ_LOCK, 0, 1);
    crowd_wait(crowd, 5);
    ask(crowd, DRIVER, CTX_OP_FREEZE, 0, 1);
    crowd_wait(crowd, ENOUGH);
    cr_assert(!crowd_is_busy(crowd, RX) && crowd_is_busy(crowd, DRIVER));
    cr_assert_eq(ask_now(crowd, RX, CTX_OP_WRITE_UNLOCK, 0, 1), CTX_OK);
    cr_assert(!crowd_is_busy(crowd, DRIVER));
    cr_assert_eq(ask_now(crowd, RX, CTX_OP_READ_LOCK, 0, 1), CTX_FROZEN);
    cr_assert_eq(place_of(crowd, 0), CTX_PLACE_MOVED);
    close_shape(crowd);
}

Test(ctx_cache_corner, extract_during_a_fill_of_its_set)
{
    struct crowd *crowd = open_shape(SMALL);
    for (uint32_t conn = 0; conn < 3; conn++)
        install(crowd, 4 * conn);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_FREEZE, 8, 1), CTX_OK);
    for (uint32_t delay = 0; delay < 40; delay++) {
        ask(crowd, RX, CTX_OP_READ_LOCK, delay % 2 ? 4 : 0, 1); /* one of them is in DRAM */
        crowd_wait(crowd, delay);
        ask(crowd, DRIVER, CTX_OP_EXTRACT, 8, (uint16_t)(1 + delay));
        crowd_wait(crowd, ENOUGH);
        cr_assert_eq(crowd_answer(crowd, DRIVER, false)->rsp.result, CTX_OK);
        ask(crowd, RX, CTX_OP_WRITE_UNLOCK, delay % 2 ? 4 : 0, 1);
        crowd_wait(crowd, ENOUGH);
        uint16_t gen = (uint16_t)(2 + delay);
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, 8, gen), CTX_OK);
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_FREEZE, 8, gen), CTX_OK);
    }
    close_shape(crowd);
}

Test(ctx_cache_corner, victim_is_wanted_back_before_it_is_written)
{
    struct crowd *crowd = open_shape(TINY);
    install(crowd, 0);
    for (uint32_t delay = 0; delay < 40; delay++) {
        uint32_t out = delay % 2 ? 2 : 0, in = 2 - out; /* `out` is dirty in the cache */
        ask(crowd, DRIVER, delay < 1 ? CTX_OP_INSTALL : CTX_OP_FREEZE, in, 1);
        crowd_wait(crowd, delay);
        ask(crowd, RX, CTX_OP_READ_LOCK, out, 1);
        crowd_wait(crowd, ENOUGH);
        if (crowd_answer(crowd, RX, false)->rsp.result == CTX_OK)
            cr_assert_eq(ask_now(crowd, RX, CTX_OP_WRITE_UNLOCK, out, 1), CTX_OK);
        crowd_wait(crowd, ENOUGH);
    }
    close_shape(crowd);
}

Test(ctx_cache_corner, install_during_eviction_of_its_set)
{
    struct crowd *crowd = open_shape(TINY);
    for (uint32_t delay = 0; delay < 40; delay++) {
        uint32_t conn = delay % 7 * 2;
        uint16_t gen = (uint16_t)(1 + delay);
        ask(crowd, TX, CTX_OP_INSTALL, conn, gen);
        crowd_wait(crowd, delay);
        ask(crowd, DRIVER, CTX_OP_INSTALL, 14, gen); /* refused except for the first time */
        crowd_wait(crowd, ENOUGH);
        if (crowd_answer(crowd, TX, false)->rsp.result == CTX_OK) {
            cr_assert_eq(ask_now(crowd, TX, CTX_OP_READ_LOCK, conn, gen), CTX_OK);
            cr_assert_eq(ask_now(crowd, TX, CTX_OP_REMOVE, conn, gen), CTX_OK);
        }
    }
    close_shape(crowd);
}

Test(ctx_cache_corner, lock_chain_is_first_come_first_served)
{
    static const uint8_t order[] = {TIMER, RX, DRIVER, TX};
    struct crowd *crowd = open_shape(SMALL);
    install(crowd, 5);
    for (int i = 0; i < CTX_WHO_COUNT; i++) {
        ask(crowd, order[i], CTX_OP_READ_LOCK, 5, 1);
        crowd_wait(crowd, 1);
    }
    for (int i = 0; i < CTX_WHO_COUNT; i++) {
        crowd_wait(crowd, ENOUGH);
        for (int other = 0; other < CTX_WHO_COUNT; other++)
            cr_assert_eq(crowd_is_busy(crowd, order[other]), other > i);
        cr_assert(crowd_is_quiescent(crowd));
        ask(crowd, order[i], CTX_OP_WRITE_UNLOCK, 5, 1);
    }
    crowd_wait(crowd, ENOUGH);
    cr_assert_eq(crowd_stats(crowd)->lock_waits, 3);
    close_shape(crowd);
}

Test(ctx_cache_corner, tombstone_gives_its_slot_to_its_own_connection)
{
    struct crowd *crowd = open_shape(SMALL);
    install(crowd, 5);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_FREEZE, 5, 1), CTX_OK);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_EXTRACT, 5, 1), CTX_OK);
    cr_assert_eq(place_of(crowd, 5), CTX_PLACE_MOVED);
    uint32_t entries = crowd_entries(crowd);
    /* Another connection of the same tuple is refused. */
    struct ctx_req other = {
        .op = CTX_OP_INSTALL, .who = DRIVER, .conn = 6, .gen = 1, .key = key_of(5)};
    crowd_ask(crowd, other);
    crowd_wait(crowd, ENOUGH);
    cr_assert_eq(crowd_answer(crowd, DRIVER, false)->rsp.result, CTX_DUPLICATE);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, 5, 1), CTX_STALE);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, 5, 2), CTX_OK);
    cr_assert_eq(crowd_entries(crowd), entries);
    cr_assert_eq(place_of(crowd, 5), CTX_PLACE_HOT);
    close_shape(crowd);
}

Test(ctx_cache_corner, generations_wrap)
{
    static const struct {
        uint16_t last, next;
        uint8_t result;
    } rows[] = {{0xffff, 0, CTX_OK},      {0, 0xffff, CTX_STALE},      {5, 5, CTX_STALE},
                {0x7fff, 0xfffe, CTX_OK}, {0x7fff, 0xffff, CTX_STALE}, {0xfff0, 0x7fef, CTX_OK},
                {1, 0x8000, CTX_OK},      {1, 0x8001, CTX_STALE}};
    struct crowd *crowd = open_shape(SMALL);
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, i, rows[i].last), CTX_OK);
        cr_assert_eq(ask_now(crowd, RX, CTX_OP_READ_LOCK, i, rows[i].last), CTX_OK);
        cr_assert_eq(ask_now(crowd, RX, CTX_OP_REMOVE, i, rows[i].last), CTX_OK);
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, i, rows[i].next), rows[i].result,
                     "row %u", i);
    }
    close_shape(crowd);
}

Test(ctx_cache_corner, refusals_have_codes_of_their_own)
{
    struct crowd *crowd = open_shape(TINY); /* 16 + 8 lookup entries, 16 ids */
    install(crowd, 0);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, 0, 2), CTX_DUPLICATE);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, 0, 0), CTX_STALE);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, 16, 1), CTX_ABSENT);
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_EXTRACT, 0, 1), CTX_NOT_FROZEN);
    cr_assert_eq(ask_now(crowd, TX, CTX_OP_UNLOCK, 0, 1), CTX_NOT_LOCKED);
    cr_assert_eq(ask_now(crowd, TX, CTX_OP_REMOVE, 16, 1), CTX_ABSENT);
    uint8_t result = CTX_OK;
    uint16_t gen = 1;
    /* Tombstones of new tuples fill the table. */
    for (uint32_t i = 0; i < 40 && result == CTX_OK; i++, gen++) {
        struct ctx_req req = {
            .op = CTX_OP_INSTALL, .who = DRIVER, .conn = 1, .gen = gen, .key = key_of(100 + i)};
        crowd_ask(crowd, req);
        crowd_wait(crowd, 8 * ENOUGH);
        result = crowd_answer(crowd, DRIVER, false)->rsp.result;
        if (result != CTX_OK)
            break;
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_FREEZE, 1, gen), CTX_OK);
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_EXTRACT, 1, gen), CTX_OK);
    }
    cr_assert_eq(result, CTX_FULL);
    cr_assert_eq(crowd_entries(crowd), 24);
    close_shape(crowd);
}

Test(ctx_cache_corner, two_installs_of_one_tuple)
{
    struct crowd *crowd = open_shape(SMALL);
    for (uint32_t delay = 0; delay < 30; delay++) {
        struct ctx_req a = {.op = CTX_OP_INSTALL,
                            .who = RX,
                            .conn = 1,
                            .gen = (uint16_t)(delay + 1),
                            .key = key_of(200 + delay)},
                       b = a;
        b.who = DRIVER;
        b.conn = 2;
        crowd_ask(crowd, a);
        crowd_wait(crowd, delay);
        crowd_ask(crowd, b);
        crowd_wait(crowd, ENOUGH);
        uint8_t first = crowd_answer(crowd, RX, false)->rsp.result,
                second = crowd_answer(crowd, DRIVER, false)->rsp.result;
        cr_assert((first == CTX_OK) != (second == CTX_OK), "delay %u: %u and %u", delay, first,
                  second);
        uint8_t who = first == CTX_OK ? RX : DRIVER;
        uint32_t conn = first == CTX_OK ? 1 : 2;
        cr_assert_eq(ask_now(crowd, who, CTX_OP_READ_LOCK, conn, a.gen), CTX_OK);
        cr_assert_eq(ask_now(crowd, who, CTX_OP_REMOVE, conn, a.gen), CTX_OK);
    }
    close_shape(crowd);
}

Test(ctx_cache_corner, entry_is_freed_while_its_tuple_is_reserved_anew)
{
    struct crowd *crowd = open_shape(SMALL);
    uint32_t granted = 0;
    for (uint32_t delay = 0; delay < 30; delay++) {
        uint16_t gen = (uint16_t)(delay + 1);
        cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, 1, gen), CTX_OK);
        cr_assert_eq(ask_now(crowd, RX, CTX_OP_READ_LOCK, 1, gen), CTX_OK);
        struct ctx_req reserve = {
            .op = CTX_OP_RESERVE, .who = DRIVER, .conn = 2, .gen = gen, .key = key_of(1)};
        crowd_ask(crowd, reserve);
        crowd_wait(crowd, delay);
        cr_assert_eq(ask_now(crowd, RX, CTX_OP_REMOVE, 1, gen), CTX_OK);
        if (crowd_answer(crowd, DRIVER, false)->rsp.result == CTX_OK) {
            granted++;
            reserve.op = CTX_OP_RELEASE;
            crowd_ask(crowd, reserve);
            crowd_wait(crowd, ENOUGH);
        }
    }
    cr_assert_gt(granted, 3);
    cr_assert_lt(granted, 30);
    close_shape(crowd);
}

Test(ctx_cache_corner, next_holder_sees_what_was_written)
{
    struct crowd *crowd = open_shape(SMALL);
    install(crowd, 5);
    for (uint32_t delay = 0; delay < 10; delay++) {
        cr_assert_eq(ask_now(crowd, RX, CTX_OP_READ_LOCK, 5, 1), CTX_OK);
        ask(crowd, TX, CTX_OP_READ_LOCK, 5, 1);
        crowd_wait(crowd, delay);
        ask(crowd, RX, CTX_OP_WRITE_UNLOCK, 5, 1); /* the image is compared with the model's */
        crowd_wait(crowd, ENOUGH);
        cr_assert_eq(ask_now(crowd, TX, CTX_OP_UNLOCK, 5, 1), CTX_OK);
    }
    close_shape(crowd);
}

Test(ctx_cache_corner, scan_keeps_no_install_waiting, .timeout = 60)
{
    struct crowd *crowd = open_shape(DEFAULT);
    ask(crowd, TIMER, CTX_OP_SCAN, 0, 0); /* all 16,384 rows are empty before the INSTALLs */
    crowd_wait(crowd, ENOUGH);
    cr_assert(crowd_is_busy(crowd, TIMER));
    for (uint32_t i = 0; i < 20; i++) {
        uint64_t begin = crowd_cycles(crowd);
        ask(crowd, DRIVER, CTX_OP_INSTALL, i, 1);
        crowd_wait(crowd, ENOUGH);
        cr_assert_lt(answered(crowd, DRIVER) - begin, 70);
    }
    close_shape(crowd);
}

/* Each requester asks as soon as it may, and also returns locks that it does not hold. A request
 * that can go is passed by at most seven others, namely three operations and four returns, and by
 * up to four that were already on their way. */
Test(ctx_cache_corner, nobody_is_passed_by_more_than_seven)
{
    struct crowd *crowd = open_shape(SMALL);
    uint32_t operations = 0, passed_max = 0;
    bool holds[CTX_WHO_COUNT] = {false}, waits[2][CTX_WHO_COUNT] = {{false}};
    for (uint32_t conn = 0; conn < CTX_WHO_COUNT; conn++)
        install(crowd, conn);
    for (uint32_t i = 0; i < 4000; i++) {
        for (uint8_t who = RX; who <= DRIVER; who++) {
            bool returned = waits[1][who] && !crowd_waits_for(crowd, who, true);
            bool locked = waits[0][who] && !crowd_waits_for(crowd, who, false);
            if (returned && crowd_answer(crowd, who, true)->rsp.result == CTX_OK)
                holds[who] = false;
            holds[who] = holds[who] || locked;
            for (int kind = 0; kind < 2; kind++) {
                if (kind == 0 ? !locked : !returned)
                    continue;
                operations++;
                passed_max = u32_max(passed_max, crowd_passed(crowd, who, kind == 1));
            }
            if (!crowd_waits_for(crowd, who, true))
                ask(crowd, who, CTX_OP_WRITE_UNLOCK, holds[who] ? who : 9, 1);
            if (!crowd_waits_for(crowd, who, false) && !holds[who])
                ask(crowd, who, CTX_OP_READ_LOCK, who, 1);
            waits[0][who] = crowd_waits_for(crowd, who, false);
            waits[1][who] = crowd_waits_for(crowd, who, true);
        }
        crowd_wait(crowd, 1);
    }
    cr_assert_gt(operations, 1000);
    cr_assert_leq(passed_max, 11);
    cr_assert_geq(passed_max, 3, "they were not in each other's way");
    for (int i = 0; i < 3; i++) {
        crowd_wait(crowd, ENOUGH);
        for (uint8_t who = RX; who <= DRIVER; who++)
            ask(crowd, who, CTX_OP_UNLOCK, who, 1);
    }
    crowd_wait(crowd, ENOUGH);
    close_shape(crowd);
}

/* While the answer to a SCAN waits, the next SCAN must not replace it. A mutant survived before
 * this test existed. */
Test(ctx_cache_corner, scan_waits_for_the_answer_of_another)
{
    struct crowd *crowd = open_shape(TINY);
    for (uint32_t conn = 0; conn < 6; conn++)
        install(crowd, conn);
    crowd_stall(crowd, DUT_STALL_RSP);
    ask(crowd, RX, CTX_OP_SCAN, 0, 0);
    crowd_wait(crowd, 3);
    ask(crowd, TX, CTX_OP_SCAN, 8, 0);
    crowd_wait(crowd, ENOUGH);
    cr_assert(crowd_is_busy(crowd, RX) && crowd_is_busy(crowd, TX));
    crowd_stall(crowd, 0);
    crowd_wait(crowd, ENOUGH);
    cr_assert_neq(crowd_answer(crowd, RX, false)->rsp.conn,
                  crowd_answer(crowd, TX, false)->rsp.conn);
    close_shape(crowd);
}
