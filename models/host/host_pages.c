#include "models/host/host_pages.h"

#include "models/base/memory.h"
#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB_PAGES = 64, ROOTS_MIN = 64 };

/* The content of a page that is in no table. */
struct host_page {
    struct host_page *next;
};

struct host_page_slab {
    struct host_page_slab *next;
    uint8_t *bytes;
};

void host_pages_init(struct host_pages *table, uint64_t pages)
{
    *table = (struct host_pages){.pages = pages};
}

void host_pages_free(struct host_pages *table)
{
    for (uint64_t i = 0; i < table->root_count; i++)
        free(table->roots[i]);
    free(table->roots);
    while (table->slabs) {
        struct host_page_slab *next = table->slabs->next;
        free(table->slabs->bytes);
        free(table->slabs);
        table->slabs = next;
    }
    *table = (struct host_pages){0};
}

static uint8_t **leaf_of(struct host_pages *table, uint64_t root)
{
    if (root >= table->root_count) {
        uint64_t count = u64_max(u64_max(ROOTS_MIN, 2 * table->root_count), root + 1);
        table->roots = memory_grow(table->roots, count, sizeof *table->roots);
        memset(table->roots + table->root_count, 0,
               (count - table->root_count) * sizeof *table->roots);
        table->root_count = count;
    }
    if (!table->roots[root])
        table->roots[root] = memory_zeroed(HOST_LEAF_PAGES, sizeof **table->roots);
    return table->roots[root];
}

static void grow(struct host_pages *table)
{
    struct host_page_slab *slab = memory_zeroed(1, sizeof *slab);
    slab->bytes = memory_grow(NULL, SLAB_PAGES, HOST_PAGE_BYTES);
    slab->next = table->slabs;
    table->slabs = slab;
    for (size_t i = SLAB_PAGES; i > 0; i--) {
        struct host_page *page = (void *)(slab->bytes + (i - 1) * HOST_PAGE_BYTES);
        page->next = table->free_list;
        table->free_list = page;
    }
}

uint8_t *host_pages_touch(struct host_pages *table, uint64_t page)
{
    assert(page < table->pages);
    uint8_t **slot = &leaf_of(table, page / HOST_LEAF_PAGES)[page % HOST_LEAF_PAGES];
    if (*slot)
        return *slot;
    if (!table->free_list)
        grow(table);
    struct host_page *taken = table->free_list;
    table->free_list = taken->next;
    table->in_use++;
    *slot = memset(taken, 0, HOST_PAGE_BYTES);
    return *slot;
}

void host_pages_drop(struct host_pages *table, uint64_t first, uint64_t count)
{
    assert(first + count <= table->pages);
    for (uint64_t page = first; page < first + count; page++) {
        uint64_t root = page / HOST_LEAF_PAGES;
        if (root >= table->root_count)
            return;
        uint8_t **leaf = table->roots[root];
        if (!leaf) { /* the rest of this table is empty */
            page += HOST_LEAF_PAGES - 1 - page % HOST_LEAF_PAGES;
            continue;
        }
        struct host_page *dropped = (void *)leaf[page % HOST_LEAF_PAGES];
        if (!dropped)
            continue;
        leaf[page % HOST_LEAF_PAGES] = NULL;
        dropped->next = table->free_list;
        table->free_list = dropped;
        table->in_use--;
    }
}

uint64_t host_pages_count(const struct host_pages *table, uint64_t first, uint64_t count)
{
    uint64_t found = 0;
    for (uint64_t page = first; page < first + count; page++) {
        uint64_t root = page / HOST_LEAF_PAGES;
        if (root >= table->root_count)
            break;
        if (!table->roots[root]) { /* the rest of this table is empty */
            page += HOST_LEAF_PAGES - 1 - page % HOST_LEAF_PAGES;
            continue;
        }
        found += table->roots[root][page % HOST_LEAF_PAGES] != NULL;
    }
    return found;
}
