/* Tree pseudo-LRU of one set; mirrors rtl/ctx_cache/ctx_cache_victim.sv. */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_VICTIM_H
#define TOESIM_CTX_CACHE_CTX_CACHE_VICTIM_H

#include <stdbool.h>
#include <stdint.h>

/* Way masks have bit w for way w; ways is a power of two up to 32. A locked way with a damaged tag reads
 * as locked, but not as valid. */
struct ctx_victim_set {
    uint32_t valid, frozen, locked;
    uint32_t tree;
};

/* False: every way is locked. */
bool ctx_victim_choose(const struct ctx_victim_set *set, uint32_t ways, uint32_t *way);

/* The tree after way was used. */
uint32_t ctx_victim_touch(uint32_t tree, uint32_t ways, uint32_t way);

#endif
