#include "models/pcie/wire/pcie_ring.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 16 };

void pcie_ring_init(struct pcie_ring *ring, size_t item_bytes)
{
    assert(item_bytes > 0);
    *ring = (struct pcie_ring){.item_bytes = item_bytes};
}

void pcie_ring_free(struct pcie_ring *ring)
{
    free(ring->items);
    ring->items = NULL;
    ring->capacity = 0;
    ring->count = 0;
}

static void grow(struct pcie_ring *ring)
{
    size_t capacity = ring->capacity ? 2 * ring->capacity : CAPACITY_FIRST;
    unsigned char *items = malloc(capacity * ring->item_bytes);
    memory_check(items);
    for (size_t i = 0; i < ring->count; i++)
        memcpy(items + i * ring->item_bytes, pcie_ring_at(ring, i), ring->item_bytes);
    free(ring->items);
    ring->items = items;
    ring->capacity = capacity;
    ring->head = 0;
}

void pcie_ring_push(struct pcie_ring *ring, const void *item)
{
    if (ring->count == ring->capacity)
        grow(ring);
    ring->count++;
    memcpy(pcie_ring_at(ring, ring->count - 1), item, ring->item_bytes);
}

void pcie_ring_pop(struct pcie_ring *ring, void *item)
{
    memcpy(item, pcie_ring_at(ring, 0), ring->item_bytes);
    ring->head = (ring->head + 1) & (ring->capacity - 1);
    ring->count--;
}
