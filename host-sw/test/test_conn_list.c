/* Tests host-sw/conn/conn_list.c: the order of a list, and removal from every position. */
#include "host-sw/conn/conn_list.h"

#include <criterion/criterion.h>

enum { CONNS = 5 };

struct item {
    uint64_t other;
    struct conn_link link;
    uint32_t more;
};

static struct item items[CONNS];
static struct conn_list list;

static void setup(void)
{
    conn_list_init(&list, &items[0].link, sizeof items[0]);
    for (uint32_t conn = 0; conn < CONNS; conn++)
        items[conn].link = (struct conn_link){0};
}

TestSuite(conn_list, .init = setup);

/* Checks that the list has the expected order from the oldest entry on, and the reverse order
 * from the youngest on. */
static void check_order(const uint32_t *expected, uint32_t count)
{
    cr_assert_eq(list.count, count);
    uint32_t at = conn_list_first(&list);
    for (uint32_t i = 0; i < count; i++) {
        cr_assert_eq(at, expected[i]);
        cr_assert(conn_list_has(&list, at));
        cr_assert_eq(items[at].link.prev, i ? expected[i - 1] : CONN_LIST_NONE);
        at = conn_list_next(&list, at);
    }
    cr_assert_eq(at, CONN_LIST_NONE);
    cr_assert_eq(conn_list_last(&list), count ? expected[count - 1] : CONN_LIST_NONE);
}

Test(conn_list, is_empty_at_first)
{
    check_order(NULL, 0);
    cr_assert_not(conn_list_has(&list, 3));
    cr_assert_not(conn_list_remove(&list, 3));
}

Test(conn_list, keeps_the_order_of_arrival)
{
    conn_list_add(&list, 3);
    conn_list_add(&list, 0);
    conn_list_add(&list, 4);
    check_order((uint32_t[]){3, 0, 4}, 3);
}

Test(conn_list, gives_up_an_entry_at_any_position)
{
    for (uint32_t conn = 0; conn < CONNS; conn++)
        conn_list_add(&list, conn);
    cr_assert(conn_list_remove(&list, 2));
    check_order((uint32_t[]){0, 1, 3, 4}, 4);
    cr_assert(conn_list_remove(&list, 0));
    check_order((uint32_t[]){1, 3, 4}, 3);
    cr_assert(conn_list_remove(&list, 4));
    check_order((uint32_t[]){1, 3}, 2);
    cr_assert_not(conn_list_remove(&list, 4), "it has left already");
    conn_list_add(&list, 0);
    check_order((uint32_t[]){1, 3, 0}, 3);
    cr_assert(conn_list_remove(&list, 1));
    cr_assert(conn_list_remove(&list, 3));
    cr_assert(conn_list_remove(&list, 0));
    check_order(NULL, 0);
}
