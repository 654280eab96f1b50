/* Compares the RTL with the golden model: answers, counts and DRAM. Each function asserts that both
 * agree. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_COMPARE_H
#define TOESIM_RTL_TEST_CTX_CACHE_COMPARE_H

#include "models/ctx_cache/ctx_cache_core.h"
#include "rtl/test/ctx_cache_dut.h"

/* Asserts that the RTL answered like the golden model. */
void compare_answer(const struct ctx_req *req, const struct ctx_rsp *rtl,
                    const struct ctx_rsp *golden);
/* Compares all counts except lookups, displacements, lock waits and cycles. The RTL may count fewer
 * tag errors than the model. */
void compare_stats(const struct ctx_store_stats *rtl, const struct ctx_store_stats *golden);
/* Compares all lines of all connections in DRAM. No operation may be in progress. */
void compare_dram(const struct ctx_cache_dut *dut, const struct ctx_core *golden);
/* Asserts that the counts of the sets add up to those of the cache. */
void compare_sets(const struct ctx_cache_dut *dut, uint32_t sets);

#endif
