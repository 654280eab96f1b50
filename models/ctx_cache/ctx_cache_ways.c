#include "models/ctx_cache/ctx_cache_ways.h"
#include "models/ctx_cache/ctx_cache_flip.h"

#include "models/ctx_cache/ctx_cache_victim.h"
#include "models/hwif/conn_ctx.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct ctx_dram *ctx_dram_of(struct ctx_core *core, uint32_t conn)
{
    if (!core->dram[conn]) {
        core->dram[conn] = calloc(1, sizeof *core->dram[conn]);
        if (!core->dram[conn])
            abort(); /* the machine has no memory left, so the simulation cannot continue */
    }
    return core->dram[conn];
}

static struct ctx_way *ways_of(const struct ctx_core *core, uint32_t conn)
{
    return &core->tags[(size_t)(conn % core->sets) * core->ways];
}

struct ctx_way *ctx_ways_hit(const struct ctx_core *core, uint32_t conn)
{
    struct ctx_way *set = ways_of(core, conn);
    for (uint32_t w = 0; w < core->ways; w++)
        if (set[w].valid && !set[w].tag_bad && set[w].conn == conn)
            return &set[w];
    return NULL;
}

struct ctx_way *ctx_ways_of_lock(const struct ctx_core *core, uint32_t conn)
{
    struct ctx_way *set = ways_of(core, conn);
    assert(ctx_ways_is_locked(core, conn));
    for (uint32_t w = 0; w < core->ways; w++)
        if (set[w].valid && set[w].conn == conn)
            return &set[w];
    assert(false); /* a locked way is never a victim */
    return NULL;
}

bool ctx_ways_is_locked(const struct ctx_core *core, uint32_t conn)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++)
        if (core->locks[who].held && core->locks[who].conn == conn)
            return true;
    return false;
}

bool ctx_ways_choose(const struct ctx_core *core, uint32_t conn, uint32_t *way)
{
    const struct ctx_way *set = ways_of(core, conn);
    struct ctx_victim_set masks = {.tree = core->trees[conn % core->sets]};
    for (uint32_t w = 0; w < core->ways; w++) {
        bool tag_ok = set[w].valid && !set[w].tag_bad;
        masks.valid |= (uint32_t)tag_ok << w;
        masks.frozen |= (uint32_t)(tag_ok && set[w].frozen) << w;
        masks.locked |= (uint32_t)(set[w].valid && ctx_ways_is_locked(core, set[w].conn)) << w;
    }
    return ctx_victim_choose(&masks, core->ways, way);
}

void ctx_ways_touch(struct ctx_core *core, const struct ctx_way *way)
{
    uint32_t set = way->conn % core->sets;
    uint32_t number = (uint32_t)(way - ways_of(core, way->conn));
    core->trees[set] = ctx_victim_touch(core->trees[set], core->ways, number);
}

/* Writes the meta line of a context that is in the cache. */
static void dram_write_meta(struct ctx_dram *dram, const struct ctx_way *way, bool out)
{
    dram->known = dram->present = true;
    dram->reserved = false;
    dram->frozen = way->frozen;
    dram->out = out;
    dram->gen = way->gen;
}

struct ctx_way *ctx_ways_evict(struct ctx_core *core, uint32_t conn)
{
    uint32_t number = 0;
    bool found = ctx_ways_choose(core, conn, &number);
    assert(found);
    (void)found;
    struct ctx_way *way = ways_of(core, conn) + number;
    if (!way->valid)
        return way;
    core->stats.evictions++;
    if (!way->frozen)
        ctx_table_set_state_of(&core->table, way->conn, CTX_ENTRY_COLD);
    if (way->dirty) {
        core->stats.writebacks++;
        struct ctx_dram *dram = ctx_dram_of(core, way->conn);
        /* The constant line has been in DRAM since INSTALL. */
        bool bad = ctx_way_is_bad(way, CTX_CONST_LINE);
        core->stats.bad_victims += bad;
        dram_write_meta(dram, way, bad);
        memcpy(dram->image, way->image, (size_t)CTX_CONST_LINE * CTX_LINE_BYTES);
    }
    way->valid = false;
    return way;
}

struct ctx_way *ctx_ways_fill(struct ctx_core *core, uint32_t conn)
{
    struct ctx_way *way = ctx_ways_evict(core, conn);
    const struct ctx_dram *dram = ctx_dram_of(core, conn);
    assert(dram->present);
    way->valid = true;
    way->dirty = false;
    way->frozen = dram->frozen;
    way->gen = dram->gen;
    way->conn = conn;
    memcpy(way->image, dram->image, CTX_BYTES);
    memset(way->syndrome, 0, sizeof way->syndrome);
    if (dram->out)
        ctx_way_poison(way);
    if (!way->frozen)
        ctx_table_set_state_of(&core->table, way->conn, CTX_ENTRY_HOT);
    ctx_ways_touch(core, way);
    return way;
}

void ctx_ways_forget(struct ctx_core *core, struct ctx_way *way)
{
    struct ctx_dram *dram = ctx_dram_of(core, way->conn);
    dram->known = true;
    dram->gen = way->gen;
    dram->present = dram->reserved = dram->frozen = dram->out = false;
    way->valid = way->tag_bad = false;
}

void ctx_ways_mark_out(struct ctx_core *core, const struct ctx_way *way)
{
    dram_write_meta(ctx_dram_of(core, way->conn), way, true);
}

void ctx_ways_write_through(struct ctx_core *core, const struct ctx_way *way)
{
    ctx_ways_mark_out(core, way);
    memcpy(ctx_dram_of(core, way->conn)->image + CTX_CONST_LINE * CTX_LINE_BYTES,
           way->image + CTX_CONST_LINE * CTX_LINE_BYTES, CTX_LINE_BYTES);
}
