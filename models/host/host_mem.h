/* Host memory: a sparse flat space of bus addresses, reached through a page table (host_pages.h). A page
 * takes memory of the simulator only after it was written. */
#ifndef TOESIM_HOST_HOST_MEM_H
#define TOESIM_HOST_HOST_MEM_H

#include "models/host/host_pages.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory starts at 4 GiB, so that each of its addresses needs 64 bits on PCIe (docs/timing.md 1.2). */
#define HOST_MEM_BASE UINT64_C(0x100000000)

struct host_mem; /* opaque */

/* Creates a space of `bytes`, without reserving memory for it. Returns null if memory is short. */
struct host_mem *host_mem_create(uint64_t bytes);
void host_mem_destroy(struct host_mem *mem);

/* Returns a zeroed range of whole pages, or 0 (never a valid address) if none is left. The search is first
 * fit, so equal sequences of calls give equal addresses. */
uint64_t host_mem_alloc(struct host_mem *mem, uint64_t bytes);
void host_mem_free(struct host_mem *mem, uint64_t address, uint64_t bytes);
/* Makes whole pages inside the range read as zero; they take no memory until they are written again. Parts
 * of pages at its ends keep their contents. */
void host_mem_discard(struct host_mem *mem, uint64_t address, uint64_t bytes);

/* Returns true if every byte of the range is in the space. */
bool host_mem_covers(const struct host_mem *mem, uint64_t address, uint64_t len);

/* Copy a range of the space. Memory that was never written reads as zero. A write that finds no memory for
 * a new page ends the program (base/memory.h). */
void host_mem_read(const struct host_mem *mem, uint64_t address, void *into, uint32_t len);
void host_mem_write(struct host_mem *mem, uint64_t address, const void *data, uint32_t len);

/* Returns the bytes of a range within one page. The pointer is valid until the page is first written or is
 * freed. Returns null for a range that crosses a page boundary. */
const void *host_mem_view(const struct host_mem *mem, uint64_t address, uint32_t len);

/* Return the number of pages that were written, and of pages that are not allocated. */
uint64_t host_mem_pages_in_use(const struct host_mem *mem);
uint64_t host_mem_pages_free(const struct host_mem *mem);
/* Returns the number of pages that were written but are not allocated, which shows a write after a free or
 * to a wrong address. */
uint64_t host_mem_pages_stray(const struct host_mem *mem);

#ifdef __cplusplus
}
#endif

#endif
