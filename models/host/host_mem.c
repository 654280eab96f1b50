#include "models/host/host_mem.h"

#include "models/base/memory.h"
#include "models/base/units.h"
#include "models/host/host_pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A range of free pages. The ranges are sorted by address, and neighbours are always merged. */
struct range {
    uint64_t first;
    uint64_t pages;
};

struct host_mem {
    struct host_pages table;
    uint64_t bytes;
    struct range *free;
    size_t free_count;
    size_t free_capacity;
};

struct host_mem *host_mem_create(uint64_t bytes)
{
    uint64_t pages = bytes / HOST_PAGE_BYTES;
    assert(pages > 0);
    struct host_mem *mem = calloc(1, sizeof *mem);
    struct range *ranges = malloc(16 * sizeof *ranges);
    if (!mem || !ranges)
        goto fail;
    mem->bytes = pages * HOST_PAGE_BYTES;
    host_pages_init(&mem->table, pages);
    mem->free = ranges;
    mem->free_capacity = 16;
    mem->free[0] = (struct range){0, pages};
    mem->free_count = 1;
    return mem;
fail:
    free(ranges);
    free(mem);
    return NULL;
}

void host_mem_destroy(struct host_mem *mem)
{
    if (!mem)
        return;
    host_pages_free(&mem->table);
    free(mem->free);
    free(mem);
}

static uint64_t pages_of(uint64_t bytes)
{
    return bytes / HOST_PAGE_BYTES + (bytes % HOST_PAGE_BYTES != 0);
}

static void remove_range(struct host_mem *mem, size_t i)
{
    memmove(&mem->free[i], &mem->free[i + 1], (mem->free_count - i - 1) * sizeof *mem->free);
    mem->free_count--;
}

static void insert_range(struct host_mem *mem, size_t i, struct range range)
{
    if (mem->free_count == mem->free_capacity) {
        mem->free_capacity *= 2;
        mem->free = memory_grow(mem->free, mem->free_capacity, sizeof *mem->free);
    }
    memmove(&mem->free[i + 1], &mem->free[i], (mem->free_count - i) * sizeof *mem->free);
    mem->free[i] = range;
    mem->free_count++;
}

uint64_t host_mem_alloc(struct host_mem *mem, uint64_t bytes)
{
    uint64_t pages = pages_of(bytes);
    assert(pages > 0);
    for (size_t i = 0; i < mem->free_count; i++) {
        struct range *range = &mem->free[i];
        if (range->pages < pages)
            continue;
        uint64_t first = range->first;
        range->first += pages;
        range->pages -= pages;
        if (range->pages == 0)
            remove_range(mem, i);
        return HOST_MEM_BASE + first * HOST_PAGE_BYTES;
    }
    return 0;
}

/* Returns the index of the first free range at or after `page`. */
static size_t range_behind(const struct host_mem *mem, uint64_t page)
{
    size_t low = 0, high = mem->free_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (mem->free[middle].first < page)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void host_mem_discard(struct host_mem *mem, uint64_t address, uint64_t bytes)
{
    assert(host_mem_covers(mem, address, bytes));
    uint64_t from = ceil_div(address - HOST_MEM_BASE, HOST_PAGE_BYTES);
    uint64_t to = (address - HOST_MEM_BASE + bytes) / HOST_PAGE_BYTES;
    if (from < to)
        host_pages_drop(&mem->table, from, to - from);
}

void host_mem_free(struct host_mem *mem, uint64_t address, uint64_t bytes)
{
    assert(address % HOST_PAGE_BYTES == 0);
    assert(host_mem_covers(mem, address, bytes));
    struct range freed = {(address - HOST_MEM_BASE) / HOST_PAGE_BYTES, pages_of(bytes)};
    host_pages_drop(&mem->table, freed.first, freed.pages);

    size_t i = range_behind(mem, freed.first);
    bool joins_next = false, joins_previous = false;
    if (i < mem->free_count) {
        assert(freed.first + freed.pages <= mem->free[i].first); /* otherwise it was freed twice */
        joins_next = freed.first + freed.pages == mem->free[i].first;
    }
    if (i > 0) {
        const struct range *previous = &mem->free[i - 1];
        assert(previous->first + previous->pages <= freed.first); /* otherwise it was freed twice */
        joins_previous = previous->first + previous->pages == freed.first;
    }
    if (joins_previous) {
        mem->free[i - 1].pages += freed.pages;
        if (joins_next) {
            mem->free[i - 1].pages += mem->free[i].pages;
            remove_range(mem, i);
        }
    } else if (joins_next) {
        mem->free[i].first = freed.first;
        mem->free[i].pages += freed.pages;
    } else {
        insert_range(mem, i, freed);
    }
}

bool host_mem_covers(const struct host_mem *mem, uint64_t address, uint64_t len)
{
    if (address < HOST_MEM_BASE)
        return false;
    uint64_t offset = address - HOST_MEM_BASE;
    return offset < mem->bytes && len <= mem->bytes - offset;
}

/* Returns how many bytes from `offset` on are in the same page, at most `len`. */
static uint32_t piece_of(uint64_t offset, uint32_t len)
{
    return u32_min(len, HOST_PAGE_BYTES - (uint32_t)(offset % HOST_PAGE_BYTES));
}

const void *host_mem_view(const struct host_mem *mem, uint64_t address, uint32_t len)
{
    static const uint8_t zeros[HOST_PAGE_BYTES];
    assert(host_mem_covers(mem, address, len));
    uint64_t offset = address - HOST_MEM_BASE;
    if (piece_of(offset, len) < len)
        return NULL;
    const uint8_t *page = host_pages_find(&mem->table, offset / HOST_PAGE_BYTES);
    return page ? page + offset % HOST_PAGE_BYTES : zeros;
}

void host_mem_read(const struct host_mem *mem, uint64_t address, void *into, uint32_t len)
{
    assert(host_mem_covers(mem, address, len));
    uint8_t *to = into;
    for (uint64_t offset = address - HOST_MEM_BASE; len > 0;) {
        uint32_t piece = piece_of(offset, len);
        const uint8_t *page = host_pages_find(&mem->table, offset / HOST_PAGE_BYTES);
        if (page)
            memcpy(to, page + offset % HOST_PAGE_BYTES, piece);
        else
            memset(to, 0, piece);
        to += piece;
        offset += piece;
        len -= piece;
    }
}

void host_mem_write(struct host_mem *mem, uint64_t address, const void *data, uint32_t len)
{
    assert(host_mem_covers(mem, address, len));
    const uint8_t *from = data;
    for (uint64_t offset = address - HOST_MEM_BASE; len > 0;) {
        uint32_t piece = piece_of(offset, len);
        uint8_t *page = host_pages_touch(&mem->table, offset / HOST_PAGE_BYTES);
        memcpy(page + offset % HOST_PAGE_BYTES, from, piece);
        from += piece;
        offset += piece;
        len -= piece;
    }
}

uint64_t host_mem_pages_in_use(const struct host_mem *mem) { return mem->table.in_use; }

uint64_t host_mem_pages_free(const struct host_mem *mem)
{
    uint64_t pages = 0;
    for (size_t i = 0; i < mem->free_count; i++)
        pages += mem->free[i].pages;
    return pages;
}

uint64_t host_mem_pages_stray(const struct host_mem *mem)
{
    uint64_t stray = 0;
    for (size_t i = 0; i < mem->free_count; i++)
        stray += host_pages_count(&mem->table, mem->free[i].first, mem->free[i].pages);
    return stray;
}
