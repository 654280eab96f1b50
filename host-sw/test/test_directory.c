/* Tests host-sw/conn/directory.c: which messages belong to the connection that has the id now. */
#include "host-sw/conn/directory.h"

#include <criterion/criterion.h>

static struct directory dir;
static struct dir_entry *entry;

static void setup(void)
{
    cr_assert(directory_init(&dir, 4));
    struct flow_key key = {.ip_version = 4, .lport = 80, .rport = 40000};
    uint32_t conn = directory_open(&dir, &key, 1);
    cr_assert_eq(conn, 0);
    entry = &dir.entries[conn];
}

static void teardown(void) { directory_free(&dir); }

TestSuite(directory, .init = setup, .fini = teardown);

Test(directory, generations_of_this_incarnation_match_and_others_do_not)
{
    uint16_t first = entry->gen;
    conn_next_gen(entry);
    conn_next_gen(entry);
    cr_assert_eq(entry->gen, (uint16_t)(first + 2));
    cr_assert_eq(directory_match(&dir, 0, first), entry);
    cr_assert_eq(directory_match(&dir, 0, entry->gen), entry);
    cr_assert_null(directory_match(&dir, 0, (uint16_t)(first - 1)), "the incarnation before");
    cr_assert_null(directory_match(&dir, 0, (uint16_t)(entry->gen + 1)), "not yet given out");
    cr_assert_null(directory_match(&dir, 4, first), "no such id");
}

/* The 16 bits wrap in a long life. After 32768 generations the first one no longer counts as
 * older. */
Test(directory, the_current_generation_matches_however_many_came_before)
{
    for (uint32_t i = 0; i < 200000; i++) {
        conn_next_gen(entry);
        cr_assert_eq(directory_match(&dir, 0, entry->gen), entry, "generation %u", i);
        cr_assert_null(directory_match(&dir, 0, (uint16_t)(entry->gen + 1)), "generation %u", i);
    }
    cr_assert_eq(directory_match(&dir, 0, (uint16_t)(entry->gen - 1000)), entry);
}
