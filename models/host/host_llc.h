/*
 * Which memory is in the last-level cache: for the latency of DMA reads. Written lines (by CPU or
 * DMA, which allocates as with DDIO) are in it until llc_bytes of later writes have pushed them
 * out: 16 ways, least recently written first, one tag per 64-byte line, set = line number modulo
 * sets.
 */
#ifndef TOESIM_HOST_HOST_LLC_H
#define TOESIM_HOST_HOST_LLC_H

#include <stdbool.h>
#include <stdint.h>

enum { HOST_LLC_WAYS = 16, HOST_LINE_BYTES = 64 };

struct host_llc {
    uint64_t *lines; /* sets of HOST_LLC_WAYS, latest first; 0: empty (line 0 is no memory) */
    uint64_t sets;   /* 0: no cache, everything misses */
};

/* False: no memory. */
bool host_llc_init(struct host_llc *llc, uint64_t bytes);
void host_llc_free(struct host_llc *llc);

void host_llc_touch(struct host_llc *llc, uint64_t address, uint64_t len);

/* True when every line of the range is present. Changes nothing: a DMA read does not allocate. */
bool host_llc_has(const struct host_llc *llc, uint64_t address, uint64_t len);

#endif
