#include "sim/testbed/kernel.h"

#include "models/base/memory.h"

#include <cassert>
#include <cstdlib>
#include <new>
#include <systemc>

namespace
{
int (*the_body)(void *self) = nullptr;
void *the_self = nullptr;
} // namespace

int sc_main(int, char *[])
{
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    return the_body(the_self);
}

int kernel_run(int (*body)(void *self), void *self)
{
    assert(!the_body);
    std::set_new_handler(memory_out); // an exception must not pass through the C code of the models
    the_body = body;
    the_self = self;
    // The library's banner does not belong to the results. The library reads this variable before
    // it calls sc_main().
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    static char name[] = "toesim";
    static char *arguments[] = {name, nullptr};
    return sc_core::sc_elab_and_sim(1, arguments);
}

const char *kernel_version(void) { return sc_core::sc_release(); }
