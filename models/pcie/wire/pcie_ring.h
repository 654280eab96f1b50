/* First-in first-out queue of equal-sized items in one block of memory, which doubles when needed and is kept. */
#ifndef TOESIM_PCIE_PCIE_RING_H
#define TOESIM_PCIE_PCIE_RING_H

#include <assert.h>
#include <stddef.h>

struct pcie_ring {
    unsigned char *items;
    size_t item_bytes;
    size_t capacity; /* a power of two */
    size_t head;
    size_t count;
};

void pcie_ring_init(struct pcie_ring *ring, size_t item_bytes);
void pcie_ring_free(struct pcie_ring *ring);

/* Appends a copy of `item`. Aborts if memory runs out: queues are bounded by what the engine keeps in
 * flight, so that would be a bug. */
void pcie_ring_push(struct pcie_ring *ring, const void *item);

/* Copies the first item out and removes it. */
void pcie_ring_pop(struct pcie_ring *ring, void *item);

/* Returns the i-th item from the front; the pointer is valid until the next push. */
static inline void *pcie_ring_at(const struct pcie_ring *ring, size_t i)
{
    assert(i < ring->count);
    return ring->items + ((ring->head + i) & (ring->capacity - 1)) * ring->item_bytes;
}

#endif
