#include "sim/cli/cli_swarm.h"

#include "sim/cli/cli_command.h"
#include "sim/run/stop_signals.h"
#include "sim/swarm/swarm_seed.h"
#include "sim/swarm/swarm_shrink_seed.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPTION_SEEDS = 256, OPTION_CAPTURES, OPTION_SHRINK, CAPTURES_MAX = 256, JOBS_MAX = 256 };

/* A seed that is being tried. Its process writes the reason of a failure into a pipe, so that
 * the lines of two seeds never mix. */
struct job {
    pid_t pid; /* 0 if the entry is free */
    uint64_t seed;
    int answer;
};

struct swarm {
    uint64_t first, last;
    unsigned jobs;
    const char *place, *folder;
    char *paths[CAPTURES_MAX];
    struct swarm_captures captures;
    struct job running[JOBS_MAX];
    uint64_t tried, failed;
    bool shrinks;
    bool progress;
};

/* --- seeds --- */

static void shrink(const struct swarm *swarm, uint64_t seed)
{
    char text[SWARM_WHY_MAX];
    (void)swarm_shrink_seed(seed, &swarm->captures, swarm->place, text);
    cli_print(stdout, "shrunk: seed %" PRIu64 ": %s", seed, text);
}

/* Tries the seed in a process of its own. It never returns. */
static void try_seed(const struct swarm *swarm, uint64_t seed, int answer)
{
    char why[SWARM_WHY_MAX];
    stop_signals_follow_parent();
    bool good = swarm_try_seed(seed, &swarm->captures, swarm->place, why);
    if (!good && write(answer, why, strlen(why)) < 0)
        _exit(STATUS_ENVIRONMENT);
    if (swarm->shrinks && good)
        cli_print(stdout, "seed %" PRIu64 " passes, so there is nothing to shrink", seed);
    else if (swarm->shrinks)
        shrink(swarm, seed);
    (void)fflush(stdout);
    _exit(good ? STATUS_OK : STATUS_FAILED);
}

static bool start(struct swarm *swarm, uint64_t seed)
{
    struct job *job = swarm->running;
    int ends[2];
    while (job->pid != 0)
        job++;
    if (pipe(ends) != 0)
        return false;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        try_seed(swarm, seed, ends[1]);
    (void)close(ends[1]);
    if (pid < 0)
        (void)close(ends[0]);
    else
        *job = (struct job){pid, seed, ends[0]};
    return pid > 0;
}

static void show_progress(const struct swarm *swarm)
{
    if (swarm->progress)
        (void)fprintf(stderr, "\r\033[Kswarm: %" PRIu64 " of %" PRIu64 " seeds, %" PRIu64 " failed",
                      swarm->tried, swarm->last - swarm->first + 1, swarm->failed);
}

static void report(const struct swarm *swarm, uint64_t seed, const char *why)
{
    if (swarm->progress)
        (void)fputs("\r\033[K", stderr);
    cli_print(stdout, "fail: seed %" PRIu64 ": %s", seed, why);
    cli_print(stdout, "  toesim run %s/%" PRIu64 ".yaml -o %s/%" PRIu64, swarm->place, seed,
              swarm->place, seed);
    cli_print(stdout, "  toesim swarm --seeds %" PRIu64 " --captures %s -o %s", seed, swarm->folder,
              swarm->place);
    (void)fflush(stdout);
}

/* Waits for one process and reports what is wrong with its seed. */
static void reap(struct swarm *swarm)
{
    char why[SWARM_WHY_MAX];
    int status = 0;
    pid_t pid = wait(&status);
    if (pid <= 0)
        return;
    struct job *job = swarm->running;
    while (job->pid != pid)
        job++;
    ssize_t len = read(job->answer, why, sizeof why - 1);
    why[len > 0 ? len : 0] = '\0';
    (void)close(job->answer);
    job->pid = 0;
    swarm->tried++;
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_OK;
    if (!good) {
        if (why[0] == '\0')
            (void)snprintf(why, sizeof why, "its process ended with wait status %d", status);
        swarm->failed++;
        report(swarm, job->seed, why);
    }
    show_progress(swarm);
}

static bool try_all(struct swarm *swarm)
{
    unsigned running = 0;
    bool good = true, more = true;
    uint64_t next = swarm->first;
    show_progress(swarm);
    while ((more && good) || running > 0) {
        if (more && good && running < swarm->jobs) {
            good = start(swarm, next);
            running += good;
            more = next++ < swarm->last;
            continue;
        }
        reap(swarm);
        running--;
    }
    if (swarm->progress)
        (void)fputs("\r\033[K", stderr);
    return good;
}

