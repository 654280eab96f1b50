#include "models/mac/mac_gap.h"

#include "models/base/units.h"

#include <assert.h>

uint64_t mac_gap_place(struct mac_gap *gap, uint32_t align, uint64_t ready_byte,
                       uint32_t wire_bytes)
{
    assert(align == 4 || align == 8);
    uint64_t start = (ready_byte + align - 1) & ~(uint64_t)(align - 1);
    if (gap->has_sent) {
        uint64_t full = gap->end_byte + MAC_GAP_BYTES;
        uint64_t earliest = full & ~(uint64_t)(align - 1);
        if (gap->owed + (full - earliest) >= align)
            earliest += align;
        start = u64_max(start, earliest);
        /* A longer gap repays the debt, but no credit is kept. */
        uint64_t due = full + gap->owed;
        gap->owed = due > start ? (uint32_t)(due - start) : 0;
    }
    assert(gap->owed < align);
    gap->end_byte = start + wire_bytes;
    gap->has_sent = true;
    return start;
}
