// Runs the load for the compiler's profile of the Verilated cache (mk/verilated.sh). Most
// operations hit, as in bulk traffic. Then follow misses with dirty victims, and connections that
// move. The program prints nothing.
#include "sim/bench/cache_load.h"

#include "Vctx_cache.h"

int main()
{
    constexpr uint32_t hot = 256, all = 4096;
    VerilatedContext context;
    context.randReset(0);
    cache_load<Vctx_cache> load(&context, all);
    load.frames(3000, hot);
    load.frames(300, all);
    load.move(100);
    return 0;
}
