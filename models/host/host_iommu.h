/*
 * Address translation of one root port: the IOTLB, and the page walks that fill it.
 *
 * The IOTLB is fully associative and replaces the least recently used entry. A miss walks the table: the walker reads
 * one entry per level, one after the other and each from DRAM (no page table is in the LLC), except the levels that
 * it caches itself. A larger page ends a walk earlier. Several walks run at once, and a request to a page whose walk
 * is under way waits for that walk. Mappings are made once and stay, so no entry is ever invalidated.
 *
 * Requests come in wire order with their arrival time, so the timing of a port depends on its own traffic only.
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
    uint32_t entries;    /* number of entries of the IOTLB; 1 to HOST_IOMMU_ENTRIES_MAX */
    uint64_t page_bytes; /* page size of the driver's mappings: 4 KiB, 2 MiB or 1 GiB */
    uint32_t walk_reads; /* table entries that a walk to a 4 KiB page reads; 3 to 5 */
    uint32_t walks;      /* simultaneous walks; 1 to HOST_IOMMU_WALKS_MAX */
};

struct host_iommu_entry {
    uint64_t page;
    uint64_t ready_ps; /* end of the walk that loaded the entry */
};

struct host_iommu {
    struct host_iommu_params params;
    unsigned page_shift;
    uint64_t walk_ps;
    uint32_t used;
    struct host_iommu_entry entries[HOST_IOMMU_ENTRIES_MAX]; /* most recently used first */
    uint64_t walker_free_ps[HOST_IOMMU_WALKS_MAX];
    uint64_t hits, misses; /* a hit may still have to wait for the walk of its page */
};

/* Sets up the IOMMU. `read_ps` is the time to read one table entry from DRAM. */
void host_iommu_init(struct host_iommu *iommu, const struct host_iommu_params *params,
                     uint64_t read_ps);

/* Returns how long the translation of an access that arrives at `at_ps` takes, in ps; 0 while disabled. */
uint64_t host_iommu_translate(struct host_iommu *iommu, uint64_t address, uint64_t at_ps);

/* Returns true for 4 KiB, 2 MiB and 1 GiB. */
bool host_iommu_is_page(uint64_t bytes);

#endif
