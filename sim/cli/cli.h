/* The command line: `toesim COMMAND ...`. */
#ifndef TOESIM_SIM_CLI_H
#define TOESIM_SIM_CLI_H

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the program and returns its exit status (enum status). */
int toesim_main(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
