/*
 * The page table of host memory: which pages of the space have bytes of their own. All others read
 * zero and take no memory; nothing is reserved for them. Two levels, as the space is large and what
 * is used of it lies together.
 */
#ifndef TOESIM_HOST_HOST_PAGES_H
#define TOESIM_HOST_HOST_PAGES_H

#include <stddef.h>
#include <stdint.h>

enum {
    HOST_PAGE_BYTES = 4096,
    HOST_LEAF_PAGES = 512, /* pages of one second-level table */
};

struct host_page;
struct host_page_slab;

/* A leaf that its owner embeds. */
struct host_pages {
    uint64_t pages;               /* of the space */
    uint8_t ***roots;             /* second-level tables; null: no page of it is in use */
    uint64_t root_count;          /* grows with the highest page that was written */
    struct host_page *free_list;  /* pages that are in no table */
    struct host_page_slab *slabs; /* where all pages come from */
    uint64_t in_use;              /* pages in the tables */
};

void host_pages_init(struct host_pages *table, uint64_t pages);
void host_pages_free(struct host_pages *table);

/* The bytes of a page to read; null: it reads zero. */
static inline const uint8_t *host_pages_find(const struct host_pages *table, uint64_t page)
{
    uint64_t root = page / HOST_LEAF_PAGES;
    if (root >= table->root_count || !table->roots[root])
        return NULL;
    return table->roots[root][page % HOST_LEAF_PAGES];
}

/* The bytes of a page to write; a page without bytes gets zeroed ones. */
uint8_t *host_pages_touch(struct host_pages *table, uint64_t page);

/* Pages of the range that are in the table. */
uint64_t host_pages_count(const struct host_pages *table, uint64_t first, uint64_t count);

/* These pages read zero from now on, and take no memory. */
void host_pages_drop(struct host_pages *table, uint64_t first, uint64_t count);

#endif
