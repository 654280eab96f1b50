/* Replaces VerilatedContext in the coverage build. It remembers the live contexts, so that their
 * counters can be written before the model that owns them is destroyed. It is included before every
 * other file (mk/coverage.mk). The models are included first, because they need the real one. */
#ifndef TOESIM_RTL_FORMAL_COV_CONTEXT_H
#define TOESIM_RTL_FORMAL_COV_CONTEXT_H

#include "Vctx_cache.h"
#include "Vctx_cache_16x4.h"
#include "Vctx_cache_2x1.h"
#include "Vctx_cache_4x2.h"
#include <verilated.h>

class cov_context : public VerilatedContext
{
public:
    cov_context();
    ~cov_context();
};

#define VerilatedContext cov_context

#endif
