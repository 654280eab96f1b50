#include "models/host/host_mem.h"

#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Pages not allocated, by address; neighbours are always merged. */
struct range {
    uint64_t first;
    uint64_t pages;
};

struct host_mem {
    uint8_t *space;
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
    void *space = mmap(NULL, mem->bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED)
        goto fail;
    mem->space = space;
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
    int rc = munmap(mem->space, mem->bytes);
    assert(rc == 0);
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
        mem->free = realloc(mem->free, mem->free_capacity * sizeof *mem->free);
        assert(mem->free);
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

/* Index of the first free range at or behind page. */
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

/* The kernel takes the pages back; a private anonymous page reads zero when touched again. */
static void give_back(struct host_mem *mem, struct range range)
{
    int rc = madvise(mem->space + range.first * HOST_PAGE_BYTES, range.pages * HOST_PAGE_BYTES,
                     MADV_DONTNEED);
    assert(rc == 0);
}

void host_mem_discard(struct host_mem *mem, uint64_t address, uint64_t bytes)
{
    assert(host_mem_at(mem, address, bytes));
    uint64_t from = ceil_div(address - HOST_MEM_BASE, HOST_PAGE_BYTES);
    uint64_t to = (address - HOST_MEM_BASE + bytes) / HOST_PAGE_BYTES;
    if (from < to)
        give_back(mem, (struct range){from, to - from});
}

void host_mem_free(struct host_mem *mem, uint64_t address, uint64_t bytes)
{
    assert(address % HOST_PAGE_BYTES == 0);
    assert(host_mem_at(mem, address, bytes));
    struct range freed = {(address - HOST_MEM_BASE) / HOST_PAGE_BYTES, pages_of(bytes)};
    give_back(mem, freed);

    size_t i = range_behind(mem, freed.first);
    bool joins_next = false, joins_previous = false;
    if (i < mem->free_count) {
        assert(freed.first + freed.pages <= mem->free[i].first); /* else freed twice */
        joins_next = freed.first + freed.pages == mem->free[i].first;
    }
    if (i > 0) {
        const struct range *previous = &mem->free[i - 1];
        assert(previous->first + previous->pages <= freed.first); /* else freed twice */
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

void *host_mem_at(struct host_mem *mem, uint64_t address, uint64_t len)
{
    if (address < HOST_MEM_BASE)
        return NULL;
    uint64_t offset = address - HOST_MEM_BASE;
    if (offset >= mem->bytes || len > mem->bytes - offset)
        return NULL;
    return mem->space + offset;
}
