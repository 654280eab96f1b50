/* run, replay and live. */
#ifndef TOESIM_SIM_CLI_RUN_H
#define TOESIM_SIM_CLI_RUN_H

#include "sim/cli/cli_command.h"

int cli_run(const struct cli_command *command, int argc, char **argv);
int cli_live(const struct cli_command *command, int argc, char **argv);
int cli_replay(const struct cli_command *command, int argc, char **argv);
/* Runs `config` as `toesim run` does once its scenario is read: prints the summary, or what is wrong, and returns
 * the exit status. If `place` is null, the results go to results/NAME. The simulated time is written to sim_time_ps
 * unless it is null. */
int cli_simulate_and_print(const struct sim_config *config, const struct live_options *live,
                           const char *place, volatile uint64_t *sim_time_ps);

/* Runs `config` and puts the results at `place`, also if an expectation failed or the capture is damaged. `live` is
 * null unless the traffic is external. If a signal ended the run and finished results are at `place` already, the
 * new results go to place.cut and the status is STATUS_FAILED. Only the progress line is printed. */
enum status cli_simulate(const struct sim_config *config, const struct live_options *live,
                         const char *place, struct cli_run_outcome *outcome, struct error *err);

#endif
