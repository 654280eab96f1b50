/* What the commands share. */
#ifndef TOESIM_SIM_CLI_COMMAND_H
#define TOESIM_SIM_CLI_COMMAND_H

#include "models/base/status.h"
#include "sim/config.h"
#include "sim/scenario.h"

#include <getopt.h>

/* One command: help is printed for --help; argv[0] is the command's name. */
struct cli_command {
    const char *name;
    const char *help;
    int (*main)(const struct cli_command *command, int argc, char **argv);
};

int cli_run(const struct cli_command *command, int argc, char **argv);
int cli_live(const struct cli_command *command, int argc, char **argv);
int cli_replay(const struct cli_command *command, int argc, char **argv);
int cli_script(const struct cli_command *command, int argc, char **argv);
int cli_check(const struct cli_command *command, int argc, char **argv);
int cli_regress(const struct cli_command *command, int argc, char **argv);
int cli_wavediff(const struct cli_command *command, int argc, char **argv);

/* Next option as getopt_long() gives it; -1 at the end. A wrong option prints what is wrong and
 * gives '?'; --help prints the help and gives 'h'. Restarts when optind is 0. */
int cli_next_option(const struct cli_command *command, int argc, char **argv,
                    const char *short_options, const struct option *long_options);

/* Message `toesim COMMAND: text; see ...` on stderr; returns STATUS_BAD_INPUT. */
int cli_usage_error(const struct cli_command *command, const char *text);

/* err's text on stderr; returns its status. */
int cli_report(const struct error *err);

struct live_options;

/* Runs config (live: null but for external traffic); wrote: whole results are in place (also when an expectation failed or the capture is
 * damaged). Prints nothing but the progress line. */
enum status cli_simulate(const struct sim_config *config, const struct live_options *live,
                         const char *place, bool progress, bool *wrote, struct error *err);

#endif