/* --- options --- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Finds the captures of the folder in the order of their names, because a seed chooses a capture
 * by its number. */
static void find_captures(struct swarm *swarm)
{
    size_t count = 0;
    DIR *folder = opendir(swarm->folder);
    for (struct dirent *e = folder ? readdir(folder) : NULL; e; e = readdir(folder)) {
        char *path = NULL;
        if (count < CAPTURES_MAX && strstr(e->d_name, ".pcap") &&
            asprintf(&path, "%s/%s", swarm->folder, e->d_name) > 0)
            swarm->paths[count++] = path;
    }
    if (folder)
        (void)closedir(folder);
    qsort(swarm->paths, count, sizeof swarm->paths[0], compare_names);
    swarm->captures = (struct swarm_captures){(const char *const *)swarm->paths, count};
}

/* Reads a number without sign, up to max. *end is the rest of the text. */
static bool read_number(const char *text, uint64_t max, uint64_t *number, const char **end)
{
    char *after;
    errno = 0;
    *number = strtoull(text, &after, 10);
    *end = after;
    return text[0] >= '0' && text[0] <= '9' && errno == 0 && *number <= max;
}

/* Reads "A..B", or "A" for a single seed. */
static bool read_seeds(struct swarm *swarm, const char *text)
{
    const char *end;
    if (!read_number(text, INT64_MAX, &swarm->first, &end))
        return false;
    swarm->last = swarm->first;
    if (strncmp(end, "..", 2) == 0 && !read_number(end + 2, INT64_MAX, &swarm->last, &end))
        return false;
    return *end == '\0' && swarm->first <= swarm->last;
}

static bool read_jobs(struct swarm *swarm, const char *text)
{
    const char *end;
    uint64_t jobs;
    bool good = read_number(text, JOBS_MAX, &jobs, &end) && *end == '\0' && jobs > 0;
    swarm->jobs = good ? (unsigned)jobs : 1;
    return good;
}

/* Reads the options. Returns -1 if the program should go on, and otherwise its exit status. */
static int read_arguments(const struct cli_command *command, int argc, char **argv,
                          struct swarm *swarm)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"seeds", required_argument, NULL, OPTION_SEEDS},
                                            {"jobs", required_argument, NULL, 'j'},
                                            {"shrink", no_argument, NULL, OPTION_SHRINK},
                                            {"captures", required_argument, NULL, OPTION_CAPTURES},
                                            {"output", required_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    bool given = false;
    for (int c; (c = cli_next_option(command, argc, argv, ":hj:o:", options)) != -1;) {
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        if (c == 'o')
            swarm->place = optarg;
        else if (c == OPTION_SHRINK)
            swarm->shrinks = true;
        else if (c == OPTION_CAPTURES)
            swarm->folder = optarg;
        else if (c == 'j' && !read_jobs(swarm, optarg))
            return cli_usage_error(command, "--jobs needs a number from 1 to 256");
        else if (c == OPTION_SEEDS && !(given = read_seeds(swarm, optarg)))
            return cli_usage_error(command, "--seeds needs A..B with A <= B, or one seed");
    }
    if (!given || optind != argc)
        return cli_usage_error(command, "needs --seeds A..B and no other argument");
    return -1;
}

int cli_swarm(const struct cli_command *command, int argc, char **argv)
{
    static struct swarm swarm;
    swarm = (struct swarm){.jobs = 1, .place = "build/swarm", .folder = "traces"};
    int status = read_arguments(command, argc, argv, &swarm);
    if (status >= 0)
        return status;
    if (!cli_make_folder(swarm.place)) {
        cli_print(stderr, "toesim: %s: %s\n", swarm.place, strerror(errno));
        return STATUS_ENVIRONMENT;
    }
    find_captures(&swarm);
    swarm.progress = isatty(STDERR_FILENO) == 1;
    bool good = try_all(&swarm);
    (void)printf("%" PRIu64 " passed, %" PRIu64 " failed\n", swarm.tried - swarm.failed,
                 swarm.failed);
    if (!good)
        cli_print(stderr, "toesim: no process can be started: %s", strerror(errno));
    if (!good)
        return STATUS_ENVIRONMENT;
    return swarm.failed ? STATUS_FAILED : STATUS_OK;
}
