/* run, replay and live. */
#ifndef TOESIM_SIM_CLI_RUN_H
#define TOESIM_SIM_CLI_RUN_H

#include "sim/cli_command.h"

int cli_run(const struct cli_command *command, int argc, char **argv);
int cli_live(const struct cli_command *command, int argc, char **argv);
int cli_replay(const struct cli_command *command, int argc, char **argv);
/* All that `toesim run` does once its scenario is read: runs config, prints the summary or what is wrong, and
 * returns the exit status. place null: results/NAME. sim_time_ps is told the simulated time; null:
 * nobody looks. */
int cli_simulate_and_print(const struct sim_config *config, const struct live_options *live,
                           const char *place, volatile uint64_t *sim_time_ps);

/* Runs config (live: null but for external traffic) and puts the results at place, also when an
 * expectation failed or the capture is damaged. Results that a signal has cut go to place.cut when
 * finished ones are at place; then the status is STATUS_FAILED. Prints nothing but the progress line. */
enum status cli_simulate(const struct sim_config *config, const struct live_options *live,
                         const char *place, struct cli_run_outcome *outcome, struct error *err);

#endif
