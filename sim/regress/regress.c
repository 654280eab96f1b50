#include "sim/regress/regress.h"

#include "models/base/publish.h"
#include "models/process/child.h"
#include "sim/cli/cli_command.h"
#include "sim/cli/cli_run.h"
#include "sim/regress/regress_diff.h"
#include "sim/regress/wavediff.h"
#include "sim/run/stop_signals.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CASE_SECONDS_MAX = 600, GOLDEN_WAVE_BYTES_MAX = 300000 };

#define GOLDEN_FOLDER "results/golden"

/* The results of the child, which it sends through a pipe. */
struct child_report {
    enum status status;
    char text[ERROR_TEXT_MAX];
};

__attribute__((format(printf, 3, 4))) static void fail(struct regress_case *c, enum status status,
                                                       const char *format, ...)
{
    va_list args;
    c->passed = false;
    c->status = status;
    va_start(args, format);
    (void)vsnprintf(c->message, sizeof c->message, format, args);
    va_end(args);
}

/* --- the run, in a child process, because SystemC elaborates only once per process --- */

static _Noreturn void child_main(const struct sim_config *config, const char *place, int pipe_fd)
{
    struct error err = {STATUS_OK, ""};
    struct child_report report = {.text = ""};
    static struct cli_run_outcome outcome = {.drop_cut = true};
    stop_signals_follow_parent();
    (void)alarm(CASE_SECONDS_MAX); /* a run that hangs must not block the whole regression */
    report.status = cli_simulate(config, NULL, place, &outcome, &err);
    memcpy(report.text, err.text, sizeof report.text);
    ssize_t sent = write(pipe_fd, &report, sizeof report);
    (void)fflush(NULL);
    _exit(sent == (ssize_t)sizeof report ? 0 : STATUS_ENVIRONMENT);
}

static bool run_child(const struct sim_config *config, const char *place, struct regress_case *c)
{
    int fds[2], how = 0;
    struct child_report report = {.text = ""};
    if (pipe(fds) != 0) {
        fail(c, STATUS_ENVIRONMENT, "pipe: %s", strerror(errno));
        return false;
    }
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)close(fds[0]);
        child_main(config, place, fds[1]);
    }
    (void)close(fds[1]);
    ssize_t got = child < 0 ? -1 : read(fds[0], &report, sizeof report);
    (void)close(fds[0]);
    if (!child_wait(child, &how)) {
        fail(c, STATUS_ENVIRONMENT, "fork: %s", strerror(errno));
        return false;
    }
    if (WIFSIGNALED(how))
        fail(c, STATUS_FAILED, "the run died: %s", strsignal(WTERMSIG(how)));
    else if (got != (ssize_t)sizeof report)
        fail(c, STATUS_FAILED, "the run ended without a report");
    else if (report.status != STATUS_OK)
        fail(c, report.status, "%s", report.text);
    else
        return true;
    return false;
}

/* --- golden results --- */

static enum status copy_file(const char *from, const char *to, struct error *err)
{
    char buffer[65536];
    struct publish out;
    FILE *in = fopen(from, "rb");
    if (!in)
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", from, strerror(errno));
    enum status status = publish_open(&out, to, err);
    if (status == STATUS_OK) {
        for (size_t n; (n = fread(buffer, 1, sizeof buffer, in)) > 0;)
            (void)fwrite(buffer, 1, n, out.stream);
        if (ferror(in)) {
            publish_discard(&out);
            status = error_set(err, STATUS_ENVIRONMENT, "%s: cannot be read", from);
        } else {
            status = publish_close(&out, err);
        }
    }
    (void)fclose(in);
    return status;
}

