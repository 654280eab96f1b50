/* Tests models/host: host memory, its allocator, and the last-level cache in front of it. */
#include "models/host/host_llc.h"
#include "models/host/host_mem.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

static uint8_t byte_at(const struct host_mem *mem, uint64_t address)
{
    uint8_t byte;
    host_mem_read(mem, address, &byte, 1);
    return byte;
}

static void fill(struct host_mem *mem, uint64_t address, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        host_mem_write(mem, address + i, "\xaa", 1);
}

Test(host_mem, a_terabyte_costs_nothing_until_touched)
{
    struct host_mem *mem = host_mem_create(UINT64_C(1) << 40);
    cr_assert_not_null(mem);
    uint64_t a = host_mem_alloc(mem, UINT64_C(1) << 39);
    cr_assert_neq(a, 0);
    uint64_t end = a + (UINT64_C(1) << 39) - 1;
    cr_assert_eq(byte_at(mem, end), 0);
    cr_assert_eq(host_mem_pages_in_use(mem), 0);
    host_mem_write(mem, end, "x", 1);
    cr_assert_eq(byte_at(mem, end), 'x');
    cr_assert_eq(host_mem_pages_in_use(mem), 1);
    host_mem_destroy(mem);
}

Test(host_mem, copies_across_pages_and_into_holes)
{
    struct host_mem *mem = host_mem_create(8 * HOST_PAGE_BYTES);
    uint64_t a = host_mem_alloc(mem, 4 * HOST_PAGE_BYTES);
    uint8_t out[3 * HOST_PAGE_BYTES], in[3 * HOST_PAGE_BYTES];
    for (size_t i = 0; i < sizeof out; i++)
        out[i] = (uint8_t)(i * 7 + i / 256);
    host_mem_write(mem, a + 100, out, HOST_PAGE_BYTES + 1);
    host_mem_read(mem, a + 100, in, sizeof in);
    cr_assert_arr_eq(in, out, HOST_PAGE_BYTES + 1);
    for (size_t i = HOST_PAGE_BYTES + 1; i < sizeof in; i++)
        cr_assert_eq(in[i], 0, "never written");
    cr_assert_eq(host_mem_pages_in_use(mem), 2);
    cr_assert_null(host_mem_view(mem, a + 100, HOST_PAGE_BYTES));
    cr_assert_arr_eq(host_mem_view(mem, a + 100, 50), out, 50);
    host_mem_destroy(mem);
}

Test(host_mem, allocates_first_fit_in_whole_pages_and_never_at_zero)
{
    struct host_mem *mem = host_mem_create(16 * HOST_PAGE_BYTES);
    uint64_t a = host_mem_alloc(mem, 1);
    uint64_t b = host_mem_alloc(mem, HOST_PAGE_BYTES + 1);
    uint64_t c = host_mem_alloc(mem, HOST_PAGE_BYTES);
    cr_assert_eq(a, HOST_MEM_BASE);
    cr_assert_eq(b, a + HOST_PAGE_BYTES);
    cr_assert_eq(c, b + 2 * HOST_PAGE_BYTES);
    host_mem_free(mem, b, HOST_PAGE_BYTES + 1);
    cr_assert_eq(host_mem_alloc(mem, 3 * HOST_PAGE_BYTES), c + HOST_PAGE_BYTES);
    cr_assert_eq(host_mem_alloc(mem, HOST_PAGE_BYTES), b);
    cr_assert_eq(host_mem_alloc(mem, HOST_PAGE_BYTES), b + HOST_PAGE_BYTES);
    host_mem_destroy(mem);
}

Test(host_mem, freed_neighbours_merge_in_any_order)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int o = 0; o < 6; o++) {
        struct host_mem *mem = host_mem_create(3 * HOST_PAGE_BYTES);
        uint64_t pages[3];
        for (int i = 0; i < 3; i++)
            pages[i] = host_mem_alloc(mem, HOST_PAGE_BYTES);
        cr_assert_eq(host_mem_alloc(mem, 1), 0, "full");
        for (int i = 0; i < 3; i++)
            host_mem_free(mem, pages[orders[o][i]], HOST_PAGE_BYTES);
        cr_assert_eq(host_mem_alloc(mem, 3 * HOST_PAGE_BYTES), HOST_MEM_BASE);
        host_mem_destroy(mem);
    }
}

Test(host_mem, many_holes_grow_the_list_of_free_ranges)
{
    struct host_mem *mem = host_mem_create(200 * HOST_PAGE_BYTES);
    uint64_t pages[200];
    for (int i = 0; i < 200; i++)
        pages[i] = host_mem_alloc(mem, HOST_PAGE_BYTES);
    for (int i = 0; i < 200; i += 2)
        host_mem_free(mem, pages[i], HOST_PAGE_BYTES);
    cr_assert_eq(host_mem_alloc(mem, 2 * HOST_PAGE_BYTES), 0);
    for (int i = 1; i < 200; i += 2)
        host_mem_free(mem, pages[i], HOST_PAGE_BYTES);
    cr_assert_eq(host_mem_alloc(mem, 200 * HOST_PAGE_BYTES), HOST_MEM_BASE);
    host_mem_destroy(mem);
}

