#include "models/host/host_iommu.h"

#include "models/base/units.h"

#include <assert.h>
#include <string.h>

enum { PAGE_SHIFT_MIN = 12, PAGE_SHIFT_MAX = PAGE_SHIFT_MIN + 2 * HOST_IOMMU_LEVEL_BITS };

static unsigned shift_of(uint64_t bytes)
{
    unsigned shift = PAGE_SHIFT_MIN;
    while (shift < PAGE_SHIFT_MAX && UINT64_C(1) << shift < bytes)
        shift += HOST_IOMMU_LEVEL_BITS;
    return shift;
}

bool host_iommu_is_page(uint64_t bytes) { return UINT64_C(1) << shift_of(bytes) == bytes; }

void host_iommu_init(struct host_iommu *iommu, const struct host_iommu_params *params,
                     uint64_t read_ps)
{
    assert(host_iommu_is_page(params->page_bytes));
    assert(params->entries > 0 && params->entries <= HOST_IOMMU_ENTRIES_MAX);
    assert(params->walks > 0 && params->walks <= HOST_IOMMU_WALKS_MAX);
    memset(iommu, 0, sizeof *iommu);
    iommu->params = *params;
    iommu->page_shift = shift_of(params->page_bytes);
    uint32_t saved = (iommu->page_shift - PAGE_SHIFT_MIN) / HOST_IOMMU_LEVEL_BITS;
    assert(params->walk_reads > saved);
    iommu->walk_ps = (params->walk_reads - saved) * read_ps;
}

/* Returns the index of the page's entry, or of the entry that it will replace. */
static uint32_t find(const struct host_iommu *iommu, uint64_t page, bool *hit)
{
    for (uint32_t i = 0; i < iommu->used; i++)
        if (iommu->entries[i].page == page) {
            *hit = true;
            return i;
        }
    *hit = false;
    return iommu->used < iommu->params.entries ? iommu->used : iommu->used - 1;
}

static uint64_t walk(struct host_iommu *iommu, uint64_t at_ps)
{
    uint32_t first = 0;
    for (uint32_t i = 1; i < iommu->params.walks; i++)
        if (iommu->walker_free_ps[i] < iommu->walker_free_ps[first])
            first = i;
    uint64_t end_ps = u64_max(at_ps, iommu->walker_free_ps[first]) + iommu->walk_ps;
    iommu->walker_free_ps[first] = end_ps;
    return end_ps;
}

uint64_t host_iommu_translate(struct host_iommu *iommu, uint64_t address, uint64_t at_ps)
{
    if (!iommu->params.enabled)
        return 0;
    bool hit;
    uint64_t page = address >> iommu->page_shift;
    uint32_t at = find(iommu, page, &hit);
    struct host_iommu_entry entry = iommu->entries[at];
    if (hit) {
        iommu->hits++;
    } else {
        iommu->misses++;
        iommu->used += at == iommu->used;
        entry = (struct host_iommu_entry){page, walk(iommu, at_ps)};
    }
    memmove(&iommu->entries[1], &iommu->entries[0], at * sizeof entry);
    iommu->entries[0] = entry;
    return entry.ready_ps > at_ps ? entry.ready_ps - at_ps : 0;
}
