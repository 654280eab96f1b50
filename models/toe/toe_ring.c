#include "models/toe/toe_ring.h"

#include "models/toe/toe_core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRY_BYTES = 64 };

bool toe_rings_create(struct toe_engine *engine)
{
    engine->rings = calloc(1, sizeof *engine->rings);
    return engine->rings != NULL;
}

void toe_rings_destroy(struct toe_engine *engine) { free(engine->rings); }

void toe_rings_power_on(struct toe_engine *engine)
{
    memset(engine->rings, 0, sizeof *engine->rings);
}

static uint32_t ring_size(const struct toe_ring *ring) { return 1u << ring->log2; }

bool toe_ring_has_space(const struct toe_ring *ring)
{
    return ring->base != 0 && ring->producer - ring->consumer < ring_size(ring);
}

uint8_t toe_ring_phase(const struct toe_ring *ring)
{
    return (uint8_t)(1 - ((ring->producer >> ring->log2) & 1));
}

void toe_ring_push(struct toe_engine *engine, struct toe_ring *ring, const void *entry,
                   struct pcie_done visible, uint64_t now_ps)
{
    struct pcie_done nobody = {0};
    uint64_t at = ring->base + (uint64_t)(ring->producer & (ring_size(ring) - 1)) * ENTRY_BYTES;
    assert(toe_ring_has_space(ring));
    ring->producer++;
    engine->wiring.pcie.ops->write(engine->wiring.pcie.self, at, entry, ENTRY_BYTES, nobody,
                                   visible, now_ps);
}

uint32_t toe_ring_batch(const struct toe_ring *ring, uint32_t most)
{
    uint32_t posted = ring->producer - ring->consumer;
    uint32_t to_end = ring_size(ring) - (ring->consumer & (ring_size(ring) - 1));
    return u32_min(u32_min(posted, to_end), most);
}

uint64_t toe_ring_address(const struct toe_ring *ring, uint32_t entry_bytes)
{
    return ring->base + (uint64_t)(ring->consumer & (ring_size(ring) - 1)) * entry_bytes;
}
