#include <verilated.h>
#include <verilated_cov.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <unistd.h>

#include "rtl/formal/cov_context.h"
#undef VerilatedContext

namespace
{
std::set<cov_context *> live;
}

cov_context::cov_context() { live.insert(this); }
cov_context::~cov_context() { live.erase(this); }

extern "C" {
void __real_ctx_cache_dut_destroy(struct ctx_cache_dut *dut);
void __wrap_ctx_cache_dut_destroy(struct ctx_cache_dut *dut);

/* The linker redirects the tests' calls to this function (--wrap). It writes one file for each
 * process and cache. */
void __wrap_ctx_cache_dut_destroy(struct ctx_cache_dut *dut)
{
    static int number;
    const char *dir = getenv("COVERAGE_DIR");
    for (cov_context *context : live) {
        char path[512];
        snprintf(path, sizeof path, "%s/%d-%d.dat", dir ? dir : ".", (int)getpid(), number++);
        context->coveragep()->forcePerInstance(
            true); /* cover points of a generate loop stay apart */
        context->coveragep()->write(path);
    }
    __real_ctx_cache_dut_destroy(dut);
}
}
