// SystemC owns main() and calls this; the program itself is in cli.c.
#include "sim/cli.h"

#include <systemc>

int sc_main(int argc, char *argv[])
{
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    return toesim_main(argc, argv);
}
