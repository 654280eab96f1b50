#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_flip.h"
#include "models/ctx_cache/ctx_cache_key.h"

#include "models/ctx_cache/ctx_cache_ways.h"
#include "models/hwif/conn_ctx.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool is_power_of_two(uint32_t value) { return value != 0 && (value & (value - 1)) == 0; }

bool ctx_core_init(struct ctx_core *core, uint32_t sets, uint32_t ways, uint32_t lookup_entries,
                   uint32_t conn_ids)
{
    assert(is_power_of_two(sets) && sets >= 2);
    assert(is_power_of_two(ways) && ways <= 32);
    assert(is_power_of_two(conn_ids) && conn_ids >= 2 * sets);
    memset(core, 0, sizeof *core);
    core->sets = sets;
    core->ways = ways;
    core->conn_ids = conn_ids;
    core->tags = calloc((size_t)sets * ways, sizeof *core->tags);
    core->trees = calloc(sets, sizeof *core->trees);
    core->dram = calloc(conn_ids, sizeof(struct ctx_dram *));
    if (ctx_table_init(&core->table, lookup_entries, conn_ids) && core->tags && core->trees &&
        core->dram)
        return true;
    ctx_core_free(core);
    return false;
}

void ctx_core_free(struct ctx_core *core)
{
    if (core->dram)
        for (uint32_t i = 0; i < core->conn_ids; i++)
            free(core->dram[i]);
    ctx_table_free(&core->table);
    free(core->tags);
    free(core->trees);
    free(core->dram);
}

/* Serial-number arithmetic modulo 2^16 (RFC 1982). */
static bool gen_is_older(uint16_t gen, uint16_t than)
{
    return ((uint16_t)(gen - than) & 0x8000u) != 0;
}

/* Returns the result of READ_LOCK, FREEZE or EXTRACT. The arguments are what the tag or the meta
 * line says about the context. */
static enum ctx_result acquire_result(const struct ctx_req *req, bool known, bool present,
                                      bool frozen, uint16_t gen)
{
    if (!present)
        return known && gen_is_older(req->gen, gen) ? CTX_STALE : CTX_ABSENT;
    if (req->gen != gen)
        return CTX_STALE;
    if (req->op == CTX_OP_READ_LOCK && frozen && req->who != CTX_WHO_DRIVER)
        return CTX_FROZEN;
    if (req->op == CTX_OP_EXTRACT && !frozen)
        return CTX_NOT_FROZEN;
    return CTX_OK;
}

static enum ctx_result core_acquire(struct ctx_core *core, const struct ctx_req *req,
                                    struct ctx_way **way)
{
    *way = ctx_ways_hit(core, req->conn);
    if (*way) {
        core->missed = core->refilled[req->who];
        core->stats.hits += !core->missed;
        core->refilled[req->who] = false;
        return acquire_result(req, true, true, (*way)->frozen, (*way)->gen);
    }
    assert(!core->refilled[req->who]);
    core->stats.misses++;
    core->missed = true;
    const struct ctx_dram *dram = ctx_dram_of(core, req->conn);
    enum ctx_result result =
        acquire_result(req, dram->known, dram->present, dram->frozen, dram->gen);
    assert(!core->stepwise || result != CTX_OK);
    if (result == CTX_OK)
        *way = ctx_ways_fill(core, req->conn);
    return result;
}

void ctx_core_fill(struct ctx_core *core, const struct ctx_req *req)
{
    assert(core->stepwise && !core->refilled[req->who]);
    assert(req->op == CTX_OP_READ_LOCK || req->op == CTX_OP_FREEZE || req->op == CTX_OP_EXTRACT);
    assert(req->conn < core->conn_ids && !ctx_ways_hit(core, req->conn));
    const struct ctx_dram *dram = ctx_dram_of(core, req->conn);
    assert(acquire_result(req, dram->known, dram->present, dram->frozen, dram->gen) == CTX_OK);
    core->stats.misses++;
    ctx_ways_fill(core, req->conn);
    core->refilled[req->who] = true;
}

/* Gives the image of the way to the response if its parity is good. */
static enum ctx_result core_read(struct ctx_core *core, const struct ctx_way *way,
                                 struct ctx_rsp *rsp)
{
    if (ctx_way_is_bad(way, CTX_LINES)) {
        core->stats.bad_reads++;
        return CTX_BAD;
    }
    memcpy(core->image, way->image, CTX_BYTES);
    rsp->image = core->image;
    return CTX_OK;
}

