/* Version of the program, for --version and perf.json. */
#ifndef TOESIM_SIM_VERSION_H
#define TOESIM_SIM_VERSION_H

#define TOESIM_VERSION "0.1.0"

#endif
