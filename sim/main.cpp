// SystemC owns main() and calls this; the program itself is in cli.c.
#include "sim/cli.h"

#include <cstdlib>
#include <systemc>

namespace
{
// The library's banner is no result; it reads this before sc_main() is called.
const int banner_off = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
} // namespace

int sc_main(int argc, char *argv[])
{
    (void)banner_off;
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    return toesim_main(argc, argv);
}