static enum ctx_result core_read_lock(struct ctx_core *core, const struct ctx_req *req,
                                      struct ctx_rsp *rsp)
{
    struct ctx_way *way;
    enum ctx_result result = core_acquire(core, req, &way);
    if (result != CTX_OK)
        return result;
    core->locks[req->who] = (struct ctx_lock){.held = true, .gen = req->gen, .conn = req->conn};
    ctx_ways_touch(core, way);
    return core_read(core, way, rsp);
}

static enum ctx_result core_freeze(struct ctx_core *core, const struct ctx_req *req,
                                   struct ctx_rsp *rsp)
{
    struct ctx_way *way;
    enum ctx_result result = core_acquire(core, req, &way);
    if (result != CTX_OK)
        return result;
    core->stats.freezes++;
    core->stats.freezes_cold += core->missed;
    rsp->place = core->missed ? CTX_PLACE_COLD : CTX_PLACE_HOT;
    way->frozen = way->dirty = true;
    ctx_ways_mark_out(core, way);
    ctx_table_set_state_of(&core->table, way->conn, CTX_ENTRY_FROZEN);
    return CTX_OK;
}

static enum ctx_result core_extract(struct ctx_core *core, const struct ctx_req *req,
                                    struct ctx_rsp *rsp)
{
    struct ctx_way *way;
    enum ctx_result result = core_acquire(core, req, &way);
    if (result != CTX_OK)
        return result;
    core->stats.extracts++;
    result = core_read(core, way, rsp);
    ctx_table_set_state_of(&core->table, way->conn, CTX_ENTRY_TOMBSTONE);
    ctx_ways_forget(core, way);
    return result;
}

/* Writes the lines of the mask, whose parity is good afterwards. DRAM is informed when the cache
 * begins to have a newer context than DRAM. */
static void core_write(struct ctx_core *core, struct ctx_way *way, const struct ctx_req *req)
{
    for (size_t line = 0; line < CTX_CONST_LINE; line++) {
        if ((req->mask >> line & 1) == 0)
            continue;
        memcpy(way->image + line * CTX_LINE_BYTES, req->image + line * CTX_LINE_BYTES,
               CTX_LINE_BYTES);
        way->syndrome[line] = 0;
    }
    if (!way->dirty || way->tag_bad)
        ctx_ways_mark_out(core, way);
    way->dirty = true;
    way->tag_bad = false;
}

/* Executes WRITE_UNLOCK, UNLOCK or REMOVE. The state of the tag does not matter, because
 * WRITE_UNLOCK and REMOVE write the tag again. */
static enum ctx_result core_return(struct ctx_core *core, const struct ctx_req *req)
{
    struct ctx_lock *lock = &core->locks[req->who];
    if (!lock->held || lock->conn != req->conn || lock->gen != req->gen)
        return CTX_NOT_LOCKED;
    struct ctx_way *way = ctx_ways_of_lock(core, req->conn);
    lock->held = false;
    if (req->op == CTX_OP_WRITE_UNLOCK) {
        core_write(core, way, req);
    } else if (req->op == CTX_OP_REMOVE) {
        core->stats.removes++;
        ctx_table_set_state_of(&core->table, way->conn, CTX_ENTRY_FREE);
        ctx_ways_forget(core, way);
    } else if (way->tag_bad) {
        ctx_way_drop(core, way);
    }
    return CTX_OK;
}

/* Returns the result of RESERVE or INSTALL as far as the tag or the meta line decides it. */
static enum ctx_result admit_result(uint16_t req_gen, bool known, bool here, uint16_t gen)
{
    if (known && gen_is_older(req_gen, gen))
        return CTX_STALE;
    if (here)
        return CTX_DUPLICATE;
    return known && req_gen == gen ? CTX_STALE : CTX_OK;
}

/* Returns the result of RESERVE or INSTALL for a key that already has an entry. */
static enum ctx_result entry_admit_result(const struct ctx_req *req, const struct ctx_entry *entry)
{
    bool same = entry->conn == req->conn;
    if (entry->state == CTX_ENTRY_TOMBSTONE && same)
        return CTX_OK;
    if (same && gen_is_older(req->gen, entry->gen))
        return CTX_STALE;
    if (same && req->op == CTX_OP_INSTALL && entry->state == CTX_ENTRY_RESERVED)
        return CTX_STALE;
    return CTX_DUPLICATE;
}

