/*
 * The contents of the last-level cache, which decide the latency of DMA reads. Lines written by CPU or DMA
 * (which allocates, as with DDIO) stay until llc_bytes of later writes have replaced them. There are 16
 * ways; the line written least recently is replaced, each 64-byte line has one tag, and its set is the line
 * number modulo the sets.
 */
#ifndef TOESIM_HOST_HOST_LLC_H
#define TOESIM_HOST_HOST_LLC_H

#include <stdbool.h>
#include <stdint.h>

enum { HOST_LLC_WAYS = 16, HOST_LINE_BYTES = 64 };

struct host_llc {
    /* Sets of HOST_LLC_WAYS, latest first; 0 means empty, because line 0 is no memory. */
    uint64_t *lines;
    uint64_t sets; /* 0 means that there is no cache and every access misses */
};

/* Returns false if memory runs out. */
bool host_llc_init(struct host_llc *llc, uint64_t bytes);
void host_llc_free(struct host_llc *llc);

void host_llc_touch(struct host_llc *llc, uint64_t address, uint64_t len);

/* Returns true if every line of the range is present. The state does not change, because a DMA read does
 * not allocate. */
bool host_llc_has(const struct host_llc *llc, uint64_t address, uint64_t len);

#endif
