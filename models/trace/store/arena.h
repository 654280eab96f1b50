/* Memory that lives as long as a capture. It is allocated in pieces and freed all at once. */
#ifndef TOESIM_TRACE_ARENA_H
#define TOESIM_TRACE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks; /* the newest first; only it has room left */
    size_t used;                /* of the newest */
    uint64_t bytes_total;       /* handed out */
};

void arena_init(struct arena *arena);
void arena_free(struct arena *arena);

/* Allocates `size` bytes aligned to 16 with undefined contents. Returns null if memory is short. Size 0 gives a valid
 * pointer. */
void *arena_alloc(struct arena *arena, size_t size);

#endif