/* Finds a slot for the key if table, tag and meta admit the connection. */
static enum ctx_result core_admit(struct ctx_core *core, const struct ctx_req *req,
                                  const struct flow_key *key, uint32_t *index)
{
    struct ctx_table_found slot = ctx_table_find(&core->table, key);
    if (slot.found) {
        enum ctx_result result = entry_admit_result(req, &core->table.entries[slot.index]);
        if (result != CTX_OK)
            return result;
    }
    const struct ctx_way *way = ctx_ways_hit(core, req->conn);
    if (way)
        return admit_result(req->gen, true, true, way->gen);
    const struct ctx_dram *dram = ctx_dram_of(core, req->conn);
    core->missed = true;
    enum ctx_result result =
        admit_result(req->gen, dram->known, dram->present || dram->reserved, dram->gen);
    if (result != CTX_OK)
        return result;
    *index = slot.found ? slot.index : slot.free_index;
    core->stats.clashes += slot.clash;
    return slot.found || slot.has_free ? CTX_OK : CTX_FULL;
}

static enum ctx_result core_reserve(struct ctx_core *core, const struct ctx_req *req)
{
    uint32_t index = 0;
    enum ctx_result result = core_admit(core, req, &req->key, &index);
    if (result != CTX_OK)
        return result;
    core->stats.reserves++;
    ctx_table_insert(&core->table, index, &req->key, req->conn, req->gen, CTX_ENTRY_RESERVED);
    ctx_dram_of(core, req->conn)->reserved = true;
    return CTX_OK;
}

static enum ctx_result core_install(struct ctx_core *core, const struct ctx_req *req)
{
    struct flow_key key;
    ctx_core_key_of_image(req->image, &key);
    struct ctx_table_found slot = ctx_table_find(&core->table, &key);
    const struct ctx_entry *entry = &core->table.entries[slot.index];
    uint32_t index = slot.index;
    if (slot.found && entry->state == CTX_ENTRY_RESERVED && entry->conn == req->conn &&
        entry->gen == req->gen) {
        ctx_table_set_state(&core->table, index, CTX_ENTRY_HOT);
    } else {
        enum ctx_result result = core_admit(core, req, &key, &index);
        if (result != CTX_OK)
            return result;
        ctx_table_insert(&core->table, index, &key, req->conn, req->gen, CTX_ENTRY_HOT);
    }
    core->stats.installs++;
    struct ctx_way *way = ctx_ways_evict(core, req->conn);
    way->valid = way->dirty = true;
    way->frozen = false;
    way->gen = req->gen;
    way->conn = req->conn;
    memcpy(way->image, req->image, CTX_BYTES);
    memset(way->syndrome, 0, sizeof way->syndrome);
    ctx_ways_touch(core, way);
    ctx_ways_write_through(core, way);
    return CTX_OK;
}

static enum ctx_result core_release(struct ctx_core *core, const struct ctx_req *req)
{
    struct ctx_table_found slot = ctx_table_find(&core->table, &req->key);
    const struct ctx_entry *entry = &core->table.entries[slot.index];
    if (!slot.found || entry->conn != req->conn)
        return CTX_ABSENT;
    if (entry->gen != req->gen)
        return CTX_STALE;
    if (entry->state == CTX_ENTRY_FROZEN)
        return CTX_FROZEN;
    if (entry->state == CTX_ENTRY_HOT || entry->state == CTX_ENTRY_COLD)
        return CTX_NOT_FROZEN;
    core->stats.releases++;
    if (entry->state == CTX_ENTRY_RESERVED) {
        ctx_dram_of(core, req->conn)->reserved = false;
        core->missed = true;
    }
    ctx_table_set_state(&core->table, slot.index, CTX_ENTRY_FREE);
    return CTX_OK;
}

static enum ctx_result core_lookup(struct ctx_core *core, const struct ctx_req *req,
                                   struct ctx_rsp *rsp)
{
    core->stats.lookups++;
    rsp->conn = rsp->gen = 0;
    struct ctx_table_found slot = ctx_table_find(&core->table, &req->key);
    if (!slot.found)
        return CTX_OK;
    const struct ctx_entry *entry = &core->table.entries[slot.index];
    rsp->place = (uint8_t)ctx_entry_place(entry);
    rsp->conn = entry->conn;
    rsp->gen = entry->gen;
    return CTX_OK;
}

