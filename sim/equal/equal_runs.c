#include "sim/equal/equal_runs.h"

#include "sim/run/stop_signals.h"
#include "sim/swarm/swarm_child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_BYTES = 300 };

/* --- what is run --- */

static const struct {
    const char *name, *change; /* change: a setting, or null */
} variants[EQUAL_RUNS] = {
    {"host", "team.offload.policy=none"},
    {"forward", "team.move.mechanism=forward"},
    {"moves", NULL},
};

static const char *const without_outputs[] = {
    "measure.waves=none",        "outputs.captures=false", "outputs.tlp_trace=false",
    "outputs.pcie_config=false", "outputs.timeline=false", "outputs.waits=false",
    "measure.sample=0s",         "outputs.state_hash=0s"};

enum { OUTPUTS = sizeof without_outputs / sizeof without_outputs[0] };

static enum status load(struct equal_run *run, const char *scenario, struct scenario_set *sets,
                        size_t count, const char *change, struct error *err)
{
    for (size_t i = 0; i < OUTPUTS; i++)
        sets[count++] = (struct scenario_set){without_outputs[i], run->name};
    if (change)
        sets[count++] = (struct scenario_set){change, run->name};
    enum status status = scenario_load(scenario, sets, count, &run->config, err);
    if (status != STATUS_OK)
        return status;
    if (run->config.traffic == TRAFFIC_EXTERNAL)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: traffic.kind: external frames come from a caller, and cannot be "
                         "repeated; use replay or generator",
                         scenario);
    run->config.expect_count = 0;
    run->config.write_streams = true;
    return STATUS_OK;
}

enum status equal_runs_load(struct equal_run runs[EQUAL_RUNS], const char *scenario,
                            const struct scenario_set *sets, size_t set_count, const char *folder,
                            struct error *err)
{
    struct scenario_set *all = calloc(set_count + OUTPUTS + 1, sizeof *all);
    enum status status = all ? STATUS_OK : error_set(err, STATUS_ENVIRONMENT, "not enough memory");
    for (int i = 0; i < EQUAL_RUNS && status == STATUS_OK; i++) {
        struct equal_run *run = &runs[i];
        *run = (struct equal_run){.name = variants[i].name};
        if (set_count > 0)
            memcpy(all, sets, set_count * sizeof *all);
        status = load(run, scenario, all, set_count, variants[i].change, err);
        if (status != STATUS_OK)
            break;
        const char *name = run->config.name;
        int len = folder ? snprintf(run->place, sizeof run->place, "%s/%s", folder, run->name)
                         : snprintf(run->place, sizeof run->place, "results/%s.equal/%s", name,
                                    run->name);
        if (len < 0 || (size_t)len >= sizeof run->place)
            status = error_set(err, STATUS_BAD_INPUT, "%s: the name of the folder is too long",
                               folder ? folder : name);
        (void)snprintf(run->log, sizeof run->log, "%s.log", run->place);
    }
    free(all);
    return status;
}

/* --- processes --- */

static bool start(struct equal_run *run)
{
    static const struct swarm_signal none;
    (void)fflush(NULL);
    run->pid = fork();
    if (run->pid != 0)
        return run->pid > 0;
    stop_signals_follow_parent();
    _exit(swarm_run(&run->config, run->place, run->log, &none).status);
}

/* Waits for one of the processes. */
static bool reap(struct equal_run runs[EQUAL_RUNS])
{
    int status = 0;
    pid_t pid = wait(&status);
    if (pid < 0)
        return errno == EINTR;
    for (int i = 0; i < EQUAL_RUNS; i++)
        if (runs[i].pid == pid) {
            runs[i].pid = 0;
            runs[i].status =
                WIFEXITED(status) ? WEXITSTATUS(status) : STOP_SIGNAL_STATUS + WTERMSIG(status);
        }
    return true;
}

static unsigned running(const struct equal_run runs[EQUAL_RUNS])
{
    unsigned count = 0;
    for (int i = 0; i < EQUAL_RUNS; i++)
        count += runs[i].pid > 0;
    return count;
}

/* The last line that the run has printed says why it failed. */
static void last_line(const struct equal_run *run, char line[LINE_BYTES])
{
    FILE *file = fopen(run->log, "r");
    line[0] = '\0';
    while (file && fgets(line, LINE_BYTES, file))
        line[strcspn(line, "\n")] = '\0';
    if (file)
        (void)fclose(file);
    if (line[0] == '\0')
        (void)snprintf(line, LINE_BYTES, "it could not say why (%.200s)", run->log);
}

static enum status judge(const struct equal_run *run, struct error *err)
{
    char line[LINE_BYTES];
    if (run->status == STATUS_OK || run->status == STATUS_FAILED)
        return STATUS_OK;
    if (run->status > STOP_SIGNAL_STATUS)
        return error_set(err, STATUS_ENVIRONMENT,
                         "run %s was ended by signal %d (%s); the results of finished runs stay",
                         run->name, run->status - STOP_SIGNAL_STATUS,
                         strsignal(run->status - STOP_SIGNAL_STATUS));
    last_line(run, line);
    return error_set(err, run->status == STATUS_BAD_INPUT ? STATUS_BAD_INPUT : STATUS_ENVIRONMENT,
                     "run %s ended with status %d: %s", run->name, run->status, line);
}

enum status equal_runs_start(struct equal_run runs[EQUAL_RUNS], unsigned jobs, struct error *err)
{
    for (int next = 0; next < EQUAL_RUNS || running(runs) > 0;) {
        if (next < EQUAL_RUNS && running(runs) < jobs) {
            if (!start(&runs[next++])) {
                enum status status = error_set(err, STATUS_ENVIRONMENT,
                                               "no process can be started: %s", strerror(errno));
                while (running(runs) > 0 && reap(runs))
                    ;
                return status;
            }
        } else if (!reap(runs)) {
            return error_set(err, STATUS_ENVIRONMENT, "a process was lost: %s", strerror(errno));
        }
    }
    enum status worst = STATUS_OK;
    for (int i = 0; i < EQUAL_RUNS; i++) {
        struct error one;
        if (judge(&runs[i], &one) > worst) {
            *err = one;
            worst = one.status;
        }
    }
    return worst;
}