static void bless(struct regress_case *c, const char *stats, const char *golden_stats,
                  const char *waves, const char *golden_waves)
{
    struct stat info;
    struct error err;
    (void)mkdir("results", 0777);
    (void)mkdir(GOLDEN_FOLDER, 0777);
    bool has_waves = stat(waves, &info) == 0;
    if (has_waves && info.st_size > GOLDEN_WAVE_BYTES_MAX) {
        fail(c, STATUS_FAILED, "%s: larger than 300 kB: no golden wave; set measure.waves: none",
             waves);
    } else if (copy_file(stats, golden_stats, &err) != STATUS_OK ||
               (has_waves && copy_file(waves, golden_waves, &err) != STATUS_OK)) {
        fail(c, STATUS_ENVIRONMENT, "%s", err.text);
    } else {
        c->passed = c->blessed = true;
        if (!has_waves)
            (void)unlink(golden_waves);
    }
}

static bool compare_stats(struct regress_case *c, const char *stats, const char *golden_stats)
{
    char text[REGRESS_MESSAGE_MAX] = "";
    json_error_t error;
    struct stat info;
    /* Reading from a pipe would wait for ever. */
    if (stat(golden_stats, &info) == 0 && !S_ISREG(info.st_mode)) {
        fail(c, STATUS_BAD_INPUT, "%s: is not a regular file", golden_stats);
        return false;
    }
    json_t *golden = json_load_file(golden_stats, 0, &error);
    json_t *now = golden ? json_load_file(stats, 0, &error) : NULL;
    bool equal = false;
    if (!golden && access(golden_stats, F_OK) != 0)
        fail(c, STATUS_FAILED, "%s: no golden results; make them with --bless", golden_stats);
    else if (!golden || !now)
        fail(c, STATUS_BAD_INPUT, "%s: cannot be read as JSON", golden ? stats : golden_stats);
    else if (regress_first_difference(golden, now, text, sizeof text))
        fail(c, STATUS_FAILED, "stats.json: %s", text);
    else
        equal = true;
    json_decref(golden);
    json_decref(now);
    return equal;
}

static void compare(struct regress_case *c, const char *stats, const char *golden_stats,
                    const char *waves, const char *golden_waves)
{
    struct error err;
    if (!compare_stats(c, stats, golden_stats))
        return;
    if (access(golden_waves, F_OK) == 0) {
        /* The bytes of the two files may differ although the changes are the same, because zlib
         * versions differ. */
        bool identical;
        enum status status = wavediff_compare(golden_waves, waves, &identical, &err);
        if (status != STATUS_OK) {
            fail(c, status, "waves: %s", err.text);
            return;
        }
    }
    c->passed = true;
}

void regress_run_case(const char *scenario, bool take_as_golden, struct regress_case *c)
{
    static struct sim_config config;
    struct error err;
    char place[SIM_NAME_MAX + 32], stats[SIM_PATH_MAX], waves[SIM_PATH_MAX];
    char golden_stats[SIM_PATH_MAX], golden_waves[SIM_PATH_MAX];
    *c = (struct regress_case){.status = STATUS_OK};
    enum status status = scenario_load(scenario, NULL, 0, &config, &err);
    if (status != STATUS_OK) {
        (void)snprintf(c->name, sizeof c->name, "%.60s", scenario);
        fail(c, status, "%s", err.text);
        return;
    }
    memcpy(c->name, config.name, sizeof c->name);
    (void)snprintf(place, sizeof place, "results/regress/%s", config.name);
    (void)snprintf(stats, sizeof stats, "%s/stats.json", place);
    (void)snprintf(waves, sizeof waves, "%s/waves.fst", place);
    (void)snprintf(golden_stats, sizeof golden_stats, GOLDEN_FOLDER "/%s.json", config.name);
    (void)snprintf(golden_waves, sizeof golden_waves, GOLDEN_FOLDER "/%s.fst", config.name);
    if (!run_child(&config, place, c))
        return;
    if (take_as_golden)
        bless(c, stats, golden_stats, waves, golden_waves);
    else
        compare(c, stats, golden_stats, waves, golden_waves);
}
