/* Tests the golden cache: the life of a context, the requests that it refuses, its parts, and
 * its interface as a stage. */
#include "models/base/stage_loop.h"
#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_hash.h"
#include "models/ctx_cache/ctx_cache_key.h"
#include "models/ctx_cache/ctx_cache_model.h"
#include "models/ctx_cache/ctx_cache_victim.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <string.h>

static struct flow_key key_of(uint32_t number)
{
    return (struct flow_key){.laddr = {1},
                             .raddr = {2, (uint8_t)(number >> 16)},
                             .lport = 80,
                             .rport = (uint16_t)number,
                             .ip_version = 4};
}

/* One step, with a request and its expected response. */
struct step {
    uint8_t op, who;
    uint32_t conn;
    uint16_t gen;
    uint8_t result;
    uint8_t place; /* result of a LOOKUP of the connection's key */
};

struct story {
    char name[64];
    struct step steps[12];
};

enum { R = CTX_WHO_RX, T = CTX_WHO_TX, D = CTX_WHO_DRIVER };

static struct story stories[] = {
    {"a context is installed, used and found hot",
     {{CTX_OP_INSTALL, D, 5, 1, CTX_OK, 0},
      {CTX_OP_LOOKUP, R, 5, 1, CTX_OK, CTX_PLACE_HOT},
      {CTX_OP_READ_LOCK, R, 5, 1, CTX_OK, 0},
      {CTX_OP_WRITE_UNLOCK, R, 5, 1, CTX_OK, 0},
      {CTX_OP_WRITE_UNLOCK, R, 5, 1, CTX_NOT_LOCKED, 0}}},
    {"a moved context leaves a tombstone until it is released",
     {{CTX_OP_INSTALL, D, 5, 1, CTX_OK, 0},
      {CTX_OP_EXTRACT, D, 5, 1, CTX_NOT_FROZEN, 0},
      {CTX_OP_FREEZE, D, 5, 1, CTX_OK, CTX_PLACE_HOT},
      {CTX_OP_LOOKUP, R, 5, 1, CTX_OK, CTX_PLACE_MOVED},
      {CTX_OP_READ_LOCK, R, 5, 1, CTX_FROZEN, 0},
      {CTX_OP_RELEASE, D, 5, 1, CTX_FROZEN, 0},
      {CTX_OP_EXTRACT, D, 5, 1, CTX_OK, 0},
      {CTX_OP_LOOKUP, R, 5, 1, CTX_OK, CTX_PLACE_MOVED},
      {CTX_OP_READ_LOCK, R, 5, 1, CTX_ABSENT, 0},
      {CTX_OP_RELEASE, D, 5, 1, CTX_OK, 0},
      {CTX_OP_LOOKUP, R, 5, 1, CTX_OK, CTX_PLACE_NOT_MINE}}},
    {"the drain writer may lock a frozen context",
     {{CTX_OP_INSTALL, D, 5, 1, CTX_OK, 0},
      {CTX_OP_FREEZE, D, 5, 1, CTX_OK, CTX_PLACE_HOT},
      {CTX_OP_READ_LOCK, D, 5, 1, CTX_OK, 0},
      {CTX_OP_WRITE_UNLOCK, D, 5, 1, CTX_OK, 0},
      {CTX_OP_EXTRACT, D, 5, 1, CTX_OK, 0}}},
    {"a reservation keeps the slot and is installed",
     {{CTX_OP_RESERVE, D, 5, 7, CTX_OK, 0},
      {CTX_OP_LOOKUP, R, 5, 7, CTX_OK, CTX_PLACE_RESERVED},
      {CTX_OP_RESERVE, D, 5, 7, CTX_DUPLICATE, 0},
      {CTX_OP_INSTALL, D, 5, 8, CTX_STALE, 0},
      {CTX_OP_INSTALL, D, 5, 7, CTX_OK, 0},
      {CTX_OP_INSTALL, D, 5, 8, CTX_DUPLICATE, 0},
      {CTX_OP_LOOKUP, R, 5, 7, CTX_OK, CTX_PLACE_HOT}}},
    {"a released reservation may come again",
     {{CTX_OP_RESERVE, D, 5, 7, CTX_OK, 0},
      {CTX_OP_RELEASE, D, 5, 6, CTX_STALE, 0},
      {CTX_OP_RELEASE, D, 5, 7, CTX_OK, 0},
      {CTX_OP_RELEASE, D, 5, 7, CTX_ABSENT, 0},
      {CTX_OP_RESERVE, D, 5, 7, CTX_OK, 0}}},
    {"an old generation does not come back after removal",
     {{CTX_OP_INSTALL, D, 5, 0xffff, CTX_OK, 0},
      {CTX_OP_READ_LOCK, R, 5, 0xfffe, CTX_STALE, 0},
      {CTX_OP_READ_LOCK, R, 5, 0xffff, CTX_OK, 0},
      {CTX_OP_REMOVE, T, 5, 0xffff, CTX_NOT_LOCKED, 0},
      {CTX_OP_REMOVE, R, 5, 0xffff, CTX_OK, 0},
      {CTX_OP_LOOKUP, R, 5, 0, CTX_OK, CTX_PLACE_NOT_MINE},
      {CTX_OP_INSTALL, D, 5, 0xffff, CTX_STALE, 0},
      {CTX_OP_RESERVE, D, 5, 0xfff0, CTX_STALE, 0},
      {CTX_OP_INSTALL, D, 5, 0, CTX_OK, 0}}},
    {"the connection returns over its own tombstone",
     {{CTX_OP_INSTALL, D, 5, 1, CTX_OK, 0},
      {CTX_OP_FREEZE, D, 5, 1, CTX_OK, CTX_PLACE_HOT},
      {CTX_OP_EXTRACT, D, 5, 1, CTX_OK, 0},
      {CTX_OP_RESERVE, D, 5, 3, CTX_OK, 0},
      {CTX_OP_INSTALL, D, 5, 3, CTX_OK, 0},
      {CTX_OP_LOOKUP, R, 5, 3, CTX_OK, CTX_PLACE_HOT}}},
    {"the third context of a set of two makes the oldest cold",
     {{CTX_OP_INSTALL, D, 1, 1, CTX_OK, 0},
      {CTX_OP_INSTALL, D, 5, 1, CTX_OK, 0},
      {CTX_OP_INSTALL, D, 9, 1, CTX_OK, 0},
      {CTX_OP_LOOKUP, R, 1, 1, CTX_OK, CTX_PLACE_COLD},
      {CTX_OP_READ_LOCK, R, 1, 1, CTX_OK, 0},
      {CTX_OP_LOOKUP, R, 1, 1, CTX_OK, CTX_PLACE_HOT},
      {CTX_OP_LOOKUP, R, 5, 1, CTX_OK, CTX_PLACE_COLD},
      {CTX_OP_FREEZE, D, 5, 1, CTX_OK, CTX_PLACE_COLD}}},
    {"a connection beyond the table is absent",
     {{CTX_OP_INSTALL, D, 64, 1, CTX_ABSENT, 0},
      {CTX_OP_READ_LOCK, R, 1u << 23, 1, CTX_ABSENT, 0},
      {CTX_OP_SCAN, D, 0, 0, CTX_END, 0}}},
};

