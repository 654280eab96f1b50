#include "sim/cli/cli_sweep_race.h"

#include "sim/race/race_sweep.h"
#include "sim/run/stop_signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_SEED = 256, OPTION_SET, OPTION_KEEP, SETS_MAX = 128, SEED_BYTES = 64 };

struct sweep_options {
    struct race_sweep sweep;
    struct scenario_set sets[SETS_MAX];
    size_t set_count;
    char seed[SEED_BYTES];
};

static bool read_jobs(const char *text, unsigned *jobs)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *jobs = (unsigned)value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && value > 0 &&
           value <= RACE_JOBS_MAX;
}

static bool add_set(struct sweep_options *options, const char *assignment, const char *origin)
{
    if (options->set_count == SETS_MAX)
        return false;
    options->sets[options->set_count++] = (struct scenario_set){assignment, origin};
    return true;
}

static bool add_seed(struct sweep_options *options, const char *value)
{
    int len = snprintf(options->seed, sizeof options->seed, "seed=%s", value);
    return len < (int)sizeof options->seed && add_set(options, options->seed, "--seed");
}

/* Reads the options. Returns -1 if the program should go on, and otherwise its exit status. */
static int read_arguments(const struct cli_command *command, int argc, char **argv,
                          struct sweep_options *options)
{
    static const struct option long_options[] = {{"help", no_argument, NULL, 'h'},
                                                 {"jobs", required_argument, NULL, 'j'},
                                                 {"output", required_argument, NULL, 'o'},
                                                 {"seed", required_argument, NULL, OPTION_SEED},
                                                 {"set", required_argument, NULL, OPTION_SET},
                                                 {"keep", no_argument, NULL, OPTION_KEEP},
                                                 {NULL, 0, NULL, 0}};
    for (int c; (c = cli_next_option(command, argc, argv, ":hj:o:", long_options)) != -1;) {
        bool fits = true;
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        if (c == 'o')
            options->sweep.folder = optarg;
        else if (c == OPTION_KEEP)
            options->sweep.keep = true;
        else if (c == 'j' && !read_jobs(optarg, &options->sweep.jobs))
            return cli_usage_error(command, "--jobs needs a number from 1 to 256");
        else if (c == OPTION_SET)
            fits = add_set(options, optarg, "--set");
        else if (c == OPTION_SEED)
            fits = add_seed(options, optarg);
        if (!fits)
            return cli_usage_error(command, "too many settings");
    }
    if (optind == argc)
        return cli_usage_error(command, "needs at least one SCENARIO");
    options->sweep.sets = options->sets;
    options->sweep.set_count = options->set_count;
    return -1;
}

int cli_sweep_race(const struct cli_command *command, int argc, char **argv)
{
    static struct sweep_options options;
    static struct sim_config config;
    struct error err;
    options = (struct sweep_options){.sweep = {.jobs = 1}};
    int worst = read_arguments(command, argc, argv, &options);
    if (worst >= 0)
        return worst;
    for (int i = optind; i < argc; i++) {
        options.sweep.file = argv[i];
        int status =
            scenario_load(argv[i], options.sets, options.set_count, &config, &err) == STATUS_OK
                ? race_sweep(&options.sweep, &config)
                : cli_report(&err);
        worst = status > worst ? status : worst;
        if (status >= STOP_SIGNAL_STATUS)
            break;
    }
    return worst;
}