Test(host_mem, freed_pages_read_zero_when_allocated_again)
{
    struct host_mem *mem = host_mem_create(16 * HOST_PAGE_BYTES);
    uint64_t a = host_mem_alloc(mem, 2 * HOST_PAGE_BYTES);
    fill(mem, a, 2 * HOST_PAGE_BYTES);
    host_mem_free(mem, a, 2 * HOST_PAGE_BYTES);
    cr_assert_eq(host_mem_pages_in_use(mem), 0);
    uint64_t b = host_mem_alloc(mem, 2 * HOST_PAGE_BYTES);
    cr_assert_eq(b, a);
    for (uint64_t i = 0; i < 2 * HOST_PAGE_BYTES; i++)
        cr_assert_eq(byte_at(mem, b + i), 0);
    host_mem_write(mem, b, "x", 1);
    cr_assert_eq(byte_at(mem, b + 1), 0, "its page was used before");
    host_mem_destroy(mem);
}

Test(host_mem, only_whole_pages_inside_a_discarded_range_are_forgotten)
{
    struct host_mem *mem = host_mem_create(16 * HOST_PAGE_BYTES);
    uint64_t a = host_mem_alloc(mem, 4 * HOST_PAGE_BYTES);
    fill(mem, a, 4 * HOST_PAGE_BYTES);
    host_mem_discard(mem, a + 10, 3 * HOST_PAGE_BYTES);
    for (int i = 0; i < 4 * HOST_PAGE_BYTES; i++) {
        bool forgotten = i >= HOST_PAGE_BYTES && i < 3 * HOST_PAGE_BYTES;
        cr_assert_eq(byte_at(mem, a + (uint64_t)i), forgotten ? 0 : 0xaa, "byte %d", i);
    }
    host_mem_discard(mem, a + 10, HOST_PAGE_BYTES); /* the range holds no whole page */
    cr_assert_eq(byte_at(mem, a + HOST_PAGE_BYTES - 1), 0xaa);
    cr_assert_eq(host_mem_alloc(mem, HOST_PAGE_BYTES), a + 4 * HOST_PAGE_BYTES, "still allocated");
    host_mem_destroy(mem);
}

Test(host_mem, an_address_outside_the_space_is_none)
{
    struct host_mem *mem = host_mem_create(4 * HOST_PAGE_BYTES);
    cr_assert_not(host_mem_covers(mem, 0, 1));
    cr_assert_not(host_mem_covers(mem, HOST_MEM_BASE - 1, 2));
    cr_assert(host_mem_covers(mem, HOST_MEM_BASE, 4 * HOST_PAGE_BYTES));
    cr_assert_not(host_mem_covers(mem, HOST_MEM_BASE, 4 * HOST_PAGE_BYTES + 1));
    cr_assert_not(host_mem_covers(mem, UINT64_MAX, 2));
    host_mem_destroy(mem);
}

Test(host_mem, freeing_twice_is_a_bug, .signal = SIGABRT)
{
    struct host_mem *mem = host_mem_create(4 * HOST_PAGE_BYTES);
    uint64_t a = host_mem_alloc(mem, HOST_PAGE_BYTES);
    host_mem_free(mem, a, HOST_PAGE_BYTES);
    host_mem_free(mem, a, HOST_PAGE_BYTES);
}

Test(host_llc, holds_what_was_written_until_later_writes_push_it_out)
{
    struct host_llc llc;
    cr_assert(host_llc_init(&llc, 64 << 10));
    cr_assert_not(host_llc_has(&llc, HOST_MEM_BASE, 64));
    host_llc_touch(&llc, HOST_MEM_BASE, 64 << 10);
    cr_assert(host_llc_has(&llc, HOST_MEM_BASE, 64 << 10));
    host_llc_touch(&llc, HOST_MEM_BASE, 1); /* written again, so now the latest of its set */
    host_llc_touch(&llc, HOST_MEM_BASE + (64 << 10), 60 << 10);
    cr_assert(host_llc_has(&llc, HOST_MEM_BASE, 1));
    cr_assert_not(host_llc_has(&llc, HOST_MEM_BASE + 64, 1));
    cr_assert_not(host_llc_has(&llc, HOST_MEM_BASE, 65));
    host_llc_free(&llc);
}

Test(host_llc, of_no_bytes_has_nothing)
{
    struct host_llc llc;
    cr_assert(host_llc_init(&llc, 0));
    host_llc_touch(&llc, HOST_MEM_BASE, 64);
    cr_assert_not(host_llc_has(&llc, HOST_MEM_BASE, 1));
    host_llc_free(&llc);
}
