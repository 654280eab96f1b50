#include "sim/sweep/sweep.h"

#include "models/process/child.h"
#include "sim/run/run_record.h"
#include "sim/run/stop_signals.h"
#include "sim/sweep/sweep_child.h"
#include "sim/sweep/sweep_db.h"
#include "sim/sweep/sweep_floor.h"
#include "sim/sweep/sweep_place.h"
#include "sim/sweep/sweep_slurm.h"
#include "sim/sweep/sweep_table.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIR_MAX = 32 };

/* A run that is under way. Its process writes the message of a failure into a pipe. */
struct job {
    pid_t pid; /* 0: the entry is free */
    int answer;
    struct study_point point;
    char hash[SHA256_TEXT_MAX];
};

struct sweep {
    const struct study *study;
    const struct sweep_options *options;
    struct sweep_totals *totals;
    struct sweep_place place;
    struct sweep_db *db;
    struct job *jobs;
    unsigned running;
    uint64_t failed_now;
    char lost
        [2 *
         SWEEP_MESSAGE_MAX]; /* the first run that must run again, and why; "" if there is none */
    struct error *err;
};

static void name_dir(uint64_t number, char dir[DIR_MAX])
{
    (void)snprintf(dir, DIR_MAX, "runs/%06" PRIu64, number);
}

static void show_progress(const struct sweep *sweep)
{
    const struct sweep_totals *t = sweep->totals;
    if (sweep->options->progress)
        (void)fprintf(stderr, "\r\033[Ksweep: %" PRIu64 " of %" PRIu64 " runs, %" PRIu64 " failed",
                      t->earlier + t->ended, t->count, sweep->failed_now);
}

/* --- one run --- */

/* Stores the row of a run. `stats` is null if the run left none. */
static enum status store(struct sweep *sweep, const struct job *job, int exit_status,
                         const char *message, const json_t *stats)
{
    char dir[DIR_MAX];
    name_dir(job->point.number, dir);
    struct sweep_result result = {exit_status, message, dir, job->hash, stats};
    sweep->totals->ended++;
    sweep->failed_now += exit_status != STATUS_OK;
    if (exit_status >= STATUS_ENVIRONMENT && sweep->lost[0] == '\0')
        (void)snprintf(sweep->lost, sizeof sweep->lost, "run %" PRIu64 ": %s", job->point.number,
                       message);
    enum status status = sweep_db_put(sweep->db, &job->point, &result, sweep->err);
    show_progress(sweep);
    return status;
}

static enum status start(struct sweep *sweep, struct job *job, const struct sim_config *config)
{
    char dir[DIR_MAX], place[SIM_PATH_MAX + DIR_MAX];
    int ends[2];
    name_dir(job->point.number, dir);
    (void)snprintf(place, sizeof place, "%s/%s", sweep->place.folder, dir);
    if (pipe(ends) != 0)
        return error_set(sweep->err, STATUS_ENVIRONMENT, "no run can be started: %s",
                         strerror(errno));
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        sweep_place_leave(&sweep->place); /* the lock is only the parent's */
        (void)close(ends[0]);
        sweep_child(config, place, ends[1]);
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return error_set(sweep->err, STATUS_ENVIRONMENT, "no run can be started: %s",
                         strerror(errno));
    }
    job->pid = pid;
    job->answer = ends[0];
    sweep->running++;
    return STATUS_OK;
}

/* Makes the configuration of a run and its hash. `wrong` says what is wrong with it. */
static enum status describe(struct sweep *sweep, uint64_t number, struct job *job,
                            struct sim_config *config, struct error *wrong)
{
    study_point(sweep->study, number, &job->point);
    enum status status = study_point_config(sweep->study, &job->point, config, wrong);
    job->hash[0] = '\0';
    if (status == STATUS_OK)
        run_record_hash(config, job->hash);
    return status;
}

/* The rows of a study must all come from the same values. */
static enum status check_hash(const struct sweep *sweep, const struct job *job, const char *earlier)
{
    if (strcmp(earlier, job->hash) == 0)
        return STATUS_OK;
    return error_set(sweep->err, STATUS_BAD_INPUT,
                     "%s: run %" PRIu64 " had other values: the scenario, or a default of the "
                     "program, has changed since; give another folder with -o, or remove this one",
                     sweep->place.database, job->point.number);
}

