/* Host memory: a sparse flat space of bus addresses; pages cost nothing until touched. */
#ifndef TOESIM_HOST_HOST_MEM_H
#define TOESIM_HOST_HOST_MEM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HOST_PAGE_BYTES = 4096 };

/* Memory starts at 4 GiB, so that every address of it takes 64 bits on PCIe (timing 1.2). */
#define HOST_MEM_BASE UINT64_C(0x100000000)

struct host_mem; /* opaque */

/* bytes: size of the space; only touched pages use real memory. Null when the system refuses. */
struct host_mem *host_mem_create(uint64_t bytes);
void host_mem_destroy(struct host_mem *mem);

/* A zeroed range of whole pages; 0 (never a valid address) when none is left. First fit, so equal
 * call sequences give equal addresses. */
uint64_t host_mem_alloc(struct host_mem *mem, uint64_t bytes);
void host_mem_free(struct host_mem *mem, uint64_t address, uint64_t bytes);
/* Whole pages inside the range read zero from now on and take no memory until they
 * are written again: parts of pages at its ends keep their contents. */
void host_mem_discard(struct host_mem *mem, uint64_t address, uint64_t bytes);

/* Pointer to an allocated range; null if any byte of it is outside the space. */
void *host_mem_at(struct host_mem *mem, uint64_t address, uint64_t len);

#ifdef __cplusplus
}
#endif

#endif