ParameterizedTestParameters(ctx_cache_model, answers)
{
    return cr_make_param_array(struct story, stories, sizeof stories / sizeof stories[0]);
}

ParameterizedTest(struct story *story, ctx_cache_model, answers)
{
    struct ctx_core core;
    cr_assert(ctx_core_init(&core, 4, 2, 64, 64));
    for (const struct step *step = story->steps; step->op || step->place; step++) {
        uint8_t image[CTX_BYTES];
        struct flow_key key = key_of(step->conn);
        memset(image, step->gen & 0xff, sizeof image);
        ctx_core_key_to_line(&key, image + CTX_CONST_LINE * CTX_LINE_BYTES);
        struct ctx_req req = {.op = step->op,
                              .who = step->who,
                              .mask = 15,
                              .conn = step->conn,
                              .gen = step->gen,
                              .key = key,
                              .image = image};
        struct ctx_rsp rsp;
        cr_assert(!ctx_core_must_wait(&core, &req));
        ctx_core_execute(&core, &req, &rsp);
        int number = (int)(step - story->steps) + 1;
        cr_assert_eq(rsp.result, step->result, "%s: step %d: result %u", story->name, number,
                     rsp.result);
        cr_assert_eq(rsp.place, step->place, "%s: step %d: place %u", story->name, number,
                     rsp.place);
        if (rsp.image)
            cr_assert_eq(memcmp(rsp.image, image, CTX_BYTES), 0, "%s: step %d: image", story->name,
                         number);
        if (step == story->steps + 11)
            break;
    }
    ctx_core_free(&core);
}

