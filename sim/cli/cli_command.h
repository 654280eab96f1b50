/* What the commands share. */
#ifndef TOESIM_SIM_CLI_COMMAND_H
#define TOESIM_SIM_CLI_COMMAND_H

#include "models/base/status.h"
#include "sim/scenario/config.h"
#include "sim/scenario/scenario.h"

#include <getopt.h>
#include <stdio.h>

/* One command of the program. --help prints `help`; argv[0] is the name of the command. */
struct cli_command {
    const char *name;
    const char *help;
    int (*main)(const struct cli_command *command, int argc, char **argv);
};

/* Returns the next option as getopt_long() does, and -1 after the last one. For a wrong option it prints what is
 * wrong and returns '?'; for --help it prints the help and returns 'h'. It starts again when optind is 0. */
int cli_next_option(const struct cli_command *command, int argc, char **argv,
                    const char *short_options, const struct option *long_options);

/* Prints one line that may contain names chosen by the user. Control characters, newlines included, become '?',
 * because a terminal would obey them. */
void cli_print(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints `toesim COMMAND: text; see ...` on stderr and returns STATUS_BAD_INPUT. */
int cli_usage_error(const struct cli_command *command, const char *text);

/* err's text on stderr; returns its status. */
int cli_report(const struct error *err);

/* Makes the folder and all folders above it, as `mkdir -p` does. Returns false and sets errno if it cannot. */
bool cli_make_folder(const char *path);

struct live_options;

/* How a run is made, and what became of its results. */
struct cli_run_outcome {
    bool progress;                  /* in: show a progress line */
    bool recheck;                   /* in: replay damaged conversations again under nic0 */
    bool drop_cut;                  /* in: the results of a run that a signal ends are not kept */
    volatile uint64_t *sim_time_ps; /* in: told the simulated time; null: nobody looks */
    bool wrote;                     /* out: whole or cut results are in place */
    bool cut;                       /* out: a signal ended the run */
    char place[SIM_PATH_MAX];       /* out: where the results are */
};

#endif
