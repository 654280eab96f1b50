/*
 * Address translation of one root port: the IOTLB and the page walks that fill it.
 *
 * The IOTLB is fully associative, the least recently used entry leaves. A miss walks the table: the
 * walker reads one entry per level, each after the other and each from DRAM (nothing puts page tables
 * into the LLC), except those levels whose entries it holds itself. A larger page ends a walk earlier.
 * Several walks run at once; a request to a page whose walk is under way waits for that walk. Mappings
 * are made once and stay, so nothing is ever invalidated.
 *
 * Requests come in the order of the wire with their arrival time, so what a port does depends on its
 * own traffic alone.
 */
#ifndef TOESIM_HOST_HOST_IOMMU_H
#define TOESIM_HOST_HOST_IOMMU_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HOST_IOMMU_ENTRIES_MAX = 1024,
    HOST_IOMMU_WALKS_MAX = 64,
    HOST_IOMMU_LEVEL_BITS = 9, /* a table of 4 KiB has 512 entries */
};

struct host_iommu_params {
    bool enabled;
    uint32_t entries;    /* of the IOTLB; 1 to HOST_IOMMU_ENTRIES_MAX */
    uint64_t page_bytes; /* 4 KiB, 2 MiB or 1 GiB: what the driver's memory is mapped with */
    uint32_t walk_reads; /* table entries a walk to a 4 KiB page reads; at least 3, at most 5 */
    uint32_t walks;      /* at once; 1 to HOST_IOMMU_WALKS_MAX */
};

struct host_iommu_entry {
    uint64_t page;
    uint64_t ready_ps; /* end of the walk that brought it */
};

struct host_iommu {
    struct host_iommu_params params;
    unsigned page_shift;
    uint64_t walk_ps;
    uint32_t used;
    struct host_iommu_entry entries[HOST_IOMMU_ENTRIES_MAX]; /* latest use first */
    uint64_t walker_free_ps[HOST_IOMMU_WALKS_MAX];
    uint64_t hits, misses; /* a hit may still wait for its page's walk */
};

/* read_ps: one table entry from DRAM. */
void host_iommu_init(struct host_iommu *iommu, const struct host_iommu_params *params,
                     uint64_t read_ps);

/* How long the translation of an access that arrives at at_ps takes, in ps; 0 while disabled. */
uint64_t host_iommu_translate(struct host_iommu *iommu, uint64_t address, uint64_t at_ps);

/* True for 4 KiB, 2 MiB and 1 GiB. */
bool host_iommu_is_page(uint64_t bytes);

#endif