Test(ctx_cache_model, key_survives_the_constant_line)
{
    struct flow_key key = {.laddr = {1, 2},
                           .raddr = {3, [15] = 4},
                           .lport = 5,
                           .rport = 0xfffe,
                           .vlan = VLAN_TAGGED | 4095,
                           .ip_version = 6};
    struct flow_key back;
    uint8_t image[CTX_BYTES];
    ctx_core_key_to_line(&key, image + CTX_CONST_LINE * CTX_LINE_BYTES);
    ctx_core_key_of_image(image, &back);
    cr_assert_eq(memcmp(&key, &back, sizeof key), 0);
}

struct load_row {
    char name[48];
    uint32_t entries;
};

ParameterizedTestParameters(ctx_cache_model, table_takes_ninety_percent)
{
    static struct load_row rows[] = {{"2 sets x 1 way", 16},
                                     {"4 sets x 2 ways", 64},
                                     {"16 sets x 4 ways", 256},
                                     {"default shape", 131072}};
    return cr_make_param_array(struct load_row, rows, sizeof rows / sizeof rows[0]);
}

static void load_check(const struct ctx_table *table, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i < last; i++) {
        struct flow_key key = key_of(i);
        struct ctx_table_found slot = ctx_table_find(table, &key);
        cr_assert(slot.found);
        cr_assert_eq(table->entries[slot.index].conn, i);
        cr_assert_eq(table->where[i], slot.index);
    }
}

/* Every insertion succeeds up to 90 %. Then the oldest entry is removed and a new one is
 * inserted, as many times as the table has slots. */
ParameterizedTest(struct load_row *row, ctx_cache_model, table_takes_ninety_percent,
                  .timeout = 3600)
{
    struct ctx_table table;
    uint32_t full = row->entries * 9 / 10, last = 0;
    cr_assert(ctx_table_init(&table, row->entries, 2 * row->entries));
    for (uint32_t first = 0; last < full + row->entries; last++) {
        if (last >= full) {
            struct flow_key oldest = key_of(first);
            ctx_table_set_state_of(&table, first++, CTX_ENTRY_FREE);
            ctx_table_displace(&table);
            cr_assert_not(ctx_table_find(&table, &oldest).found, "stale match");
        }
        struct flow_key key = key_of(last);
        struct ctx_table_found slot = ctx_table_find(&table, &key);
        cr_assert(!slot.found);
        cr_assert(slot.has_free, "full at %u of %u%s", table.used, row->entries,
                  slot.clash ? ", clash" : "");
        ctx_table_insert(&table, slot.free_index, &key, last, 1, CTX_ENTRY_COLD);
        ctx_table_displace(&table);
    }
    cr_assert_eq(table.used, full);
    load_check(&table, last - full, last);
    if (row->entries > 16)
        cr_assert_gt(table.displace.moves, 0);
    ctx_table_free(&table);
}

Test(ctx_cache_model, victim_is_never_locked_and_frozen_only_at_last)
{
    uint32_t way = 0;
    struct ctx_victim_set set = {.valid = 0xf, .frozen = 0x7, .locked = 0x8};
    cr_assert(ctx_victim_choose(&set, 4, &way));
    cr_assert_neq(way, 3);
    set.frozen = 0x6;
    cr_assert(ctx_victim_choose(&set, 4, &way));
    cr_assert_eq(way, 0);
    set.locked = 0xf;
    cr_assert(!ctx_victim_choose(&set, 4, &way));
    set.valid = 0xb;
    cr_assert(!ctx_victim_choose(&set, 4, &way), "locked with a bad tag");
    set.locked = 0xb;
    cr_assert(ctx_victim_choose(&set, 4, &way));
    cr_assert_eq(way, 2);
}

Test(ctx_cache_model, least_recent_of_eight_leaves)
{
    uint32_t tree = 0, way = 0;
    for (uint32_t w = 0; w < 8; w++)
        tree = ctx_victim_touch(tree, 8, w);
    struct ctx_victim_set set = {.valid = 0xff, .tree = tree};
    cr_assert(ctx_victim_choose(&set, 8, &way));
    cr_assert_eq(way, 0);
}

Test(ctx_cache_model, refuses_a_shape_that_is_no_power_of_two, .signal = SIGABRT)
{
    struct ctx_core core;
    ctx_core_init(&core, 3, 2, 64, 64);
}

