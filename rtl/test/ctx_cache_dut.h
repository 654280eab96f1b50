/* C face of the Verilated context cache, in several shapes, with its context DRAM: one clock edge
 * at a time. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_DUT_H
#define TOESIM_RTL_TEST_CTX_CACHE_DUT_H

#include "models/hwif/ctx_store.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ctx_cache_shape {
    uint32_t sets, ways, lookup_entries, conn_ids;
};

enum { CTX_CACHE_SHAPES = 4, CTX_CACHE_DUT_CYCLE_PS = 4000 };
extern const struct ctx_cache_shape
    ctx_cache_shapes[CTX_CACHE_SHAPES]; /* the last is the default */

/* The cache's own account of the order of all effects (docs/ctx_cache.md, Order). */
enum ctx_cache_effect {
    EFFECT_COMMIT,   /* the operation or return of who has all its effects */
    EFFECT_FILL,     /* the context that the operation of who misses comes in */
    EFFECT_SCAN_ROW, /* the SCAN of who looks at its next row */
    EFFECT_MOVE,     /* displacement moves an entry */
    EFFECT_LOOKUP,   /* the oldest LOOKUP not yet told is answered from now */
    EFFECT_INJECT,   /* the soft error under way happens */
};
struct ctx_cache_effects {
    void (*on_effect)(void *self, enum ctx_cache_effect effect, bool is_return, uint8_t who);
    void *self;
};

/* Channels that can be held up. */
enum {
    DUT_STALL_RSP = 1,
    DUT_STALL_RET_RSP = 2,
    DUT_STALL_LOOKUP_RSP = 4,
    DUT_STALL_WDATA = 8,
    DUT_STALL_MEM_REQ = 16,
    DUT_STALL_MEM_WDATA = 32,
    DUT_STALL_MEM_RDATA = 64,
    DUT_STALL_ALL = 127,
};

struct ctx_cache_dut; /* opaque */

struct ctx_cache_dut *ctx_cache_dut_create(unsigned shape, uint64_t dram_latency_ps,
                                           struct ctx_client client);
void ctx_cache_dut_destroy(struct ctx_cache_dut *dut);

void ctx_cache_dut_set_effects(struct ctx_cache_dut *dut, struct ctx_cache_effects effects);

bool ctx_cache_dut_submit(struct ctx_cache_dut *dut, const struct ctx_req *req);

/* A soft error; false: the one before is still under way. */
bool ctx_cache_dut_flip(struct ctx_cache_dut *dut, const struct ctx_flip *flip);

/* Reset: what is under way is forgotten. Ready when initialisation is over. */
void ctx_cache_dut_reset(struct ctx_cache_dut *dut);
bool ctx_cache_dut_is_ready(const struct ctx_cache_dut *dut);

/* A word of the row hash's key: struct ctx_store_ops. */
void ctx_cache_dut_hash_word(struct ctx_cache_dut *dut, uint32_t word);

/* What nobody has written into the DRAM yet is random from now on; the number of this start, which
 * marks the meta lines that were written since. */
void ctx_cache_dut_scramble_dram(struct ctx_cache_dut *dut, uint64_t seed);
uint32_t ctx_cache_dut_boot(const struct ctx_cache_dut *dut);

/* Holds these channels (DUT_STALL_*) up at every edge until told otherwise; none to begin with. */
void ctx_cache_dut_stall(struct ctx_cache_dut *dut, uint8_t channels);

/* One edge, whether there is work or not. */
void ctx_cache_dut_step(struct ctx_cache_dut *dut);

uint64_t ctx_cache_dut_now_ps(const struct ctx_cache_dut *dut); /* of the last edge */
bool ctx_cache_dut_is_quiescent(const struct ctx_cache_dut *dut);
uint32_t ctx_cache_dut_entries_used(const struct ctx_cache_dut *dut);
const struct ctx_store_stats *ctx_cache_dut_stats(const struct ctx_cache_dut *dut);

const struct ctx_set_stats *ctx_cache_dut_set_stats(const struct ctx_cache_dut *dut);

/* The six lines of a connection in DRAM: constant, meta, 0 to 3; null: never used. */
const uint8_t *ctx_cache_dut_dram(const struct ctx_cache_dut *dut, uint32_t conn);

#ifdef __cplusplus
}
#endif

#endif
