#include "rtl/test/ctx_cache_world.h"
#include "models/ctx_cache/ctx_cache_key.h"

#include "models/base/units.h"
#include "models/hwif/conn_ctx.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void world_init(struct world *world, struct ctx_cache_shape shape, uint64_t seed)
{
    memset(world, 0, sizeof *world);
    rng_init(&world->rng, seed, "test_ctx_cache");
    world->shape = shape;
    world->conns = shape.conn_ids < 1024 ? shape.conn_ids : 1024;
    world->keys = shape.lookup_entries < 2048 ? shape.lookup_entries * 2 : 4096;
    for (uint32_t i = 0; i < world->keys; i++)
        world->number_of[i] = i;
    for (uint32_t i = 0; i < world->conns; i++) {
        world->gen[i] = (uint16_t)rng_u64(&world->rng);
        world->key_of[i] = i;
    }
}

uint32_t world_draw(struct world *world, uint32_t bound)
{
    return (uint32_t)rng_below(&world->rng, bound);
}

/* Maps the connections to four sets, so that a large cache evicts as well. */
static uint32_t world_conn(const struct world *world, uint32_t number)
{
    return number % 4 + number / 4 * world->shape.sets % world->shape.conn_ids;
}

static void fill_random(struct rng *rng, uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)rng_u64(rng);
}

void world_key(uint32_t number, struct flow_key *key)
{
    struct rng rng;
    rng_init(&rng, number, "key");
    memset(key, 0, sizeof *key);
    fill_random(&rng, key->laddr, sizeof key->laddr);
    fill_random(&rng, key->raddr, sizeof key->raddr);
    key->lport = (uint16_t)rng_u64(&rng);
    key->rport = (uint16_t)rng_u64(&rng);
    key->vlan = (uint16_t)(number % 5 == 0 ? VLAN_NONE : VLAN_TAGGED | rng_below(&rng, 4096));
    key->ip_version = number % 2 == 0 ? 6 : 4;
    if (key->ip_version == 6)
        return;
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(key->laddr, mapped, sizeof mapped);
    memcpy(key->raddr, mapped, sizeof mapped);
}

struct twin {
    struct ctx_hash hash;
    uint32_t next; /* of the list; 0: none */
};
enum { TWIN_NUMBERS = 16384, TWIN_FIRST = 1 << 20, TWIN_LISTS = 4096, TWIN_PAIRS = 8 };

/* Numbers are put into lists by their hash, so that only those of one list are compared. Returns an
 * earlier number of which the key has the same hash, or else puts this one into its list. */
static uint32_t twin_find(struct twin *twins, uint32_t *heads, uint32_t number,
                          struct ctx_hash hash)
{
    uint32_t *head = &heads[(hash.tail * 31 + hash.row[0] * 7 + hash.row[1]) % TWIN_LISTS];
    uint32_t other = *head;
    while (other && !ctx_hash_equal(&twins[other].hash, &hash))
        other = twins[other].next;
    if (!other) {
        twins[number] = (struct twin){hash, *head};
        *head = number;
    }
    return other;
}

void world_use_twins(struct world *world, const struct ctx_hash_key *secret)
{
    struct twin *twins = calloc(TWIN_NUMBERS + 1, sizeof *twins);
    uint32_t *heads = calloc(TWIN_LISTS, sizeof *heads),
             most = u32_min(TWIN_PAIRS, world->keys / 8);
    cr_assert(twins && heads);
    for (uint32_t i = 1; i <= TWIN_NUMBERS && world->twins < most; i++) {
        struct flow_key key;
        world_key(TWIN_FIRST + i, &key);
        uint32_t rows = world->shape.lookup_entries / CTX_TABLE_ROW_SLOTS;
        uint32_t other = twin_find(twins, heads, i, ctx_cache_hash(secret, &key, rows));
        if (!other)
            continue;
        world->number_of[2 * world->twins] = TWIN_FIRST + other;
        world->number_of[2 * world->twins++ + 1] = TWIN_FIRST + i;
    }
    free(twins);
    free(heads);
}

/* Makes an image that is random except for the key in the constant line. */
static void image_make(struct world *world, const struct flow_key *key)
{
    uint8_t *line = world->image + CTX_CONST_LINE * CTX_LINE_BYTES, named[CTX_LINE_BYTES];
    struct flow_key none;
    memset(&none, 0xff, sizeof none);
    uint8_t where[CTX_LINE_BYTES];
    ctx_core_key_to_line(&none, where);
    ctx_core_key_to_line(key, named);
    fill_random(&world->rng, world->image, sizeof world->image);
    for (size_t i = 0; i < CTX_LINE_BYTES; i++)
        line[i] = (uint8_t)((line[i] & ~where[i]) | (named[i] & where[i]));
}

static const uint8_t op_weights[CTX_OP_SCAN + 1] = {
    [CTX_OP_LOOKUP] = 20, [CTX_OP_READ_LOCK] = 25, [CTX_OP_WRITE_UNLOCK] = 16, [CTX_OP_UNLOCK] = 4,
    [CTX_OP_RESERVE] = 8, [CTX_OP_INSTALL] = 14,   [CTX_OP_FREEZE] = 5,        [CTX_OP_EXTRACT] = 6,
    [CTX_OP_RELEASE] = 5, [CTX_OP_REMOVE] = 2,     [CTX_OP_SCAN] = 1,
};

static uint8_t draw_op(struct world *world)
{
    uint32_t sum = 0;
    for (uint8_t op = 0; op <= CTX_OP_SCAN; op++)
        sum += op_weights[op];
    uint32_t at = world_draw(world, sum);
    uint8_t op = 0;
    while (at >= op_weights[op])
        at -= op_weights[op++];
    return op;
}

