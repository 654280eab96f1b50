#include "sim/cli/cli_equal.h"

#include "sim/equal/equal_runs.h"
#include "sim/equal/stream_record.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPTION_SEED = 256,
    OPTION_SET,
    SETS_MAX = 128,
    LINES_MAX = 100,
    JOBS_MAX = 256,
    SEED_BYTES = 64
};

struct equal {
    const char *folder; /* null: results/NAME.equal */
    unsigned jobs;
    struct scenario_set sets[SETS_MAX];
    size_t set_count;
    char seed[SEED_BYTES];
    struct equal_run runs[EQUAL_RUNS];
    struct stream_file files[EQUAL_RUNS];
};

/* --- results --- */

static void stream_path(const struct equal_run *run, char path[SIM_PATH_MAX + 32])
{
    (void)snprintf(path, SIM_PATH_MAX + 32, "%s/" STREAM_FILE, run->place);
}

static json_int_t number(const json_t *stats, const char *section, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(stats, section), key));
}

/* Prints one line about the run. Returns false if a violated invariant ended it. */
static bool print_run(const struct equal_run *run)
{
    char path[SIM_PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/stats.json", run->place);
    json_t *stats = json_load_file(path, 0, NULL);
    bool complete = json_is_true(json_object_get(stats, "complete"));
    (void)printf("%-10s %13lld %12lld %14lld %14lld %9lld\n", run->name,
                 (long long)number(stats, "streams", "total"),
                 (long long)number(stats, "connections", "offloaded"),
                 (long long)number(stats, "streams", "bytes_to_server"),
                 (long long)number(stats, "streams", "bytes_to_client"),
                 (long long)number(stats, "moves", "completed"));
    json_decref(stats);
    return complete;
}

static bool print_runs(const struct equal *equal)
{
    bool complete = true;
    (void)printf("%-10s %13s %12s %14s %14s %9s\n", "run", "conversations", "offloaded",
                 "bytes to server", "to clients", "moves");
    for (int i = 0; i < EQUAL_RUNS; i++)
        if (!print_run(&equal->runs[i])) {
            complete = false;
            cli_print(stdout, "run %s was ended by a violated invariant; see %s/violation.txt",
                      equal->runs[i].name, equal->runs[i].place);
        }
    return complete;
}

/* Returns true if something in the scenario can end a connection that is on a NIC. */
static bool may_fail(const struct sim_config *config)
{
    for (size_t i = 0; i < config->action_count; i++)
        if (config->actions[i].kind->flags & ACTION_MAY_DAMAGE)
            return true;
    return false;
}

static enum status open_files(struct equal *equal, struct error *err)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < EQUAL_RUNS && status == STATUS_OK; i++) {
        char path[SIM_PATH_MAX + 32];
        stream_path(&equal->runs[i], path);
        status = stream_file_open(&equal->files[i], path, err);
    }
    return status;
}

/* The streams are of no use to anybody else, and may be large. */
static void close_files(struct equal *equal)
{
    for (int i = 0; i < EQUAL_RUNS; i++) {
        char path[SIM_PATH_MAX + 32];
        stream_path(&equal->runs[i], path);
        stream_file_close(&equal->files[i]);
        (void)unlink(path);
    }
}

static int compare(struct equal *equal)
{
    static const char *const names[EQUAL_RUNS] = {"host", "forward", "moves"};
    struct equal_counts counts;
    bool complete = print_runs(equal);
    equal_compare(equal->files, names, may_fail(&equal->runs[0].config), LINES_MAX, stdout,
                  &counts);
    (void)printf("%" PRIu64 " conversations equal, %" PRIu64 " different, %" PRIu64
                 " equal until a run or the capture ended, %" PRIu64
                 " equal until hardware failed\n",
                 counts.equal, counts.different, counts.cut, counts.hardware);
    if (!complete || counts.different > 0)
        return STATUS_FAILED;
    if (counts.equal > 0 || counts.hardware > 0)
        return STATUS_OK;
    cli_print(stderr, "toesim: %s: %s", equal->runs[0].config.source,
              counts.cut > 0 ? "no conversation has come to its end, so nothing can be said to be "
                               "equal; give the run a longer duration"
                             : "has no conversation, so there is nothing to compare");
    return STATUS_BAD_INPUT;
}

/* --- options --- */

static bool read_jobs(const char *text, unsigned *jobs)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *jobs = (unsigned)value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && value > 0 &&
           value <= JOBS_MAX;
}

static bool add_set(struct equal *equal, const char *assignment, const char *origin)
{
    if (equal->set_count == SETS_MAX)
        return false;
    equal->sets[equal->set_count++] = (struct scenario_set){assignment, origin};
    return true;
}

/* Reads the options. Returns -1 if the program should go on, and otherwise its exit status. */
static int read_arguments(const struct cli_command *command, int argc, char **argv,
                          struct equal *equal)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"jobs", required_argument, NULL, 'j'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"seed", required_argument, NULL, OPTION_SEED},
                                            {"set", required_argument, NULL, OPTION_SET},
                                            {NULL, 0, NULL, 0}};
    for (int c; (c = cli_next_option(command, argc, argv, ":hj:o:", options)) != -1;) {
        bool fits = true;
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        if (c == 'o')
            equal->folder = optarg;
        else if (c == 'j' && !read_jobs(optarg, &equal->jobs))
            return cli_usage_error(command, "--jobs needs a number from 1 to 256");
        else if (c == OPTION_SET)
            fits = add_set(equal, optarg, "--set");
        else if (c == OPTION_SEED)
            fits = snprintf(equal->seed, sizeof equal->seed, "seed=%s", optarg) <
                       (int)sizeof equal->seed &&
                   add_set(equal, equal->seed, "--seed");
        if (!fits)
            return cli_usage_error(command, "too many settings");
    }
    if (optind != argc - 1)
        return cli_usage_error(command, "needs exactly one SCENARIO");
    return -1;
}

/* Makes the folder of the three results. */
static enum status make_folder(const struct equal *equal, struct error *err)
{
    char folder[SIM_PATH_MAX];
    (void)strcpy(folder, equal->runs[0].place);
    *strrchr(folder, '/') = '\0';
    if (cli_make_folder(folder))
        return STATUS_OK;
    return error_set(err, STATUS_ENVIRONMENT, "%s: %s", folder, strerror(errno));
}

int cli_equal(const struct cli_command *command, int argc, char **argv)
{
    static struct equal equal;
    struct error err;
    equal = (struct equal){.jobs = 1};
    int status = read_arguments(command, argc, argv, &equal);
    if (status >= 0)
        return status;
    if (equal_runs_load(equal.runs, argv[optind], equal.sets, equal.set_count, equal.folder,
                        &err) != STATUS_OK ||
        make_folder(&equal, &err) != STATUS_OK ||
        equal_runs_start(equal.runs, equal.jobs, &err) != STATUS_OK)
        return cli_report(&err);
    status = open_files(&equal, &err) == STATUS_OK ? compare(&equal) : cli_report(&err);
    close_files(&equal);
    return status;
}
