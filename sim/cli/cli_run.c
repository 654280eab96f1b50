#include "sim/cli/cli_run.h"

#include "models/base/publish.h"
#include "sim/cli/cli_command.h"
#include "sim/live/live.h"
#include "sim/results/outdir.h"
#include "sim/run/run.h"
#include "sim/run/run_record.h"
#include "sim/run/stop_signals.h"
#include "sim/scenario/scenario_write.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SETS_MAX = 128,
    OPTION_SEED = 256,
    OPTION_SET,
    OPTION_WAVES,
    OPTION_MODE,
    OPTION_POLICY,
    OPTION_GAP,
    OPTION_STALL,
    OPTION_EMPTY,
    OPTION_DECAP,
    OPTION_NO_RECHECK,
    OPTION_PORT_OF,
    OPTION_INTERFACE,
    OPTION_DURATION,
    OPTION_TAP,
    OPTION_FILES,
    OPTION_LOG,
    OPTION_TRACE
};

/* The options, translated into settings in the order in which they were given. */
struct settings {
    size_t count;
    char *texts[SETS_MAX];
    struct scenario_set sets[SETS_MAX];
    const char *place;
    bool no_recheck;
    struct live_options live;
};

static void settings_free(struct settings *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->texts[i]);
    s->count = 0;
}

static bool add(struct settings *s, const char *origin, const char *key, const char *value)
{
    char *text = NULL;
    if (s->count == SETS_MAX || asprintf(&text, "%s%s", key, value) < 0)
        return false;
    s->texts[s->count] = text;
    s->sets[s->count++] = (struct scenario_set){text, origin};
    return true;
}

/* An option for a list may be repeated, and may have several words separated by commas. */
static bool add_to_list(struct settings *s, const char *origin, const char *key, const char *value)
{
    size_t key_len = strlen(key);
    for (size_t i = 0; i < s->count; i++) {
        char *text = NULL;
        if (strcmp(s->sets[i].origin, origin) != 0 || strncmp(s->texts[i], key, key_len) != 0)
            continue;
        if (asprintf(&text, "%s,%s", s->texts[i], value) < 0)
            return false;
        free(s->texts[i]);
        s->texts[i] = text;
        s->sets[i].assignment = text;
        return true;
    }
    return add(s, origin, key, value);
}

/* The value "flip:5" sets two keys. */
static bool add_policy(struct settings *s, const char *value)
{
    static const char origin[] = "--port-policy";
    if (strncmp(value, "flip:", 5) == 0)
        return add(s, origin, "switch.policy=", "flip") &&
               add(s, origin, "switch.flip_frames=", value + 5);
    if (strcmp(value, "flip") == 0)
        value = "flip (without K: write flip:K, such as flip:8)";
    return add(s, origin, "switch.policy=", value);
}

/* "move" or "move=3" sets the key of the topic. */
static bool add_log(struct settings *s, const char *value)
{
    char *text = NULL;
    bool ok = asprintf(&text, "%s%s", value, strchr(value, '=') ? "" : "=2") >= 0 &&
              add(s, "--log", "outputs.log.", text);
    free(text);
    return ok;
}

