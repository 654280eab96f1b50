#include "sim/race/race_sweep.h"

#include "models/process/child.h"
#include "sim/cli/cli_command.h"
#include "sim/race/race_moment.h"
#include "sim/race/race_table.h"
#include "sim/run/stop_signals.h"
#include "sim/scenario/value/scenario_quantity.h"
#include "sim/scenario/value/scenario_value.h"
#include "sim/swarm/swarm_child.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACE_BYTES = SIM_PATH_MAX + 64 };

struct sweeper {
    const struct race_sweep *sweep;
    struct sim_config *config;
    char place[SIM_PATH_MAX];
    uint64_t moment_ps;
    struct race_times times;
    struct race_table *table;
};

/* --- what is swept --- */

static enum status make_place(struct sweeper *s, struct error *err)
{
    char path[PLACE_BYTES];
    const char *folder = s->sweep->folder;
    int len = folder ? snprintf(s->place, sizeof s->place, "%s/%s", folder, s->config->name)
                     : snprintf(s->place, sizeof s->place, "results/%s.race", s->config->name);
    if (len < 0 || (size_t)len >= sizeof s->place)
        return error_set(err, STATUS_BAD_INPUT, "%s: the name of the folder is too long", folder);
    (void)snprintf(path, sizeof path, "%s%s", s->place, s->sweep->keep ? "/branches" : "");
    if (!cli_make_folder(path))
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
    return STATUS_OK;
}

/* Runs the scenario without the frame. Its results stay, because they say what the frame changes. */
static enum status run_reference(struct sweeper *s, struct error *err)
{
    static const struct swarm_signal none;
    char place[PLACE_BYTES], log[PLACE_BYTES];
    (void)snprintf(place, sizeof place, "%s/reference", s->place);
    (void)snprintf(log, sizeof log, "%s/reference.log", s->place);
    int status = swarm_run(s->config, place, log, &none).status;
    if (status == STATUS_OK)
        return race_moment_find(place, &s->config->race, &s->moment_ps, err);
    if (status >= STOP_SIGNAL_STATUS)
        return error_set(err, STATUS_ENVIRONMENT,
                         "the run without the frame was ended by signal %d",
                         status - STOP_SIGNAL_STATUS);
    return error_set(err, (enum status)status,
                     "the run without the frame ends with status %d, so nothing can be said about "
                     "the frame (%s)",
                     status, log);
}

static enum status prepare(struct sweeper *s, struct error *err)
{
    struct sim_config *config = s->config;
    if (config->race.frame == GEN_FRAME_NONE)
        return error_set(err, STATUS_BAD_INPUT, "race.frame: missing; write such as frame: rst");
    config->race.time_ps = 0;
    config->waves = WAVES_NONE;
    config->write_captures = config->tlp_trace = config->pcie_config = false;
    config->sample_ps = 0;
    config->write_timeline = config->write_waits = false;
    config->state_hash_ps = 0;
    config->log = (struct log_params){.connection = LOG_ALL_CONNECTIONS};
    enum status status = make_place(s, err);
    if (status == STATUS_OK)
        status = run_reference(s, err);
    if (status == STATUS_OK)
        status = race_moment_times(&config->race, s->moment_ps, &s->times, err);
    return status;
}

/* --- the report --- */

/* Prints a word as a shell reads it. */
static void print_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "._-+=/:,%[]";
    if (word[strspn(word, plain)] == '\0') {
        (void)printf(" %s", word);
        return;
    }
    (void)fputs(" '", stdout);
    for (; *word; word++)
        if (*word == '\'')
            (void)fputs("'\\''", stdout);
        else
            (void)putchar(*word);
    (void)putchar('\'');
}

static void show_failure(void *self, int64_t offset_ps, uint64_t time_ps,
                         const struct race_report *report)
{
    const struct sweeper *s = self;
    cli_print(stdout, "  fail: offset %" PRId64 " ps: %s: %s", offset_ps,
              race_outcome_name((enum race_outcome)report->outcome), report->detail);
    (void)fputs("    toesim run", stdout);
    print_word(s->sweep->file);
    for (size_t i = 0; i < s->sweep->set_count; i++) {
        (void)fputs(" --set", stdout);
        print_word(s->sweep->sets[i].assignment);
    }
    (void)printf(" --set race.time=%" PRIu64 "ps\n", time_ps);
}

