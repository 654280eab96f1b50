#include "sim/cli/cli_sweep.h"

#include "sim/run/stop_signals.h"
#include "sim/sweep/study_point.h"
#include "sim/sweep/sweep.h"
#include "sim/sweep/sweep_slurm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A study with more runs than RUNS_ASKED needs --yes, because it takes hours. Row numbers of SQLite have 63 bits. */
enum {
    OPTION_RESUME = 256,
    OPTION_YES,
    OPTION_SLURM,
    OPTION_CHUNK,
    OPTION_COLLECT,
    OPTION_ELEMENT,
    JOBS_MAX = 256,
    RUNS_ASKED = 10000
};

struct arguments {
    struct sweep_options options;
    const char *file;
    bool yes;
    bool is_element; /* what an element of a job array runs */
    uint64_t element;
};

static bool read_jobs(const char *text, unsigned *jobs)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    *jobs = (unsigned)number;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && number > 0 &&
           number <= JOBS_MAX;
}

static bool read_number(const char *text, uint64_t least, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= least;
}

/* Reads one of the options for Slurm. Returns false if its number is wrong. */
static bool read_slurm(int option, struct arguments *a)
{
    if (option == OPTION_SLURM)
        a->options.way = SWEEP_SLURM;
    if (option == OPTION_COLLECT)
        a->options.way = SWEEP_COLLECT;
    a->is_element |= option == OPTION_ELEMENT;
    return (option != OPTION_CHUNK || read_number(optarg, 1, &a->options.chunk)) &&
           (option != OPTION_ELEMENT || read_number(optarg, 0, &a->element));
}

/* Reads the options. Returns -1 if the program should go on, and otherwise its exit status. */
static int read_arguments(const struct cli_command *command, int argc, char **argv,
                          struct arguments *a)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"jobs", required_argument, NULL, 'j'},
        {"output", required_argument, NULL, 'o'},
        {"resume", no_argument, NULL, OPTION_RESUME},
        {"yes", no_argument, NULL, OPTION_YES},
        {"slurm", no_argument, NULL, OPTION_SLURM},
        {"slurm-chunk", required_argument, NULL, OPTION_CHUNK},
        {"collect", no_argument, NULL, OPTION_COLLECT},
        {"slurm-element", required_argument, NULL, OPTION_ELEMENT},
        {NULL, 0, NULL, 0}};
    for (int c; (c = cli_next_option(command, argc, argv, ":hj:o:", options)) != -1;) {
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        if (c == 'j' && !read_jobs(optarg, &a->options.jobs))
            return cli_usage_error(command, "--jobs needs a number from 1 to 256");
        if (c == 'o')
            a->options.place = optarg;
        if (!read_slurm(c, a))
            return cli_usage_error(command, "--slurm-chunk needs a number from 1 on");
        a->options.resume |= c == OPTION_RESUME;
        a->yes |= c == OPTION_YES;
    }
    if (optind != argc - 1)
        return cli_usage_error(command, "needs exactly one STUDY");
    a->file = a->options.study_file = argv[optind];
    return -1;
}

/* What the user does next. */
static void report_slurm(const struct arguments *a, const struct sweep_totals *totals)
{
    if (totals->submitted > 0)
        (void)printf("job %s: %" PRIu64 " of %" PRIu64 " runs submitted; when it has ended: toesim "
                     "sweep %s%s%s --collect\n",
                     totals->job, totals->submitted, totals->count, a->file,
                     a->options.place ? " -o " : "", a->options.place ? a->options.place : "");
    else if (a->options.way == SWEEP_COLLECT && totals->earlier + totals->ended < totals->count)
        (void)printf("%" PRIu64 " runs are missing; --slurm submits them again\n",
                     totals->count - totals->earlier - totals->ended);
}

static int run_element(const struct study *study, const struct arguments *a)
{
    struct error err = {STATUS_OK, ""};
    const char *folder = a->options.place ? a->options.place : ".";
    enum status status = sweep_slurm_element(study, folder, a->element, &err);
    return status == STATUS_OK ? STATUS_OK : cli_report(&err);
}

static int report(const struct sweep_totals *totals, enum status status, const struct error *err)
{
    (void)printf("%" PRIu64 " of %" PRIu64 " runs are there, %" PRIu64 " of them new, %" PRIu64
                 " not ok\n",
                 totals->earlier + totals->ended, totals->count, totals->ended, totals->failed);
    if (status == STATUS_OK)
        return totals->failed ? STATUS_FAILED : STATUS_OK;
    (void)cli_report(err);
    int number = *stop_signals_flag();
    return number != 0 && status == STATUS_FAILED ? STOP_SIGNAL_STATUS + number : (int)status;
}

int cli_sweep(const struct cli_command *command, int argc, char **argv)
{
    static struct study study;
    struct arguments a = {.options = {.jobs = 1}};
    struct sweep_totals totals = {0};
    struct error err = {STATUS_OK, ""};
    int status = read_arguments(command, argc, argv, &a);
    if (status >= 0)
        return status;
    if (study_read(a.file, &study, &err) != STATUS_OK)
        return cli_report(&err);
    if (a.is_element) {
        status = run_element(&study, &a);
        study_free(&study);
        return status;
    }
    uint64_t count = study_run_count(&study);
    a.options.progress = isatty(STDERR_FILENO) == 1;
    if (count > INT64_MAX || (count > RUNS_ASKED && !a.yes)) {
        (void)error_set(&err, STATUS_BAD_INPUT, "%s: has %s%" PRIu64 " runs; %s", a.file,
                        count > INT64_MAX ? "at least " : "", count,
                        count > INT64_MAX ? "write fewer values" : "--yes runs them all");
        status = cli_report(&err);
    } else {
        enum status swept = sweep_study(&study, &a.options, &totals, &err);
        status = totals.ended + totals.earlier > 0 || swept == STATUS_OK
                     ? report(&totals, swept, &err)
                     : cli_report(&err);
        report_slurm(&a, &totals);
        if (status == STATUS_OK && a.options.way == SWEEP_COLLECT &&
            totals.earlier + totals.ended < totals.count)
            status = STATUS_FAILED;
    }
    study_free(&study);
    return status;
}
