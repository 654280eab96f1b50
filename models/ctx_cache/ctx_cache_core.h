/*
 * What the context cache does, one request at a time and without time: the golden model the RTL is
 * compared with. Parts: lookup table, tags, victim, locks, context DRAM.
 */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_CORE_H
#define TOESIM_CTX_CACHE_CTX_CACHE_CORE_H

#include "models/ctx_cache/ctx_cache_table.h"
#include "models/hwif/ctx_store.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One way of one set. */
struct ctx_way {
    bool valid, dirty, frozen;
    bool tag_bad; /* while it is locked; nobody but its holder finds it any more */
    uint16_t gen;
    uint32_t conn;
    uint32_t syndrome[CTX_LINES]; /* per line: stored parity against that of its bits */
    uint8_t image[CTX_BYTES];
};

/* The six lines of one context in DRAM; allocated on first use. */
struct ctx_dram {
    bool known, present, reserved, frozen;
    bool out;     /* the lines here are not the newest */
    uint16_t gen; /* last one seen */
    uint8_t image[CTX_BYTES];
};

struct ctx_lock {
    bool held;
    uint16_t gen;
    uint32_t conn;
};

struct ctx_core {
    uint32_t sets, ways, conn_ids;
    struct ctx_table table;
    struct ctx_way *tags; /* sets * ways */
    uint32_t *trees;      /* replacement bits per set */
    struct ctx_lock locks[CTX_WHO_COUNT];
    struct ctx_dram **dram; /* per connection, null until used */
    struct ctx_store_stats stats;
    bool missed;   /* the last request went to DRAM before it could be answered */
    bool stepwise; /* fills and moves are calls of their own (lock step with the RTL) */
    bool refilled[CTX_WHO_COUNT]; /* ctx_core_fill() was called for this one's operation */
    uint8_t image[CTX_BYTES];     /* of the last response */
};

/* Shapes as in the RTL: powers of two, sets and conn_ids at least 2, conn_ids >= 2 * sets,
 * lookup_entries at least 16. False when memory is short. */
bool ctx_core_init(struct ctx_core *core, uint32_t sets, uint32_t ways, uint32_t lookup_entries,
                   uint32_t conn_ids);
void ctx_core_free(struct ctx_core *core);

/* True: the request cannot be served before some lock is given back. Stepwise: before its own
 * context's lock, or its requester's; a miss finds out about the ways of its set when it fills. */
bool ctx_core_must_wait(const struct ctx_core *core, const struct ctx_req *req);

/* Serves a request that need not wait. rsp->image points into core until the next call. */
void ctx_core_execute(struct ctx_core *core, const struct ctx_req *req, struct ctx_rsp *rsp);

/* A word of the lookup table's hash key (struct ctx_store_ops); only while no entry is there. */
void ctx_core_hash_word(struct ctx_core *core, uint32_t word);

/* Stepwise only, for effects whose time somebody else decides. Each asserts that the effect is due.
 * Fill: the context that READ_LOCK, FREEZE or EXTRACT req misses comes in. Move: one displacement.
 * Scan row: what a SCAN that looks at the row of *index finds there; false: nothing, *index is that of
 * the next row, or the table's end. */
void ctx_core_fill(struct ctx_core *core, const struct ctx_req *req);
void ctx_core_move(struct ctx_core *core);
bool ctx_core_scan_row(const struct ctx_core *core, uint32_t *index, struct ctx_rsp *rsp);

#ifdef __cplusplus
}
#endif

#endif