/* The responses of the cache as a stage. */
struct log {
    uint32_t count;
    struct ctx_rsp rsp[8];
    uint64_t at_ps[8];
};

static void log_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct log *log = self;
    log->rsp[log->count] = *rsp;
    log->at_ps[log->count++] = now_ps;
}

static struct ctx_cache_model *model_create(struct log *log)
{
    struct ctx_cache_model_params params;
    ctx_cache_model_params_default(&params);
    params.sets = 4;
    params.ways = 2;
    params.lookup_entries = params.conn_ids = 64;
    return ctx_cache_model_create(
        &params, (struct ctx_client){.on_response = log_on_response, .self = log}, NULL);
}

static bool model_ask(struct ctx_cache_model *model, uint8_t op, uint8_t who, uint64_t now_ps)
{
    static uint8_t image[CTX_BYTES];
    struct ctx_req req = {.op = op, .who = who, .conn = 3, .gen = 1, .mask = 1, .image = image};
    struct ctx_store store = ctx_cache_model_store(model);
    return store.ops->submit(store.self, &req, now_ps);
}

Test(ctx_cache_model, waiting_reader_gets_the_lock_when_it_is_given_back)
{
    struct log log = {0};
    struct ctx_cache_model *model = model_create(&log);
    struct stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, ctx_cache_model_stage(model, "cache"));
    cr_assert(model_ask(model, CTX_OP_INSTALL, CTX_WHO_DRIVER, 0));
    stage_loop_run(&loop, 200 * PS_PER_NS);
    cr_assert(model_ask(model, CTX_OP_READ_LOCK, CTX_WHO_RX, 200 * PS_PER_NS));
    cr_assert(model_ask(model, CTX_OP_READ_LOCK, CTX_WHO_TX, 200 * PS_PER_NS));
    cr_assert(!model_ask(model, CTX_OP_READ_LOCK, CTX_WHO_TX, 200 * PS_PER_NS), "one at a time");
    stage_loop_run(&loop, PS_PER_US);
    cr_assert_eq(log.count, 2);
    cr_assert_eq(log.rsp[1].who, CTX_WHO_RX);
    cr_assert_eq(log.at_ps[1], 240 * PS_PER_NS);
    cr_assert(model_ask(model, CTX_OP_WRITE_UNLOCK, CTX_WHO_RX, PS_PER_US));
    stage_loop_run(&loop, 2 * PS_PER_US);
    cr_assert_eq(log.count, 4);
    cr_assert_eq(log.rsp[2].op, CTX_OP_WRITE_UNLOCK);
    cr_assert_eq(log.rsp[3].who, CTX_WHO_TX);
    cr_assert_eq(log.rsp[3].result, CTX_OK);
    cr_assert_eq(ctx_cache_model_stats(model)->lock_waits, 1);
    ctx_cache_model_destroy(model);
}

Test(ctx_cache_model, a_reset_forgets_contexts_and_what_is_under_way)
{
    struct log log = {0};
    struct ctx_cache_model *model = model_create(&log);
    struct ctx_store store = ctx_cache_model_store(model);
    struct stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, ctx_cache_model_stage(model, "cache"));
    cr_assert(model_ask(model, CTX_OP_INSTALL, CTX_WHO_DRIVER, 0));
    stage_loop_run(&loop, PS_PER_US);
    cr_assert(model_ask(model, CTX_OP_READ_LOCK, CTX_WHO_RX, PS_PER_US));
    cr_assert(model_ask(model, CTX_OP_READ_LOCK, CTX_WHO_TX, PS_PER_US));
    store.ops->reset(store.self, PS_PER_US);
    cr_assert(store.ops->is_ready(store.self));
    stage_loop_run(&loop, 2 * PS_PER_US);
    cr_assert_eq(log.count, 1, "nothing of before is answered");
    cr_assert(model_ask(model, CTX_OP_READ_LOCK, CTX_WHO_RX, 2 * PS_PER_US));
    stage_loop_run(&loop, 3 * PS_PER_US);
    cr_assert_eq(log.rsp[1].result, CTX_ABSENT);
    cr_assert(model_ask(model, CTX_OP_INSTALL, CTX_WHO_DRIVER, 3 * PS_PER_US));
    stage_loop_run(&loop, 4 * PS_PER_US);
    cr_assert_eq(log.rsp[2].result, CTX_OK, "its generation is not remembered");
    cr_assert_eq(ctx_cache_model_stats(model)->installs, 2, "counters go on");
    ctx_cache_model_destroy(model);
}
