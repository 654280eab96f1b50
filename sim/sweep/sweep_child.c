#include "sim/sweep/sweep_child.h"

#include "sim/cli/cli_command.h"
#include "sim/cli/cli_run.h"
#include "sim/run/stop_signals.h"

#include <string.h>
#include <unistd.h>

void sweep_child(const struct sim_config *config, const char *place, int answer)
{
    struct cli_run_outcome outcome = {.drop_cut = true};
    struct error err = {STATUS_OK, ""};
    stop_signals_follow_parent();
    enum status status = cli_simulate(config, NULL, place, &outcome, &err);
    int number = *stop_signals_flag();
    if (status != STATUS_OK && write(answer, err.text, strlen(err.text)) < 0)
        status = STATUS_ENVIRONMENT;
    if (number != 0 && !outcome.wrote)
        _exit(STOP_SIGNAL_STATUS + number);
    _exit((int)status);
}