static enum ctx_result core_scan(const struct ctx_core *core, const struct ctx_req *req,
                                 struct ctx_rsp *rsp)
{
    uint32_t index = req->conn;
    rsp->conn = rsp->gen = 0;
    if (!ctx_table_scan(&core->table, &index))
        return CTX_END;
    const struct ctx_entry *entry = &core->table.entries[index];
    rsp->place = (uint8_t)ctx_entry_place(entry);
    rsp->conn = entry->conn;
    rsp->gen = entry->gen;
    rsp->next = index + 1;
    return CTX_OK;
}

bool ctx_core_must_wait(const struct ctx_core *core, const struct ctx_req *req)
{
    uint32_t way;
    switch ((enum ctx_op)req->op) {
    case CTX_OP_READ_LOCK:
        if (core->locks[req->who].held)
            return true;
        break;
    case CTX_OP_FREEZE:
    case CTX_OP_EXTRACT:
    case CTX_OP_INSTALL:
        break;
    default:
        return false;
    }
    if (req->conn >= core->conn_ids)
        return false;
    if (req->op != CTX_OP_INSTALL && ctx_ways_is_locked(core, req->conn))
        return true;
    return !core->stepwise && !ctx_ways_hit(core, req->conn) &&
           !ctx_ways_choose(core, req->conn, &way);
}

static enum ctx_result core_dispatch(struct ctx_core *core, const struct ctx_req *req,
                                     struct ctx_rsp *rsp)
{
    if (req->op == CTX_OP_LOOKUP)
        return core_lookup(core, req, rsp);
    if (req->op == CTX_OP_SCAN)
        return core_scan(core, req, rsp);
    if (req->op > CTX_OP_SCAN)
        return CTX_UNKNOWN;
    if (req->conn >= core->conn_ids)
        return CTX_ABSENT;
    switch ((enum ctx_op)req->op) {
    case CTX_OP_READ_LOCK:
        return core_read_lock(core, req, rsp);
    case CTX_OP_RESERVE:
        return core_reserve(core, req);
    case CTX_OP_INSTALL:
        return core_install(core, req);
    case CTX_OP_FREEZE:
        return core_freeze(core, req, rsp);
    case CTX_OP_EXTRACT:
        return core_extract(core, req, rsp);
    case CTX_OP_RELEASE:
        return core_release(core, req);
    default:
        assert(req->op == CTX_OP_WRITE_UNLOCK || req->op == CTX_OP_UNLOCK ||
               req->op == CTX_OP_REMOVE);
        return core_return(core, req);
    }
}

void ctx_core_execute(struct ctx_core *core, const struct ctx_req *req, struct ctx_rsp *rsp)
{
    assert(!ctx_core_must_wait(core, req));
    assert(req->who < CTX_WHO_COUNT);
    core->missed = false;
    *rsp = (struct ctx_rsp){
        .op = req->op, .who = req->who, .gen = req->gen, .conn = req->conn, .tag = req->tag};
    rsp->result = (uint8_t)core_dispatch(core, req, rsp);
    /* The result is FULL only if no displacement can make room any more. */
    assert(!core->stepwise || rsp->result != CTX_FULL || !ctx_table_wants_move(&core->table));
    if (!core->stepwise)
        ctx_table_displace(&core->table);
}

void ctx_core_hash_word(struct ctx_core *core, uint32_t word)
{
    assert(core->table.used == 0);
    ctx_hash_key_push(&core->table.hash_key, word);
}

void ctx_core_move(struct ctx_core *core)
{
    assert(core->stepwise);
    ctx_table_displace_once(&core->table);
}

bool ctx_core_scan_row(const struct ctx_core *core, uint32_t *index, struct ctx_rsp *rsp)
{
    struct ctx_req req = {.op = CTX_OP_SCAN, .conn = *index};
    uint32_t row = *index / CTX_TABLE_ROW_SLOTS;
    bool found = core_scan(core, &req, rsp) == CTX_OK;
    found = found && (rsp->next - 1) / CTX_TABLE_ROW_SLOTS == row;
    *index = found ? rsp->next : (row + 1) * CTX_TABLE_ROW_SLOTS;
    return found;
}
