/* Compares models/base/timer_heap.h with a plain array that has one time for each id. */
#include "models/base/rng.h"
#include "models/base/timer_heap.h"
#include "models/base/units.h"

#include <criterion/criterion.h>
#include <signal.h>

enum { IDS = 50 };

Test(timer_heap, always_names_the_earliest_of_a_plain_array)
{
    struct timer_heap *heap = timer_heap_create(IDS);
    uint64_t model[IDS];
    struct rng rng;
    rng_init(&rng, 7, "heap");
    for (int i = 0; i < IDS; i++)
        model[i] = TIME_NEVER;
    for (int step = 0; step < 20000; step++) {
        uint32_t id = (uint32_t)rng_below(&rng, IDS);
        uint64_t at = rng_below(&rng, 4) == 0 ? TIME_NEVER : rng_below(&rng, 100);
        model[id] = at;
        timer_heap_set(heap, id, at);
        uint32_t first = UINT32_MAX;
        uint64_t next = TIME_NEVER;
        for (uint32_t i = 0; i < IDS; i++)
            if (model[i] < next) {
                next = model[i];
                first = i;
            }
        cr_assert_eq(timer_heap_next_ps(heap), next);
        cr_assert_eq(timer_heap_first(heap), first);
        cr_assert_eq(timer_heap_get(heap, id), at);
    }
    timer_heap_destroy(heap);
}

Test(timer_heap, refuses_an_id_beyond_its_capacity, .signal = SIGABRT)
{
    struct timer_heap *heap = timer_heap_create(1);
    timer_heap_set(heap, 1, 0);
}