/* Starts a run unless it has ended before. A run whose values do not fit together gets its row at once. */
static enum status begin(struct sweep *sweep, uint64_t number)
{
    static struct sim_config config;
    char earlier[SHA256_TEXT_MAX] = "";
    struct error wrong = {STATUS_OK, ""};
    struct job *job = sweep->jobs;
    while (job->pid != 0)
        job++;
    enum status status = describe(sweep, number, job, &config, &wrong);
    if (sweep_db_has(sweep->db, number, earlier)) {
        sweep->totals->earlier++;
        return check_hash(sweep, job, earlier);
    }
    if (status == STATUS_BAD_INPUT)
        return store(sweep, job, STATUS_BAD_INPUT, wrong.text, NULL);
    if (status != STATUS_OK) {
        *sweep->err = wrong;
        return status;
    }
    return start(sweep, job, &config);
}

/* Stores the row of a run whose results are in its folder, if it left any. */
static enum status store_results(struct sweep *sweep, const struct job *job, int ended,
                                 const char *message)
{
    char dir[DIR_MAX], path[SIM_PATH_MAX + 64];
    name_dir(job->point.number, dir);
    (void)snprintf(path, sizeof path, "%s/%s/stats.json", sweep->place.folder, dir);
    bool has_results = ended == STATUS_OK || ended == STATUS_FAILED || ended == STATUS_BAD_INPUT;
    json_t *stats = has_results ? json_load_file(path, 0, NULL) : NULL;
    (void)snprintf(path, sizeof path, "%s/%s", sweep->place.folder, dir);
    sweep_floor_add(stats, path);
    enum status status = store(sweep, job, ended, message, stats);
    json_decref(stats);
    return status;
}

/* Waits until a run ends, and stores its row. A run that the sweep itself has ended gets none. */
static enum status reap(struct sweep *sweep)
{
    char message[SWEEP_MESSAGE_MAX];
    int wait_status = 0;
    pid_t pid = wait(&wait_status);
    if (pid < 0)
        return errno == EINTR ? STATUS_OK
                              : error_set(sweep->err, STATUS_ENVIRONMENT, "%s", strerror(errno));
    struct job *job = sweep->jobs;
    while (job < sweep->jobs + sweep->options->jobs && job->pid != pid)
        job++;
    if (job == sweep->jobs + sweep->options->jobs)
        return STATUS_OK; /* the child of somebody else */
    ssize_t len = read(job->answer, message, sizeof message - 1);
    message[len > 0 ? len : 0] = '\0';
    (void)close(job->answer);
    job->pid = 0;
    sweep->running--;
    int ended = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
                                       : STOP_SIGNAL_STATUS + WTERMSIG(wait_status);
    if (ended > STOP_SIGNAL_STATUS && *stop_signals_flag())
        return STATUS_OK;
    if (ended > STOP_SIGNAL_STATUS && message[0] == '\0')
        (void)snprintf(message, sizeof message, "ended by signal %d", ended - STOP_SIGNAL_STATUS);
    return store_results(sweep, job, ended, message);
}

/* --- all runs --- */

/* Ends the runs under way. Their rows are not stored, so that they run again. */
static void stop_all(struct sweep *sweep)
{
    for (unsigned i = 0; i < sweep->options->jobs; i++)
        if (sweep->jobs[i].pid != 0) {
            (void)kill(sweep->jobs[i].pid, SIGTERM);
            (void)child_wait(sweep->jobs[i].pid, NULL);
            (void)close(sweep->jobs[i].answer);
            sweep->jobs[i].pid = 0;
        }
    sweep->running = 0;
}

static enum status run_all(struct sweep *sweep)
{
    enum status status = STATUS_OK;
    uint64_t next = 0;
    show_progress(sweep);
    while (status == STATUS_OK && !*stop_signals_flag() &&
           (next < sweep->totals->count || sweep->running > 0)) {
        if (next < sweep->totals->count && sweep->running < sweep->options->jobs)
            status = begin(sweep, next++);
        else
            status = reap(sweep);
    }
    stop_all(sweep);
    if (sweep->options->progress)
        (void)fputs("\r\033[K", stderr);
    return status;
}

/* --- on a cluster --- */

