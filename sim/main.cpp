// The program itself is in cli.c. SystemC's own main() is not used, for the reason that kernel.h
// gives.
#include "sim/cli/cli.h"

int main(int argc, char *argv[]) { return toesim_main(argc, argv); }
