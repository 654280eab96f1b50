#include "sim/swarm/swarm_seed.h"

#include "sim/results/outdir.h"
#include "sim/run/stop_signals.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_write.h"
#include "sim/swarm/swarm_child.h"
#include "sim/swarm/swarm_files.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PLACE_BYTES = SIM_PATH_MAX + 64, NAME_BYTES = 300 };

struct trial {
    struct swarm_scenario scenario;
    char yaml[PLACE_BYTES], results[PLACE_BYTES], again[PLACE_BYTES], cut[PLACE_BYTES],
        log[PLACE_BYTES];
    int status; /* of the first run */
    char *why;  /* empty as long as no error was found */
};

__attribute__((format(printf, 2, 3))) static void complain(struct trial *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(t->why, SWARM_WHY_MAX, format, args);
    va_end(args);
}

/* Returns the path of a file in the results folder of the first run. */
static const char *file_of(const struct trial *t, const char *name)
{
    static char path[PLACE_BYTES + 32];
    (void)snprintf(path, sizeof path, "%s/%s", t->results, name);
    return path;
}

/* --- the first run --- */

static json_int_t number(const json_t *stats, const char *section, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(stats, section), key));
}

/* Returns the name of the first invariant that was violated, or null if none was. */
static const char *violated(const json_t *stats)
{
    const char *key;
    json_t *count;
    json_object_foreach(json_object_get(stats, "invariants"), key, count)
    {
        if (json_integer_value(count) > 0)
            return key;
    }
    return NULL;
}

/* Checks whether the faults that were drawn explain the outcomes of the conversations. A
 * conversation that ends too early counts as damaged, but then the application was notified of
 * its end. */
static void judge_streams(struct trial *t, const json_t *stats)
{
    const struct swarm_scenario *s = &t->scenario;
    int damaged = (int)number(stats, "streams", "damaged");
    int stalled = (int)number(stats, "streams", "stalled");
    int unfinished = (int)number(stats, "streams", "unfinished");
    int ends = (int)number(stats, "connections", "terminated_prematurely");
    if (damaged > 0 && !s->may_damage)
        complain(t, "%d conversations are damaged, and nothing was drawn that ends any", damaged);
    else if (damaged > ends)
        complain(t, "%d conversations are damaged, but only %d ended too early", damaged, ends);
    else if (stalled > 0 && !s->may_stall)
        complain(t, "%d conversations are stalled, and nothing was drawn that stops any", stalled);
    else if (unfinished > 0 && !s->is_cut)
        complain(t, "%d conversations are unfinished, and the run had time enough", unfinished);
}

static void judge_sums(struct trial *t, const json_t *stats)
{
    json_int_t ended = number(stats, "connections", "terminated_prematurely");
    json_int_t notified = number(stats, "connections", "notifications");
    json_int_t sum = number(stats, "moves", "completed") + number(stats, "moves", "failed") +
                     number(stats, "moves", "cancelled") + number(stats, "moves", "open");
    if (ended != notified)
        complain(t, "%d connections ended prematurely, %d notices were given", (int)ended,
                 (int)notified);
    else if (number(stats, "moves", "started") != sum)
        complain(t, "%d moves were started, %d have an outcome",
                 (int)number(stats, "moves", "started"), (int)sum);
}

/* Returns the last line that the run printed, which says why it failed. */
static const char *last_line(const struct trial *t)
{
    static char line[NAME_BYTES];
    FILE *file = fopen(t->log, "r");
    line[0] = '\0';
    while (file && fgets(line, sizeof line, file))
        line[strcspn(line, "\n")] = '\0';
    if (file)
        (void)fclose(file);
    return line;
}

static void judge(struct trial *t, struct swarm_end end, const json_t *stats)
{
    bool judged = number(stats, "streams", "complete") > 0;
    bool sound = number(stats, "capture", "damaged_record") == 0;
    if (end.hung)
        complain(t, "hung: simulated time stood still");
    else if (end.status > STATUS_BAD_INPUT)
        complain(t, "exit status %d: %s", end.status, last_line(t));
    else if (!stats)
        complain(t, "exit status %d and no results: %s", end.status, last_line(t));
    else if (violated(stats))
        complain(t, "%s is violated", violated(stats));
    else if (end.status == STATUS_BAD_INPUT && judged && sound)
        complain(t, "exit status 2, although conversations of a sound capture were judged");
    else
        judge_streams(t, stats);
    if (t->why[0] == '\0')
        judge_sums(t, stats);
}

