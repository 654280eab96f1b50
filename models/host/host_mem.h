/* Host memory: a sparse flat space of bus addresses, reached through a page table (host_pages.h). A page
 * takes memory of the simulator only once it was written. */
#ifndef TOESIM_HOST_HOST_MEM_H
#define TOESIM_HOST_HOST_MEM_H

#include "models/host/host_pages.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory starts at 4 GiB, so that every address of it takes 64 bits on PCIe (timing 1.2). */
#define HOST_MEM_BASE UINT64_C(0x100000000)

struct host_mem; /* opaque */

/* bytes: size of the space; nothing is reserved for it. Null when memory is short. */
struct host_mem *host_mem_create(uint64_t bytes);
void host_mem_destroy(struct host_mem *mem);

/* A zeroed range of whole pages; 0 (never a valid address) when none is left. First fit, so equal
 * call sequences give equal addresses. */
uint64_t host_mem_alloc(struct host_mem *mem, uint64_t bytes);
void host_mem_free(struct host_mem *mem, uint64_t address, uint64_t bytes);
/* Whole pages inside the range read zero from now on and take no memory until they
 * are written again: parts of pages at its ends keep their contents. */
void host_mem_discard(struct host_mem *mem, uint64_t address, uint64_t bytes);

/* True if every byte of the range is in the space. */
bool host_mem_covers(const struct host_mem *mem, uint64_t address, uint64_t len);

/* Copies a range that is in the space. Memory that was never written reads zero. A write that finds no
 * memory for a new page ends the program (base/memory.h). */
void host_mem_read(const struct host_mem *mem, uint64_t address, void *into, uint32_t len);
void host_mem_write(struct host_mem *mem, uint64_t address, const void *data, uint32_t len);

/* The bytes of a range that lies in one page, valid until the page is written for the first time or given
 * back; null for a range that crosses a page boundary. */
const void *host_mem_view(const struct host_mem *mem, uint64_t address, uint32_t len);

/* Pages that have been written, and pages that nobody has allocated. */
uint64_t host_mem_pages_in_use(const struct host_mem *mem);
uint64_t host_mem_pages_free(const struct host_mem *mem);
/* Pages that have been written and that nobody has allocated: somebody wrote into what it has given
 * back, or never had. */
uint64_t host_mem_pages_stray(const struct host_mem *mem);

#ifdef __cplusplus
}
#endif

#endif
