/* C interface of the Verilated context cache in several shapes, with its context DRAM. The tests
 * run it one clock edge at a time. */
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

/* The cache reports the order in which all effects happen (docs/ctx_cache.md, Order). */
enum ctx_cache_effect {
    EFFECT_COMMIT,   /* all effects of an operation or return of who happen */
    EFFECT_FILL,     /* the context that an operation of who has missed is filled */
    EFFECT_SCAN_ROW, /* the SCAN of who looks at its next row */
    EFFECT_MOVE,     /* displacement moves an entry */
    EFFECT_LOOKUP,   /* the oldest LOOKUP without an effect gets its answer */
    EFFECT_INJECT,   /* the injected soft error happens */
};
struct ctx_cache_effects {
    void (*on_effect)(void *self, enum ctx_cache_effect effect, bool is_return, uint8_t who);
    void *self;
};

/* The channels that a test can stall. */
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

/* Injects a soft error. Returns false if the previous one is still in progress. */
bool ctx_cache_dut_flip(struct ctx_cache_dut *dut, const struct ctx_flip *flip);

/* Resets the cache, which forgets every operation in progress. It is ready again once its
 * initialisation is over. */
void ctx_cache_dut_reset(struct ctx_cache_dut *dut);
bool ctx_cache_dut_is_ready(const struct ctx_cache_dut *dut);

/* Writes a word of the row hash's key, as hash_word() of struct ctx_store_ops does. */
void ctx_cache_dut_hash_word(struct ctx_cache_dut *dut, uint32_t word);

/* Fills DRAM that was not written yet with random contents, from now on. ctx_cache_dut_boot()
 * returns the number of this start, which marks the meta lines written since. */
void ctx_cache_dut_scramble_dram(struct ctx_cache_dut *dut, uint64_t seed);
uint32_t ctx_cache_dut_boot(const struct ctx_cache_dut *dut);

/* Stalls these channels (DUT_STALL_*) at every edge until the next call. At first no channel is
 * stalled. */
void ctx_cache_dut_stall(struct ctx_cache_dut *dut, uint8_t channels);

/* Evaluates one clock edge, whether there is work or not. */
void ctx_cache_dut_step(struct ctx_cache_dut *dut);

uint64_t ctx_cache_dut_now_ps(const struct ctx_cache_dut *dut); /* time of the last edge */
bool ctx_cache_dut_is_quiescent(const struct ctx_cache_dut *dut);
uint32_t ctx_cache_dut_entries_used(const struct ctx_cache_dut *dut);
const struct ctx_store_stats *ctx_cache_dut_stats(const struct ctx_cache_dut *dut);

const struct ctx_set_stats *ctx_cache_dut_set_stats(const struct ctx_cache_dut *dut);

/* Returns the six lines of a connection in DRAM: constant, meta, 0 to 3. Returns null if they were
 * never used. */
const uint8_t *ctx_cache_dut_dram(const struct ctx_cache_dut *dut, uint32_t conn);

#ifdef __cplusplus
}
#endif

#endif
