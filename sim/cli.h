/* The command line: `toesim COMMAND ...`. */
#ifndef TOESIM_SIM_CLI_H
#define TOESIM_SIM_CLI_H

#ifdef __cplusplus
extern "C" {
#endif

/* The program; returns its exit status (enum status). */
int toesim_main(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