static void run_first(struct trial *t)
{
    static const struct swarm_signal none = {0, 0};
    struct swarm_end end = swarm_run(&t->scenario.config, t->results, t->log, &none);
    json_t *stats = json_load_file(file_of(t, "stats.json"), 0, NULL);
    t->status = end.status;
    judge(t, end, stats);
    json_decref(stats);
}

/* --- further runs --- */

static bool agrees(struct trial *t, struct swarm_end end, const char *what)
{
    if (end.hung)
        complain(t, "%s hung", what);
    else if (end.status != t->status)
        complain(t, "%s ended with %d, the first run with %d", what, end.status, t->status);
    return t->why[0] == '\0';
}

/* Runs effective.yaml. Its results are kept in the folder `again`. */
static void run_effective(struct trial *t)
{
    static const struct swarm_signal none = {0, 0};
    static struct sim_config config;
    struct error err;
    char name[NAME_BYTES];
    if (scenario_load(file_of(t, "effective.yaml"), NULL, 0, &config, &err) != STATUS_OK)
        complain(t, "effective.yaml is refused: %s", err.text);
    else if (agrees(t, swarm_run(&config, t->again, t->log, &none), "effective.yaml") &&
             !swarm_folders_equal(t->results, t->again, name, sizeof name))
        complain(t, "effective.yaml gives another %s", name);
}

/* Runs again with all outputs off that were on, or with all outputs on if none was. The outputs
 * must not change the other results. */
static void run_looking(struct trial *t)
{
    static const char *const files[] = {"stats.json", "moves.csv", "conns.csv", "cache_sets.csv"};
    static const struct swarm_signal none = {0, 0};
    static struct sim_config config;
    char other[PLACE_BYTES + 32];
    config = t->scenario.config;
    bool off = config.waves == WAVES_NONE && !config.tlp_trace && !config.pcie_config &&
               !config.write_captures && !config.write_timeline && !config.write_waits &&
               config.sample_ps == 0 && config.state_hash_ps == 0 && !log_params_any(&config.log);
    config.waves = off && !config.ctx_golden ? WAVES_MOVES : WAVES_NONE;
    config.tlp_trace = config.pcie_config = config.write_captures = config.write_timeline = off;
    config.write_waits = off;
    config.sample_ps = config.state_hash_ps = off ? 50 * PS_PER_US : 0;
    for (int topic = 0; topic < LOG_TOPIC_COUNT; topic++)
        config.log.level[topic] = off ? LOG_LEVEL_MAX : 0;
    (void)snprintf(other, sizeof other, "%s.looking", t->results);
    if (agrees(t, swarm_run(&config, other, t->log, &none), "the run with other outputs"))
        for (size_t i = 0; i < sizeof files / sizeof files[0] && t->why[0] == '\0'; i++) {
            char path[PLACE_BYTES + 64];
            (void)snprintf(path, sizeof path, "%s/%s", other, files[i]);
            if (access(path, F_OK) == 0 && !swarm_files_equal(file_of(t, files[i]), path))
                complain(t, "with outputs %s %s differs", off ? "on" : "off", files[i]);
        }
    if (t->why[0] == '\0')
        swarm_remove_folder(other);
}

static uint64_t cpu_us_of(const struct trial *t)
{
    json_t *perf = json_load_file(file_of(t, "perf.json"), 0, NULL);
    uint64_t us = (uint64_t)json_integer_value(json_object_get(perf, "cpu_us"));
    json_decref(perf);
    return us;
}

/* Runs again and ends the run by a signal. The signal may come so late that the run is over, or
 * while its results are written. */
