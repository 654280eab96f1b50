/* Tests models/trace/store/row_codec.c and row_list.c: rows are read back unchanged, and rows
 * that continue as predicted need few bytes. */
#include "models/base/rng.h"
#include "models/trace/store/row_list.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 5000, LISTS = 3, MEMORY = 4 * SPILL_PAGE_BYTES };

static const struct row_shape shape = {
    .fields = ROW_FIELDS_MAX, .shared = 0x000f, .linear = 0x0ff0, .plain = 0x7000};

/* Draws mostly small steps, and the ends of the range. */
static void draw(struct rng *rng, struct row *row)
{
    row->lane = (uint8_t)rng_below(rng, ROW_LANES);
    for (int i = 0; i < ROW_FIELDS_MAX; i++) {
        uint64_t kind = rng_below(rng, 16);
        if (kind == 0)
            row->field[i] = rng_u64(rng);
        else if (kind == 1)
            row->field[i] = rng_below(rng, 2) ? UINT64_MAX : UINT64_C(1) << 63;
        else if (kind < 6)
            row->field[i] += rng_below(rng, 2000) - 1000;
    }
}

static bool are_equal(const struct row *a, const struct row *b)
{
    return a->lane == b->lane && memcmp(a->field, b->field, sizeof a->field) == 0;
}

Test(row_list, rows_come_back_as_they_were_written)
{
    static struct row rows[LISTS][ROWS];
    static struct row_writer writers[LISTS];
    struct spill *spill = spill_create(MEMORY);
    struct row_cache *cache = row_cache_create(spill, 8);
    struct row_list lists[LISTS];
    struct row row = {0};
    struct rng rng;
    rng_init(&rng, 1, "rows");
    for (int k = 0; k < LISTS; k++)
        row_writer_begin(&writers[k], spill, &shape);
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < LISTS; k++) { /* the lists grow at the same time */
            draw(&rng, &row);
            rows[k][i] = row;
            cr_assert(row_writer_add(&writers[k], &row));
        }
    }
    for (int k = 0; k < LISTS; k++)
        cr_assert(row_writer_end(&writers[k], &lists[k]));
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < LISTS; k++)
            cr_assert(are_equal(row_cache_get(cache, &shape, &lists[k], (size_t)i), &rows[k][i]));
    for (int i = 0; i < ROWS; i++) {
        size_t k = rng_below(&rng, LISTS), at = rng_below(&rng, ROWS);
        cr_assert(are_equal(row_cache_get(cache, &shape, &lists[k], at), &rows[k][at]));
    }
    row_cache_destroy(cache);
    spill_destroy(spill);
}

Test(row_list, lists_of_any_length)
{
    for (size_t count = 0; count < 3 * ROW_BLOCK; count++) {
        static struct row_writer writer;
        struct spill *spill = spill_create(MEMORY);
        struct row_cache *cache = row_cache_create(spill, 2);
        struct row_list list;
        struct row row = {0};
        row_writer_begin(&writer, spill, &shape);
        for (size_t i = 0; i < count; i++) {
            row.field[0] = i * i;
            cr_assert(row_writer_add(&writer, &row));
        }
        cr_assert(row_writer_end(&writer, &list));
        cr_assert_eq(list.count, count);
        for (size_t i = 0; i < count; i++)
            cr_assert_eq(row_cache_get(cache, &shape, &list, i)->field[0], i * i);
        row_cache_destroy(cache);
        spill_destroy(spill);
    }
}

Test(row_list, what_is_expected_takes_two_bytes)
{
    struct row_state state = {0};
    uint8_t bytes[ROW_BYTES_MAX];
    struct row row = {0};
    for (uint64_t i = 0; i < 100; i++) {
        row.field[0] = 7;              /* the same value as before */
        row.field[5] = 1448 * (i + 1); /* the same step as before */
        size_t len = row_encode(&state, &shape, &row, bytes);
        cr_assert(i == 0 || len == 2, "row %u takes %zu bytes", (unsigned)i, len);
    }
}

Test(row_list, a_full_disk_fails)
{
    static struct row_writer writer;
    setenv("TMPDIR", "/nowhere/at/all", 1);
    struct spill *spill = spill_create(MEMORY);
    struct row row = {0};
    struct row_list list;
    struct rng rng;
    rng_init(&rng, 1, "full");
    row_writer_begin(&writer, spill, &shape);
    bool ok = true;
    for (int i = 0; ok && i < ROWS; i++) {
        for (int k = 0; k < ROW_FIELDS_MAX; k++)
            row.field[k] = rng_u64(&rng);
        ok = row_writer_add(&writer, &row);
    }
    cr_assert(!row_writer_end(&writer, &list) || !ok);
    struct error err = {0};
    cr_assert_eq(spill_trouble(spill, &err), STATUS_ENVIRONMENT);
    spill_destroy(spill);
}
