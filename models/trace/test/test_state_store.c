/* Tests states that are put away and brought back, and the queue of the conversations that have states. */
#include "models/base/rng.h"
#include "models/base/units.h"
#include "models/trace/replay/conv_queue.h"
#include "models/trace/store/state_store.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1000, STATE = 600, STEPS = 20000 };

static void fill(uint8_t *state, size_t number, size_t round)
{
    for (size_t i = 0; i < STATE; i++)
        state[i] = (uint8_t)(number * 31 + round * 7 + i);
}

/* Compares with what was kept: the first len[number] bytes of the last round. */
static void expect(const uint8_t *state, size_t number, size_t round, size_t len)
{
    uint8_t wanted[STATE];
    fill(wanted, number, round);
    memset(wanted + len, 0, STATE - len);
    cr_assert_arr_eq(state, wanted, STATE, "state %zu", number);
}

Test(state_store, states_come_back_as_they_were)
{
    static size_t len[COUNT], round[COUNT];
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    struct state_store *store = state_store_create(COUNT, STATE, NULL);
    struct rng rng;
    rng_init(&rng, 3, "states");
    cr_assert_eq(state_store_bytes(store) / COUNT, 0);
    for (size_t step = 1; step < STEPS; step++) {
        size_t number = rng_below(&rng, COUNT);
        bool away = state_store_is_away(store, number);
        cr_assert_eq(away, round[number] != 0);
        cr_assert_null(state_store_find(store, number));
        uint8_t *state = away ? state_store_bring(store, number) : state_store_make(store, number);
        cr_assert_eq(state_store_find(store, number), state);
        if (away)
            expect(state, number, round[number], len[number]);
        if (step % 5 == 0 && away) { /* only looked at */
            state_store_drop(store, number);
            continue;
        }
        round[number] = step;
        len[number] = step % 3 ? STATE / 2 : 1 + rng_below(&rng, STATE);
        fill(state, number, step);
        state_store_put_away(store, number, len[number]);
    }
    cr_assert_eq(state_store_in_memory(store), 0);
    cr_assert_eq(state_store_in_memory_most(store), 1);
    cr_assert_leq(state_store_bytes(store), COUNT * 17 + 8192);
    state_store_destroy(store);
}

Test(state_store, a_disk_without_room_is_reported)
{
    struct error err = {0};
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    setenv("TMPDIR", "/nowhere", 1);
    struct spill *trouble = spill_create(0);
    struct state_store *store = state_store_create(COUNT, STATE, trouble);
    for (size_t i = 0; i < COUNT; i++) {
        fill(state_store_make(store, i), i, 0);
        state_store_put_away(store, i, STATE);
    }
    cr_assert_eq(spill_trouble(trouble, &err), STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/nowhere"), "%s", err.text);
    state_store_destroy(store);
    spill_destroy(trouble);
}

/* The queue gives the same order as a search through all conversations. */
Test(conv_queue, gives_the_earliest_and_then_the_lowest_number)
{
    static uint64_t due[COUNT];
    static size_t at[COUNT];
    static bool open[COUNT];
    struct conv_queue queue = {0};
    struct rng rng;
    rng_init(&rng, 5, "queue");
    for (uint32_t i = 0; i < COUNT; i++) {
        due[i] = rng_below(&rng, 300);
        cr_assert(conv_queue_add(&queue, i, due[i]));
    }
    conv_queue_sort(&queue);
    for (size_t step = 0; step < STEPS; step++) {
        size_t first = SIZE_MAX;
        for (size_t i = 0; i < COUNT; i++)
            if (due[i] != TIME_NEVER && (first == SIZE_MAX || due[i] < due[first]))
                first = i;
        cr_assert_eq(conv_queue_next_ps(&queue), first == SIZE_MAX ? TIME_NEVER : due[first]);
        if (first == SIZE_MAX)
            break;
        bool begins;
        cr_assert_eq(conv_queue_first(&queue, &begins), first);
        cr_assert_eq(begins, !open[first]);
        open[first] = true;
        due[first] = rng_below(&rng, 8) ? due[first] + rng_below(&rng, 50) : TIME_NEVER;
        if (due[first] == TIME_NEVER && at[first])
            conv_queue_remove(&queue, &at[first]);
        else if (due[first] != TIME_NEVER)
            conv_queue_set(&queue, (uint32_t)first, due[first], &at[first]);
    }
    cr_assert_eq(queue.open_count, 0);
    conv_queue_free(&queue);
}