static void print_head(const struct sweeper *s)
{
    static const char *const frames[] = {"none", "rst", "fin", "data", "dup", "window", "forged"};
    static const char *const marks[] = {"T0", "T5", "T10"};
    const struct sim_race *race = &s->config->race;
    char step[SCENARIO_VALUE_MAX];
    scenario_quantity_format(SCENARIO_TIME, race->step_ps, step);
    cli_print(stdout,
              "%s: %s of client %" PRIu32 ", %" PRId64 " ns to %" PRId64
              " ns in steps of %.40s around %s of move %" PRIu32 " (%" PRIu64 " ps)",
              s->config->name, frames[race->frame], race->connection, race->from_ps / 1000,
              race->to_ps / 1000, step, marks[race->at], race->move, s->moment_ps);
    (void)fflush(stdout);
}

static int status_of(const struct sweeper *s, enum status status, struct error *err)
{
    if (status != STATUS_OK)
        return cli_report(err);
    int signal = *stop_signals_flag();
    if (signal != 0) {
        cli_print(stderr, "toesim: ended by %s; the outcomes so far are in %s/outcomes.csv",
                  stop_signals_name(signal), s->place);
        return STOP_SIGNAL_STATUS + signal;
    }
    uint64_t lost = race_table_count(s->table, RACE_LOST);
    if (lost > 0) {
        cli_print(stderr,
                  "toesim: %s: the results of %" PRIu64 " branches are lost; the others stay",
                  s->place, lost);
        return STATUS_ENVIRONMENT;
    }
    return race_table_failures(s->table) > 0 ? STATUS_FAILED : STATUS_OK;
}

/* --- the branches --- */

static void on_report(void *self, uint64_t index, const struct race_report *report)
{
    struct sweeper *s = self;
    race_table_add(s->table, index, report);
}

static enum status run_branches(struct sweeper *s, struct error *err)
{
    char keep[PLACE_BYTES];
    (void)snprintf(keep, sizeof keep, "%s/branches", s->place);
    struct race_plan plan = {.config = s->config,
                             .times = s->times,
                             .jobs = s->sweep->jobs,
                             .sink = {on_report, s},
                             .keep = s->sweep->keep ? keep : NULL,
                             .stop = stop_signals_flag()};
    stop_signals_catch();
    return race_run(&plan, err);
}

/* Runs in a process of its own, and returns its exit status. */
static int sweep_here(struct sweeper *s)
{
    char path[PLACE_BYTES];
    struct error err, late;
    stop_signals_follow_parent();
    (void)snprintf(path, sizeof path, "%s/outcomes.csv", s->place);
    s->table = race_table_create(path, s->moment_ps, s->config->race.from_ps, s->times.step_ps,
                                 s->times.count, &err);
    if (!s->table)
        return cli_report(&err);
    print_head(s);
    enum status status = run_branches(s, &err);
    race_table_print(s->table, stdout);
    race_table_for_failures(s->table, show_failure, s);
    if (race_table_failures(s->table) > RACE_FAILURES_SHOWN)
        (void)printf("  %" PRIu64 " failures in all; outcomes.csv has them\n",
                     race_table_failures(s->table));
    cli_print(stdout, "  outcomes in %s", path);
    if (race_table_close(s->table, &late) != STATUS_OK) {
        err = late;
        status = late.status;
    }
    int result = status_of(s, status, &err);
    race_table_destroy(s->table);
    return result;
}

int race_sweep(const struct race_sweep *sweep, struct sim_config *config)
{
    static struct sweeper s;
    struct error err, named;
    s = (struct sweeper){.sweep = sweep, .config = config};
    if (prepare(&s, &err) != STATUS_OK) {
        (void)error_set(&named, err.status, "%s: %.600s", sweep->file, err.text);
        return cli_report(&named);
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int result = sweep_here(&s);
        _exit(fflush(NULL) == 0 ? result : STATUS_ENVIRONMENT);
    }
    int status = 0;
    if (child_wait(pid, &status) && WIFEXITED(status))
        return WEXITSTATUS(status);
    cli_print(stderr,
              "toesim: %s: the sweep was ended before its time; the outcomes so far are in %s",
              sweep->file, s.place);
    return STATUS_ENVIRONMENT;
}
