#include "models/trace/store/state_store.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 };

/* Where a state is. It may be in memory and have a place on disk, which is used again. */
struct state_place {
    void *state;
    uint64_t away; /* offset in the spill, plus 1; 0: was never put away */
};

/* What lies before a state in the spill. */
struct away_head {
    uint16_t len, capacity;
};

struct state_store {
    size_t count, state_bytes;
    struct state_place **chunks; /* null: no state of the chunk was made so far */
    size_t chunk_count, chunks_made, in_memory, in_memory_most;
    struct spill *spill, *trouble;
};

struct state_store *state_store_create(size_t count, size_t state_bytes, struct spill *trouble)
{
    struct state_store *store = calloc(1, sizeof *store);
    if (!store)
        return NULL;
    *store = (struct state_store){.count = count, .state_bytes = state_bytes, .trouble = trouble};
    store->chunk_count = count / CHUNK + 1;
    store->chunks = calloc(store->chunk_count, sizeof *store->chunks);
    store->spill = spill_create(spill_memory_default() / 8);
    if (store->chunks && store->spill)
        return store;
    state_store_destroy(store);
    return NULL;
}

void state_store_destroy(struct state_store *store)
{
    if (!store)
        return;
    for (size_t i = 0; store->chunks && i < store->chunk_count; i++) {
        for (int k = 0; store->chunks[i] && k < CHUNK; k++)
            free(store->chunks[i][k].state);
        free(store->chunks[i]);
    }
    free(store->chunks);
    spill_destroy(store->spill);
    free(store);
}

static struct state_place *place_find(const struct state_store *store, size_t number)
{
    assert(number < store->count);
    struct state_place *chunk = store->chunks[number / CHUNK];
    return chunk ? &chunk[number % CHUNK] : NULL;
}

void *state_store_find(const struct state_store *store, size_t number)
{
    const struct state_place *place = place_find(store, number);
    return place ? place->state : NULL;
}

bool state_store_is_away(const struct state_store *store, size_t number)
{
    const struct state_place *place = place_find(store, number);
    return place && !place->state && place->away;
}

static void *state_begin(struct state_store *store, struct state_place *place)
{
    assert(!place->state);
    place->state = memory_zeroed(1, store->state_bytes);
    if (++store->in_memory > store->in_memory_most)
        store->in_memory_most = store->in_memory;
    return place->state;
}

void *state_store_make(struct state_store *store, size_t number)
{
    struct state_place **chunk = &store->chunks[number / CHUNK];
    if (!*chunk) {
        *chunk = memory_zeroed(CHUNK, sizeof **chunk);
        store->chunks_made++;
    }
    struct state_place *place = place_find(store, number);
    assert(!place->away);
    return state_begin(store, place);
}

static bool write_away(struct state_store *store, struct state_place *place, size_t len)
{
    struct away_head head = {0};
    if (place->away && !spill_read(store->spill, place->away - 1, &head, sizeof head))
        return false;
    bool fits = place->away && len <= head.capacity;
    uint64_t at = fits ? place->away - 1 : spill_bytes(store->spill), ignored;
    head = (struct away_head){(uint16_t)len, fits ? head.capacity : (uint16_t)len};
    place->away = at + 1;
    if (fits)
        return spill_write(store->spill, at, &head, sizeof head) &&
               spill_write(store->spill, at + sizeof head, place->state, len);
    return spill_append(store->spill, &head, sizeof head, &ignored) &&
           spill_append(store->spill, place->state, len, &ignored);
}

void state_store_put_away(struct state_store *store, size_t number, size_t len)
{
    struct state_place *place = place_find(store, number);
    assert(place && place->state && len <= store->state_bytes && len <= UINT16_MAX);
    if (!write_away(store, place, len))
        spill_pass_trouble(store->spill, store->trouble);
    state_store_drop(store, number);
}

void *state_store_bring(struct state_store *store, size_t number)
{
    struct state_place *place = place_find(store, number);
    struct away_head head;
    assert(place && place->away);
    void *state = state_begin(store, place);
    bool ok = spill_read(store->spill, place->away - 1, &head, sizeof head) &&
              head.len <= store->state_bytes &&
              spill_read(store->spill, place->away - 1 + sizeof head, state, head.len);
    if (!ok) {
        memset(state, 0, store->state_bytes);
        spill_pass_trouble(store->spill, store->trouble);
    }
    return state;
}

void state_store_drop(struct state_store *store, size_t number)
{
    struct state_place *place = place_find(store, number);
    assert(place && place->state);
    free(place->state);
    place->state = NULL;
    store->in_memory--;
}

size_t state_store_in_memory(const struct state_store *store) { return store->in_memory; }

size_t state_store_in_memory_most(const struct state_store *store) { return store->in_memory_most; }

uint64_t state_store_bytes(const struct state_store *store)
{
    return store->chunk_count * sizeof *store->chunks +
           store->chunks_made * CHUNK * sizeof(struct state_place);
}

uint64_t state_store_away_bytes(const struct state_store *store)
{
    return spill_bytes(store->spill);
}