static void run_signalled(struct trial *t)
{
    const struct swarm_scenario *s = &t->scenario;
    struct swarm_signal signal = {s->signal, 1 + cpu_us_of(t) * s->signal_permille / 1000};
    bool was_finished = outdir_is_finished(t->results);
    struct swarm_end end = swarm_run(&s->config, t->results, t->log, &signal);
    char name[NAME_BYTES];
    if (end.hung)
        complain(t, "hung after signal %d", s->signal);
    else if (end.status != STOP_SIGNAL_STATUS + s->signal && end.status != t->status)
        complain(t, "ended with %d after signal %d", end.status, s->signal);
    else if (was_finished && !swarm_folders_equal(t->results, t->again, name, sizeof name))
        complain(t, "signal %d replaced the finished %s", s->signal, name);
    else if (!was_finished && !swarm_folder_is_complete(t->results, name, sizeof name))
        complain(t, "signal %d left a part of %s", s->signal, name);
    else if (access(t->cut, F_OK) == 0 && !swarm_folder_is_complete(t->cut, name, sizeof name))
        complain(t, "signal %d left a part of the cut %s", s->signal, name);
    else if (access(t->cut, F_OK) == 0 && outdir_is_finished(t->cut))
        complain(t, "finished results are in %s", t->cut);
}

/* --- the trial of one seed --- */

static void name_files(struct trial *t, const char *place, uint64_t seed)
{
    int place_max = SIM_PATH_MAX - 64; /* the program itself refuses longer results folders */
    (void)snprintf(t->results, sizeof t->results, "%.*s/%" PRIu64, place_max, place, seed);
    (void)snprintf(t->yaml, sizeof t->yaml, "%.*s/%" PRIu64 ".yaml", place_max, place, seed);
    (void)snprintf(t->again, sizeof t->again, "%.*s/%" PRIu64 ".again", place_max, place, seed);
    (void)snprintf(t->cut, sizeof t->cut, "%.*s/%" PRIu64 ".cut", place_max, place, seed);
    (void)snprintf(t->log, sizeof t->log, "%.*s/%" PRIu64 ".log", place_max, place, seed);
}

static void write_scenario(struct trial *t)
{
    FILE *file = fopen(t->yaml, "w");
    bool wrote = file && scenario_write(&t->scenario.config, file);
    if ((file && fclose(file) != 0) || !wrote)
        complain(t, "%s: %s", t->yaml, strerror(errno));
}

static void clean_up(const struct trial *t)
{
    swarm_remove_folder(t->results);
    swarm_remove_folder(t->again);
    swarm_remove_folder(t->cut);
    (void)unlink(t->yaml);
    (void)unlink(t->log);
}

static void run_further(struct trial *t)
{
    run_effective(t);
    if (t->why[0] == '\0' && t->scenario.looks)
        run_looking(t);
    if (t->why[0] == '\0' && t->scenario.signal != 0)
        run_signalled(t);
}

static struct trial the_trial;

bool swarm_try_scenario(uint64_t seed, const struct swarm_scenario *scenario, const char *place,
                        bool first_only, bool *was_first, char why[SWARM_WHY_MAX])
{
    struct trial *t = &the_trial;
    t->why = why;
    why[0] = '\0';
    name_files(t, place, seed);
    clean_up(t); /* removes the files of an earlier trial */
    t->scenario = *scenario;
    write_scenario(t);
    if (why[0] == '\0')
        run_first(t);
    *was_first = why[0] != '\0';
    if (why[0] == '\0' && !first_only)
        run_further(t);
    return why[0] == '\0';
}

void swarm_remove_trial(uint64_t seed, const char *place)
{
    name_files(&the_trial, place, seed);
    clean_up(&the_trial);
}

bool swarm_try_seed(uint64_t seed, const struct swarm_captures *captures, const char *place,
                    char why[SWARM_WHY_MAX])
{
    static struct swarm_scenario scenario;
    struct error err;
    bool was_first;
    swarm_remove_trial(seed, place); /* removes the files of an earlier swarm */
    if (swarm_draw(seed, captures, &scenario, &err) != STATUS_OK) {
        (void)snprintf(why, SWARM_WHY_MAX, "cannot be drawn: %s", err.text);
        return false;
    }
    bool good = swarm_try_scenario(seed, &scenario, place, false, &was_first, why);
    if (good)
        swarm_remove_trial(seed, place);
    return good;
}
