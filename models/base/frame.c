#include "models/base/frame.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>

enum { SLAB_FRAMES = 64 };

struct slab {
    struct slab *next;
    struct frame frames[SLAB_FRAMES];
};

struct frame_pool {
    struct slab *slabs;
    struct frame *free_list;
    size_t capacity;
    size_t made;
    size_t in_use;
    size_t in_use_max;
    uint64_t next_id;
};

struct frame_pool *frame_pool_create(size_t capacity)
{
    assert(capacity > 0);
    struct frame_pool *pool = calloc(1, sizeof *pool);
    if (pool) {
        pool->capacity = capacity;
        pool->next_id = 1;
    }
    return pool;
}

void frame_pool_destroy(struct frame_pool *pool)
{
    if (!pool)
        return;
    assert(pool->in_use == 0);
    while (pool->slabs) {
        struct slab *next = pool->slabs->next;
        free(pool->slabs);
        pool->slabs = next;
    }
    free(pool);
}

static void grow(struct frame_pool *pool)
{
    struct slab *slab = malloc(sizeof *slab);
    memory_check(slab); /* a null pointer would look like a full pool, which is a modelled loss */
    slab->next = pool->slabs;
    pool->slabs = slab;
    for (size_t i = 0; i < SLAB_FRAMES && pool->made < pool->capacity; i++, pool->made++) {
        slab->frames[i].id = 0; /* belongs to no frame */
        slab->frames[i].next = pool->free_list;
        pool->free_list = &slab->frames[i];
    }
}

struct frame *frame_alloc(struct frame_pool *pool, uint64_t now_ps)
{
    if (!pool->free_list && pool->made < pool->capacity)
        grow(pool);
    struct frame *frame = pool->free_list;
    if (!frame)
        return NULL;
    pool->free_list = frame->next;
    pool->in_use++;
    if (pool->in_use > pool->in_use_max)
        pool->in_use_max = pool->in_use;
    frame->id = pool->next_id++;
    frame->born_ps = now_ps;
    frame->mac_time_ps = 0;
    frame->conversation = UINT32_MAX;
    frame->len = 0;
    frame->port = 0;
    frame->flags = 0;
    frame->next = NULL;
    return frame;
}

void frame_free(struct frame_pool *pool, struct frame *frame)
{
    if (!frame)
        return;
    assert(pool->in_use > 0);
    pool->in_use--;
    frame->id = 0;
    frame->next = pool->free_list;
    pool->free_list = frame;
}

bool frame_pool_holds(const struct frame_pool *pool, uint64_t id)
{
    assert(id != 0);
    size_t left = pool->made;
    for (const struct slab *slab = pool->slabs; slab; slab = slab->next) {
        /* Only the newest slab, which is the first in the list, may hold fewer frames. */
        size_t here = left % SLAB_FRAMES ? left % SLAB_FRAMES : SLAB_FRAMES;
        for (size_t i = 0; i < here; i++)
            if (slab->frames[i].id == id)
                return true;
        left -= here;
    }
    return false;
}

size_t frame_pool_in_use(const struct frame_pool *pool) { return pool->in_use; }

size_t frame_pool_in_use_max(const struct frame_pool *pool) { return pool->in_use_max; }