/* Takes the rows that elements have left for runs that have none. */
static enum status collect(struct sweep *sweep)
{
    static struct sim_config config;
    struct job *job = sweep->jobs;
    enum status status = STATUS_OK;
    for (uint64_t n = 0; n < sweep->totals->count && status == STATUS_OK; n++) {
        char earlier[SHA256_TEXT_MAX] = "";
        struct error wrong = {STATUS_OK, ""};
        struct slurm_row row;
        (void)describe(sweep, n, job, &config, &wrong);
        if (sweep_db_has(sweep->db, n, earlier)) {
            sweep->totals->earlier++;
            status = check_hash(sweep, job, earlier);
        } else if (sweep_slurm_row(sweep->place.folder, n, &row)) {
            status = check_hash(sweep, job, row.hash);
            if (status == STATUS_OK)
                status = store_results(sweep, job, row.exit_status, row.message);
        }
    }
    return status;
}

/* Submits all runs that have no row. */
static enum status submit(struct sweep *sweep)
{
    uint64_t *numbers = calloc(sweep->totals->count, sizeof *numbers), count = 0;
    char ignored[SHA256_TEXT_MAX];
    if (!numbers)
        return error_set(sweep->err, STATUS_ENVIRONMENT, "out of memory");
    for (uint64_t n = 0; n < sweep->totals->count; n++)
        if (!sweep_db_has(sweep->db, n, ignored))
            numbers[count++] = n;
    enum status status =
        count == 0
            ? STATUS_OK
            : sweep_slurm_submit(sweep->options->study_file, sweep->place.folder, numbers, count,
                                 sweep->options->chunk, sweep->totals->job, sweep->err);
    sweep->totals->submitted = status == STATUS_OK ? count : 0;
    free(numbers);
    return status;
}

static enum status take_way(struct sweep *sweep)
{
    if (sweep->options->way == SWEEP_HERE)
        return run_all(sweep);
    enum status status = collect(sweep);
    sweep->lost[0] = '\0'; /* what failed is submitted again */
    if (status == STATUS_OK && sweep->options->way == SWEEP_SLURM)
        status = submit(sweep);
    return status;
}

/* The rows so far are good even if something has failed, so they are written in every case. */
static enum status finish(struct sweep *sweep, enum status status)
{
    struct error late;
    enum status wrote = sweep_db_write_csv(sweep->db, sweep->place.csv, &late);
    if (wrote == STATUS_OK)
        wrote = sweep_table_print(sweep->study, sweep->db, &late);
    if (status == STATUS_OK && wrote != STATUS_OK) {
        *sweep->err = late;
        return wrote;
    }
    if (status == STATUS_OK && *stop_signals_flag())
        return error_set(sweep->err, STATUS_FAILED,
                         "ended by %s: %" PRIu64 " of %" PRIu64 " runs are in %s; --resume goes on",
                         stop_signals_name(*stop_signals_flag()),
                         sweep->totals->earlier + sweep->totals->ended, sweep->totals->count,
                         sweep->place.folder);
    if (status == STATUS_OK && sweep->lost[0])
        return error_set(sweep->err, STATUS_ENVIRONMENT, "%s; --resume runs it again", sweep->lost);
    return status;
}

enum status sweep_study(const struct study *study, const struct sweep_options *options,
                        struct sweep_totals *totals, struct error *err)
{
    struct sweep sweep = {.study = study, .options = options, .totals = totals, .err = err};
    *totals = (struct sweep_totals){.count = study_run_count(study)};
    enum status status = sweep_place_enter(&sweep.place, study, options, err);
    if (status != STATUS_OK)
        return status;
    sweep.db = sweep_db_open(sweep.place.database, study, err);
    sweep.jobs = calloc(options->jobs, sizeof *sweep.jobs);
    if (sweep.db && !sweep.jobs)
        status = error_set(err, STATUS_ENVIRONMENT, "out of memory");
    else if (!sweep.db)
        status = err->status;
    stop_signals_catch();
    if (status == STATUS_OK) {
        status = take_way(&sweep);
        if (options->way != SWEEP_SLURM || totals->submitted == 0)
            status = finish(&sweep, status);
        totals->failed = sweep_db_failed(sweep.db);
    }
    free(sweep.jobs);
    sweep_db_close(sweep.db);
    sweep_place_leave(&sweep.place);
    return status;
}
