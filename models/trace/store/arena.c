#include "models/trace/store/arena.h"

#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 20, ALIGN = 16 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    _Alignas(ALIGN) unsigned char bytes[];
};

void arena_init(struct arena *arena) { *arena = (struct arena){0}; }

void arena_free(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
    arena_init(arena);
}

static struct arena_chunk *chunk_new(size_t size)
{
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk)
        chunk->size = size;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (!arena->chunks || arena->chunks->size - arena->used < size) {
        struct arena_chunk *chunk = chunk_new(size > CHUNK_BYTES ? size : CHUNK_BYTES);
        if (!chunk)
            return NULL;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->used = 0;
    }
    void *piece = arena->chunks->bytes + arena->used;
    arena->used += size;
    arena->bytes_total += size;
    return piece;
}
