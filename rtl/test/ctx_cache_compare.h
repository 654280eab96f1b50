/* The RTL against the golden model: answers, counts, DRAM. Each asserts. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_COMPARE_H
#define TOESIM_RTL_TEST_CTX_CACHE_COMPARE_H

#include "models/ctx_cache/ctx_cache_core.h"
#include "rtl/test/ctx_cache_dut.h"

/* Asserts that the RTL answered like the golden model. */
void compare_answer(const struct ctx_req *req, const struct ctx_rsp *rtl,
                    const struct ctx_rsp *golden);
/* All counts but lookups, lock waits and cycles; tag errors: at most as many. */
void compare_stats(const struct ctx_store_stats *rtl, const struct ctx_store_stats *golden);
/* All lines of all connections; nothing is under way. */
void compare_dram(const struct ctx_cache_dut *dut, const struct ctx_core *golden);
/* The counts of the sets add up to those of the cache. */
void compare_sets(const struct ctx_cache_dut *dut, uint32_t sets);

#endif
