/* Tests models/base: the frame pool, the random streams and the stage loop. */
#include "models/base/frame.h"
#include "models/base/rng.h"
#include "models/base/stage_loop.h"

#include <criterion/criterion.h>
#include <signal.h>

Test(frame_pool, hands_out_capacity_frames_and_then_none)
{
    struct frame_pool *pool = frame_pool_create(100);
    struct frame *frames[100];
    for (int i = 0; i < 100; i++) {
        frames[i] = frame_alloc(pool, 7);
        cr_assert_not_null(frames[i]);
        cr_assert_eq(frames[i]->id, (uint64_t)i + 1);
    }
    cr_assert_null(frame_alloc(pool, 7));
    for (int i = 0; i < 100; i++)
        frame_free(pool, frames[i]);
    cr_assert_eq(frame_pool_in_use(pool), 0);
    cr_assert_eq(frame_pool_in_use_max(pool), 100);
    frame_pool_destroy(pool);
}

Test(frame_pool, destroy_with_a_frame_out_is_a_bug, .signal = SIGABRT)
{
    struct frame_pool *pool = frame_pool_create(1);
    (void)frame_alloc(pool, 0);
    frame_pool_destroy(pool);
}

Test(rng, streams_of_one_seed_differ_by_name_and_repeat)
{
    struct rng a, b, c;
    rng_init(&a, 42, "switch");
    rng_init(&b, 42, "replay");
    rng_init(&c, 42, "switch");
    uint64_t first = rng_u64(&a);
    cr_assert_neq(first, rng_u64(&b));
    cr_assert_eq(first, rng_u64(&c));
}

Test(rng, below_stays_below_and_reaches_every_value)
{
    struct rng rng;
    rng_init(&rng, 1, "x");
    unsigned seen = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t v = rng_below(&rng, 7);
        cr_assert_lt(v, 7);
        seen |= 1u << v;
    }
    cr_assert_eq(seen, 0x7fu);
}

struct ticker {
    uint64_t next, count;
};

static void ticker_run(void *self, uint64_t now_ps)
{
    struct ticker *t = self;
    cr_assert_eq(now_ps, t->next);
    t->next += 10;
    t->count++;
}

static uint64_t ticker_next(const void *self) { return ((const struct ticker *)self)->next; }

Test(stage_loop, runs_stages_when_they_are_due_and_stops_at_the_limit)
{
    struct ticker t = {5, 0};
    struct stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, (struct stage){"ticker", &t, ticker_run, ticker_next});
    stage_loop_run(&loop, 25);
    cr_assert_eq(t.count, 3);
    cr_assert_eq(loop.now_ps, 25);
}