static bool op_wants(uint8_t op, uint8_t state)
{
    switch (op) {
    case CTX_OP_READ_LOCK:
    case CTX_OP_FREEZE:
        return state == CTX_ENTRY_HOT || state == CTX_ENTRY_COLD;
    case CTX_OP_EXTRACT:
        return state == CTX_ENTRY_FROZEN;
    case CTX_OP_INSTALL:
        return state == CTX_ENTRY_RESERVED;
    case CTX_OP_RELEASE:
        return state == CTX_ENTRY_RESERVED || state == CTX_ENTRY_TOMBSTONE;
    default:
        return true;
    }
}

/* Aims the request at an entry of the table that suits the operation, and now and then at another
 * one. Most requests should succeed, and the others should be wrong in every combination of
 * connection, generation and key. */
static void req_aim_at_entry(struct world *world, const struct ctx_core *golden,
                             struct ctx_req *req)
{
    enum { TRIES = 24 };
    const struct ctx_table *table = &golden->table;
    if (table->used == 0)
        return;
    uint32_t index = world_draw(world, world->shape.lookup_entries);
    for (int tries = 0; tries < TRIES; tries++, index++) {
        if (!ctx_table_scan(table, &index)) {
            index = 0;
            (void)ctx_table_scan(table, &index);
        }
        if (op_wants(req->op, table->entries[index].state) || world_draw(world, 32) == 0)
            break;
    }
    const struct ctx_entry *entry = &table->entries[index];
    if (index >= world->shape.lookup_entries + CTX_TABLE_STASH || entry->state == CTX_ENTRY_FREE)
        return;
    req->conn = entry->conn;
    req->gen = entry->gen;
    req->key = entry->key;
}

/* Fills in connection, generation, key and image of a request. */
static void req_aim(struct world *world, const struct ctx_core *golden, struct ctx_req *req)
{
    uint32_t crowd = world->shape.ways > 2 ? 48 : 24; /* more than the four sets hold */
    uint32_t pool = world_draw(world, 4) == 0 ? world->conns : u32_min(world->conns, crowd);
    uint32_t conn = world_draw(world, pool);
    req->conn = world_conn(world, conn);
    bool returns =
        req->op == CTX_OP_WRITE_UNLOCK || req->op == CTX_OP_UNLOCK || req->op == CTX_OP_REMOVE;
    const struct ctx_lock *lock = &golden->locks[req->who];
    if (returns && lock->held && world_draw(world, 20) != 0)
        req->conn = lock->conn;
    if ((req->op == CTX_OP_RESERVE || req->op == CTX_OP_INSTALL) && world_draw(world, 2) == 0)
        world->gen[conn]++;
    req->gen = world->gen[conn];
    if (returns && lock->held && lock->conn == req->conn)
        req->gen = lock->gen;
    if (world_draw(world, 16) == 0)
        req->gen = (uint16_t)(req->gen + world_draw(world, 5) - 2);
    if (world_draw(world, 64) == 0)
        world->key_of[conn] = world_draw(world, world->keys);
    uint32_t key =
        world_draw(world, 32) == 0 ? world_draw(world, world->keys) : world->key_of[conn];
    if (world->twins > 0 && world_draw(world, 16) == 0)
        key = world_draw(world, 2 * world->twins);
    world_key(world->number_of[key], &req->key);
    req->mask = (uint8_t)world_draw(world, 16);
    if (world_draw(world, 200) == 0)
        req->conn += world->shape.conn_ids;
    if (!returns && req->op != CTX_OP_RESERVE && req->op != CTX_OP_SCAN &&
        world_draw(world, 3) != 0)
        req_aim_at_entry(world, golden, req);
    image_make(world, &req->key);
    req->image = world->image;
    if (req->op == CTX_OP_SCAN)
        req->conn = world_draw(world, world->shape.lookup_entries + 12);
}

struct ctx_req world_request_op(struct world *world, const struct ctx_core *golden, uint8_t who,
                                uint8_t op)
{
    struct ctx_req req = {.op = op, .who = who, .tag = ++world->tag};
    req_aim(world, golden, &req);
    return req;
}

struct ctx_req world_request(struct world *world, const struct ctx_core *golden, uint8_t who)
{
    uint8_t op = draw_op(world);
    if (world_draw(world, 256) == 0) /* a code that no operation has */
        op = (uint8_t)(CTX_OP_SCAN + 1 + world_draw(world, CTX_OP_CODES - CTX_OP_SCAN - 1));
    return world_request_op(world, golden, who, op);
}

/* Returns a connection in the cache if a few tries find one, and otherwise any connection. */
static uint32_t flip_aim(struct world *world, const struct ctx_core *golden)
{
    const struct ctx_lock *lock = &golden->locks[world_draw(world, CTX_WHO_COUNT)];
    if (lock->held && world_draw(world, 2) == 0)
        return lock->conn;
    for (int tries = 0; tries < 16 && world_draw(world, 16) != 0; tries++) {
        const struct ctx_way *way = &golden->tags[world_draw(world, golden->sets * golden->ways)];
        if (way->valid)
            return way->conn;
    }
    return world_draw(world, world->shape.conn_ids + 2);
}

struct ctx_flip world_flip(struct world *world, const struct ctx_core *golden)
{
    return (struct ctx_flip){.tag = world_draw(world, 3) == 0,
                             .line = (uint8_t)world_draw(world, CTX_LINES),
                             .bit = (uint16_t)world_draw(world, CTX_LINE_STORED_BITS),
                             .conn = flip_aim(world, golden)};
}
