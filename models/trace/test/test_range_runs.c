/* Compares models/trace/store/range_runs.c and hole_set.c with arrays that have an element for
 * each byte. */
#include "models/base/rng.h"
#include "models/trace/store/hole_set.h"
#include "models/trace/store/range_runs.h"

#include <criterion/criterion.h>
#include <string.h>

enum { BYTES = 3000, GATHER = 7 };

/* The expected values of each byte. `at` is 0 if there is no such byte. */
struct bytes {
    uint64_t at[BYTES];
    int64_t acked[BYTES];
    uint64_t seen; /* start of the previous range; ranges are read backward */
};

static bool on_range(void *self, const struct stream_range *range)
{
    struct bytes *bytes = self;
    cr_assert(range->from < range->to && range->to <= bytes->seen);
    for (uint64_t i = range->to; i < bytes->seen; i++)
        cr_assert_eq(bytes->at[i], 0, "byte %u is missing", (unsigned)i);
    for (uint64_t i = range->from; i < range->to; i++) {
        cr_assert_eq(bytes->at[i], range->at + (i - range->from));
        cr_assert_eq(bytes->acked[i], range->acked);
    }
    bytes->seen = range->from;
    return true;
}

static void check_find(struct range_runs *runs, const struct bytes *bytes, uint64_t i)
{
    struct stream_range range;
    bool found = range_runs_find(runs, i, &range);
    cr_assert_eq(found, bytes->at[i] != 0);
    cr_assert(!found || range.at + (i - range.from) == bytes->at[i]);
}

static void fill(struct rng *rng, struct range_runs *runs, struct bytes *bytes)
{
    for (int tries = 0; tries < 2000; tries++) {
        uint64_t from = rng_below(rng, BYTES - 20), to = from + 1 + rng_below(rng, 20);
        struct stream_range range = {from, from, (int64_t)rng_below(rng, 2), 5, 0};
        while (range.to < to && bytes->at[range.to] == 0)
            range.to++;
        if (range.to == from)
            continue;
        /* The bytes are in the file in the order of the stream, or elsewhere. */
        range.at = rng_below(rng, 2) ? 10 + from : 10000 + 100 * (uint64_t)tries;
        for (uint64_t i = from; i < range.to; i++) {
            bytes->at[i] = range.at + (i - from);
            bytes->acked[i] = range.acked;
        }
        cr_assert(range_runs_add(runs, &range));
        check_find(runs, bytes, rng_below(rng, BYTES));
    }
}

Test(range_runs, ranges_in_any_order_come_back_in_order)
{
    struct rng rng;
    rng_init(&rng, 1, "runs");
    for (int round = 0; round < 20; round++) {
        static struct bytes bytes;
        memset(&bytes, 0, sizeof bytes);
        struct range_runs *runs = range_runs_create(round % 2 ? GATHER : 0);
        fill(&rng, runs, &bytes);
        for (uint64_t i = 0; i < BYTES; i++)
            check_find(runs, &bytes, i);
        bytes.seen = BYTES;
        cr_assert(range_runs_backward(runs, on_range, &bytes));
        for (uint64_t i = 0; i < bytes.seen; i++)
            cr_assert_eq(bytes.at[i], 0);
        range_runs_destroy(runs);
    }
}

static bool on_count(void *self, const struct stream_range *range)
{
    (void)range;
    return ++*(int *)self < 5;
}

Test(range_runs, what_goes_on_is_one_range_and_a_callback_may_end_it)
{
    for (size_t gather = 0; gather < 4; gather += 3) {
        struct range_runs *runs = range_runs_create(gather);
        for (uint64_t i = 0; i < 100; i++)
            cr_assert(range_runs_add(
                runs, &(struct stream_range){i * 10, i * 10 + 10, 0, 0, PAYLOAD_NONE}));
        int count = 0;
        cr_assert(range_runs_backward(runs, on_count, &count));
        cr_assert_eq(count, 1);
        range_runs_destroy(runs);
        runs = range_runs_create(gather);
        for (uint64_t i = 0; i < 100; i++)
            cr_assert(range_runs_add(runs, &(struct stream_range){i * 10, i * 10 + 5, 0, 0, 1}));
        count = 0;
        cr_assert(!range_runs_backward(runs, on_count, &count));
        cr_assert_eq(count, 5);
        range_runs_destroy(runs);
    }
}

Test(hole_set, holes_are_what_nothing_carried)
{
    struct rng rng;
    rng_init(&rng, 1, "holes");
    for (int round = 0; round < 50; round++) {
        struct hole_set set = {0};
        bool carried[BYTES] = {false};
        for (int k = 0; k < 200; k++) {
            uint64_t from = rng_below(&rng, BYTES - 60), to = from + 1 + rng_below(&rng, 60);
            memset(carried + from, true, to - from);
            cr_assert(hole_set_add(&set, from, to));
            uint64_t reach = 0, found;
            while (carried[reach])
                reach++;
            cr_assert(hole_set_reach(&set, &found));
            cr_assert_eq(found, reach);
        }
        for (uint64_t i = 0; i < set.top; i++) {
            struct piece hole;
            cr_assert(hole_set_find(&set, i, &hole));
            cr_assert_eq(hole.from <= i, !carried[i]);
        }
        hole_set_free(&set);
    }
}
