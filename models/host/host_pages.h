/*
 * The page table of host memory. It knows which pages of the space have bytes of their own; all others read
 * as zero and take no memory. It has two levels, because the space is large and the used parts of it are
 * contiguous.
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

/* The owner embeds this struct. */
struct host_pages {
    uint64_t pages;               /* number of pages of the space */
    uint8_t ***roots;             /* second-level tables; null if none of its pages is in use */
    uint64_t root_count;          /* grows with the highest page that was written */
    struct host_page *free_list;  /* pages that are in no table */
    struct host_page_slab *slabs; /* the memory from which all pages are taken */
    uint64_t in_use;              /* pages in the tables */
};

void host_pages_init(struct host_pages *table, uint64_t pages);
void host_pages_free(struct host_pages *table);

/* Returns the bytes of a page for reading; null if it reads as zero. */
static inline const uint8_t *host_pages_find(const struct host_pages *table, uint64_t page)
{
    uint64_t root = page / HOST_LEAF_PAGES;
    if (root >= table->root_count || !table->roots[root])
        return NULL;
    return table->roots[root][page % HOST_LEAF_PAGES];
}

/* Returns the bytes of a page for writing; a page without bytes gets zeroed ones. */
uint8_t *host_pages_touch(struct host_pages *table, uint64_t page);

/* Returns how many pages of the range are in the table. */
uint64_t host_pages_count(const struct host_pages *table, uint64_t first, uint64_t count);

/* Removes the pages from the table, so they read as zero and take no memory. */
void host_pages_drop(struct host_pages *table, uint64_t first, uint64_t count);

#endif