/* "conn=20" logs everything of one connection. */
static bool add_trace(struct settings *s, const char *value)
{
    static const char *const topics[] = {
#define X(id, key, text) "outputs.log." key "=3",
        LOG_TOPICS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        if (!add(s, "--trace", "", topics[i]))
            return false;
    bool is_conn = strncmp(value, "conn=", 5) == 0;
    return add(s, "--trace", "outputs.log.connection=",
               is_conn ? value + 5 : "write conn=NUMBER, such as conn=20");
}

static bool add_option(struct settings *s, int option, const char *value)
{
    switch (option) {
    case 'o':
        s->place = value;
        return true;
    case OPTION_SEED:
        return add(s, "--seed", "seed=", value);
    case OPTION_SET:
        return add(s, "--set", "", value);
    case OPTION_WAVES:
        return add(s, "--waves", "measure.waves=", value);
    case OPTION_MODE:
        return add(s, "--mode", "traffic.mode=", value);
    case OPTION_POLICY:
        return add_policy(s, value);
    case OPTION_GAP:
        return add(s, "--max-gap", "traffic.max_gap=", value);
    case OPTION_DURATION:
        return add(s, "--duration", "duration=", value);
    case OPTION_EMPTY:
        return add(s, "--allow-empty", "traffic.allow_empty=", "true");
    case OPTION_DECAP:
        return add(s, "--decap", "traffic.decap=", "true");
    case OPTION_NO_RECHECK:
        s->no_recheck = true;
        return true;
    case OPTION_PORT_OF:
        return add_to_list(s, "--port-of", "traffic.port_of=", value);
    case OPTION_INTERFACE:
        return add_to_list(s, "--interface", "traffic.interfaces=", value);
    case OPTION_TAP:
        s->live.tap = value;
        return true;
    case OPTION_FILES:
        s->live.files = value;
        return true;
    case OPTION_LOG:
        return add_log(s, value);
    case OPTION_TRACE:
        return add_trace(s, value);
    default:
        return add(s, "--stall", "traffic.stall=", value);
    }
}

/* Reads the options and the one file name. Returns -1 if the program should go on, and otherwise
 * its exit status. */
static int read_arguments(const struct cli_command *command, int argc, char **argv,
                          const struct option *options, const char *what, struct settings *settings,
                          const char **file)
{
    char text[96];
    for (int c; (c = cli_next_option(command, argc, argv, ":ho:", options)) != -1;) {
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        if (!add_option(settings, c, optarg))
            return cli_usage_error(command, "too many settings");
    }
    if (optind != argc - 1) {
        (void)snprintf(text, sizeof text, "needs exactly one %s", what);
        return cli_usage_error(command, text);
    }
    *file = argv[optind];
    return -1;
}

/* --- the run itself --- */

static enum status write_effective(const struct sim_config *config, const char *folder,
                                   struct error *err)
{
    char path[SIM_PATH_MAX + 32];
    struct publish out;
    (void)snprintf(path, sizeof path, "%s/effective.yaml", folder);
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    (void)scenario_write(config, out.stream); /* publish_close() reports a failed write */
    return publish_close(&out, err);
}

static bool has_file(const char *folder, const char *name)
{
    char path[SIM_PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

/* Adds the name of the file that has the last events before a violation. The file has its final
 * name only now. */
static void name_violation(const char *place, struct error *err)
{
    size_t used = strlen(err->text);
    if (err->status == STATUS_FAILED && has_file(place, "violation.txt"))
        (void)snprintf(err->text + used, sizeof err->text - used,
                       "; its last events are in %s/violation.txt", place);
}

/* The wave library maps temporary files into memory and does not check whether the disk has
 * space for them, so a full disk causes SIGBUS in the middle of the run. The fault is
 * synchronous and occurs in that library's own code. Therefore the handler may end the run as
 * after any other failed write. */
static struct outdir *building;
static struct error bus_error; /* its text is made before any failure */

static void on_bus_error(int number)
{
    (void)signal(number, SIG_DFL);
    if (write(STDERR_FILENO, bus_error.text, strlen(bus_error.text)) < 0)
        errno = 0; /* standard error is gone, and there is nobody else to tell */
    outdir_abort(building);
    _exit(STATUS_ENVIRONMENT);
}

static enum status simulate_into(struct outdir *out, const struct sim_config *config,
                                 const struct run_options *options, struct error *err)
{
    building = out;
    (void)error_set(&bus_error, STATUS_ENVIRONMENT,
                    "toesim: %s/waves.fst: cannot be written completely (disk full?)\n", out->temp);
    (void)signal(SIGBUS, on_bus_error);
    enum status status = sim_run(config, options, err);
    (void)signal(SIGBUS, SIG_DFL);
    building = NULL;
    return status;
}

/* Makes the message for the user about a run that a signal has ended. */
static void report_cut(const char *wanted, const char *place, int number, struct error *err)
{
    bool kept = strcmp(wanted, place) != 0;
    (void)error_set(err, STATUS_FAILED,
                    "ended by %s before the run was over: cut results are in %s%s%s%s",
                    stop_signals_name(number), place, kept ? ", the finished ones in " : "",
                    kept ? wanted : "", kept ? " stay" : "");
}

enum status cli_simulate(const struct sim_config *config, const struct live_options *live,
                         const char *place, struct cli_run_outcome *outcome, struct error *err)
{
    struct outdir out;
    struct error late;
    outcome->wrote = outcome->cut = false;
    enum status status = outdir_begin(&out, place, err);
    if (status != STATUS_OK)
        return status;
    struct recheck recheck = {0, -1};
    /* a copy, whose path of the capture recheck_begin() may change */
    struct sim_config own = *config;
    if (outcome->recheck)
        recheck_begin(&recheck, &own);
    struct run_options options = {.out_dir = out.temp,
                                  .recheck = outcome->recheck ? &recheck : NULL,
                                  .progress = outcome->progress,
                                  .live = live,
                                  .stop = stop_signals_flag(),
                                  .sim_time_ps = outcome->sim_time_ps};
    stop_signals_catch();
    status = simulate_into(&out, &own, &options, err);
    recheck_end(&recheck, &own);
    /* Failed expectations and damaged captures leave results too, but a full disk leaves none. */
    if (status == STATUS_ENVIRONMENT || !has_file(out.temp, "stats.json")) {
        outdir_abort(&out);
        return status;
    }
    outcome->cut = *options.stop && !outdir_is_finished(out.temp);
    if (outcome->cut && outcome->drop_cut) {
        outdir_abort(&out);
        return error_set(err, STATUS_FAILED, "ended by %s", stop_signals_name(*options.stop));
    }
    enum status ended = write_effective(config, out.temp, &late);
    if (ended == STATUS_OK)
        ended = run_record_write(out.temp, config, &late);
    char wanted[SIM_PATH_MAX];
    (void)strcpy(wanted, out.place);
    if (ended == STATUS_OK)
        ended = outdir_commit(&out, &late);
    if (ended != STATUS_OK) {
        outdir_abort(&out);
        *err = late;
        return ended;
    }
    outcome->wrote = true;
    (void)strcpy(outcome->place, out.place);
    if (outcome->cut)
        report_cut(wanted, out.place, *options.stop, err);
    else if (status != STATUS_OK)
        name_violation(out.place, err);
    return outcome->cut ? STATUS_FAILED : status;
}

/* The wall time differs from run to run, so it is printed here and not in summary.txt. */
static void print_speed(const char *place)
{
    char path[SIM_PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/perf.json", place);
    json_t *perf = json_load_file(path, 0, NULL);
    json_int_t wall_us = json_integer_value(json_object_get(perf, "wall_us"));
    json_int_t reading_us = json_integer_value(json_object_get(perf, "reading_us"));
    (void)printf("wall time       %lld.%03lld s (reading %lld.%03lld s), %lld frames per second\n",
                 (long long)(wall_us / 1000000), (long long)(wall_us / 1000 % 1000),
                 (long long)(reading_us / 1000000), (long long)(reading_us / 1000 % 1000),
                 (long long)json_integer_value(json_object_get(perf, "frames_per_second")));
    json_decref(perf);
}

static enum status print_summary(const char *place, struct error *err)
{
    char path[SIM_PATH_MAX + 32], *line = NULL;
    size_t size = 0;
    (void)snprintf(path, sizeof path, "%s/summary.txt", place);
    FILE *file = fopen(path, "r");
    if (!file)
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
    while (getline(&line, &size, file) >= 0)
        cli_print(stdout, "%s", line);
    free(line);
    (void)fclose(file);
    print_speed(place);
    cli_print(stdout, "results in %s\n", place);
    if (fflush(stdout) != 0)
        return error_set(err, STATUS_ENVIRONMENT, "standard output: %s", strerror(errno));
    return STATUS_OK;
}

/* A live run goes on until its user ends it with Ctrl-C or SIGTERM, so these two signals are not
 * a failure. */
static int status_of_signal(int number, const struct live_options *live)
{
    if (number == 0 || (live && (number == SIGINT || number == SIGTERM)))
        return STATUS_OK;
    return STOP_SIGNAL_STATUS + number;
}

/* The caller sets the input fields of `outcome`. */
static int simulate_and_print(const struct sim_config *config, const struct live_options *live,
                              const char *place, struct cli_run_outcome *outcome)
{
    struct error err = {STATUS_OK, ""}, late = {STATUS_OK, ""};
    char default_place[SIM_NAME_MAX + 16];
    if (!place) {
        (void)snprintf(default_place, sizeof default_place, "results/%s", config->name);
        place = default_place;
    }
    outcome->progress = isatty(STDERR_FILENO) == 1;
    enum status status = cli_simulate(config, live, place, outcome, &err);
    int by_signal = status_of_signal(*stop_signals_flag(), live);
    if (outcome->wrote && print_summary(outcome->place, &late) != STATUS_OK)
        return cli_report(&late);
    if (status != STATUS_OK)
        (void)cli_report(&err);
    return by_signal != 0 && status != STATUS_ENVIRONMENT ? by_signal : (int)status;
}

int cli_simulate_and_print(const struct sim_config *config, const struct live_options *live,
                           const char *place, volatile uint64_t *sim_time_ps)
{
    static struct cli_run_outcome outcome;
    outcome.sim_time_ps = sim_time_ps;
    return simulate_and_print(config, live, place, &outcome);
}

#define COMMON_OPTIONS                                                                             \
    {"help", no_argument, NULL, 'h'}, {"output", required_argument, NULL, 'o'},                    \
        {"seed", required_argument, NULL, OPTION_SEED},                                            \
        {"set", required_argument, NULL, OPTION_SET},                                              \
        {"log", required_argument, NULL, OPTION_LOG},                                              \
        {"trace", required_argument, NULL, OPTION_TRACE},                                          \
    {                                                                                              \
        "waves", required_argument, NULL, OPTION_WAVES                                             \
    }

int cli_run(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {
        COMMON_OPTIONS, {"allow-empty", no_argument, NULL, OPTION_EMPTY}, {NULL, 0, NULL, 0}};
    static struct sim_config config;
    struct settings settings = {0};
    struct error err;
    const char *file;
    int status = read_arguments(command, argc, argv, options, "SCENARIO", &settings, &file);
    if (status < 0) {
        if (scenario_load(file, settings.sets, settings.count, &config, &err) != STATUS_OK)
            status = cli_report(&err);
        else
            status = cli_simulate_and_print(&config, NULL, settings.place, NULL);
    }
    settings_free(&settings);
    return status;
}

int cli_replay(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {
        COMMON_OPTIONS,
        {"mode", required_argument, NULL, OPTION_MODE},
        {"port-policy", required_argument, NULL, OPTION_POLICY},
        {"max-gap", required_argument, NULL, OPTION_GAP},
        {"stall", required_argument, NULL, OPTION_STALL},
        {"port-of", required_argument, NULL, OPTION_PORT_OF},
        {"interface", required_argument, NULL, OPTION_INTERFACE},
        {"decap", no_argument, NULL, OPTION_DECAP},
        {"no-recheck", no_argument, NULL, OPTION_NO_RECHECK},
        {"allow-empty", no_argument, NULL, OPTION_EMPTY},
        {NULL, 0, NULL, 0}};
    static struct sim_config config;
    static struct cli_run_outcome outcome;
    struct settings settings = {0};
    struct error err;
    const char *file;
    int status = read_arguments(command, argc, argv, options, "CAPTURE", &settings, &file);
    if (status < 0) {
        outcome.recheck = !settings.no_recheck;
        if (!add(&settings, "CAPTURE", "traffic.capture=", file))
            status = cli_usage_error(command, "too many settings");
        else if (scenario_from_sets(settings.sets, settings.count, &config, &err) != STATUS_OK)
            status = cli_report(&err);
        else
            status = simulate_and_print(&config, NULL, settings.place, &outcome);
    }
    settings_free(&settings);
    return status;
}

int cli_live(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {COMMON_OPTIONS,
                                            {"tap", required_argument, NULL, OPTION_TAP},
                                            {"files", required_argument, NULL, OPTION_FILES},
                                            {"duration", required_argument, NULL, OPTION_DURATION},
                                            {"port-policy", required_argument, NULL, OPTION_POLICY},
                                            {NULL, 0, NULL, 0}};
    static struct sim_config config;
    struct settings settings = {0};
    struct error err;
    const char *file;
    int status = read_arguments(command, argc, argv, options, "SCENARIO", &settings, &file);
    if (status < 0) {
        if (!settings.live.tap)
            status = cli_usage_error(command, "needs --tap NAME");
        else if (!add(&settings, "live", "traffic.kind=", "external"))
            status = cli_usage_error(command, "too many settings");
        else if (scenario_load(file, settings.sets, settings.count, &config, &err) != STATUS_OK)
            status = cli_report(&err);
        else
            status = cli_simulate_and_print(&config, &settings.live, settings.place, NULL);
    }
    settings_free(&settings);
    return status;
}
