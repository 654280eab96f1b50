#include "sim/test/unit/fake_run.h"

#include "sim/race/race_run.h"
#include "sim/run/recheck.h"
#include "sim/run/run.h"
#include "sim/run/script_run.h"
#include "sim/testbed/kernel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

unsigned fake_runs;
struct sim_config fake_config;

static void write_text(const char *folder, const char *name, const char *text)
{
    char path[SIM_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file)
        abort();
    (void)fputs(text, file);
    (void)fclose(file);
}

static void write_results(const struct sim_config *config, const char *folder, bool complete)
{
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"schema\": \"toesim.stats/2\", \"seed\": %" PRIu64
                   ", \"complete\": %s, \"moves\": {\"started\": %u}}",
                   config->seed, complete ? "true" : "false", config->lan_switch.flip_frames);
    write_text(folder, "stats.json", text);
    write_text(folder, "summary.txt", "summary of a run\n");
}

enum status sim_run(const struct sim_config *config, const struct run_options *options,
                    struct error *err)
{
    fake_runs++;
    fake_config = *config;
    switch (config->seed) {
    case FAKE_FAILED:
        write_results(config, options->out_dir, true);
        return error_set(err, STATUS_FAILED, "an expectation failed");
    case FAKE_DAMAGED:
        write_results(config, options->out_dir, true);
        return error_set(err, STATUS_BAD_INPUT, "x.pcap: record 7 is damaged");
    case FAKE_DISK_FULL:
        write_text(options->out_dir, "stats.json", "{");
        return error_set(err, STATUS_ENVIRONMENT, "stats.json: No space left on device");
    case FAKE_DIES:
        abort();
    case FAKE_UNREADABLE:
        return error_set(err, STATUS_BAD_INPUT, "x.pcap: not a capture");
    case FAKE_WAITS:
        while (!*options->stop)
            (void)usleep(1000);
        write_results(config, options->out_dir, false);
        return STATUS_OK;
    default:
        write_results(config, options->out_dir, true);
        return STATUS_OK;
    }
}

/* The runs of these tests find no damage, so this is never called. */
enum status recheck_simulate(const struct sim_config *config, const uint64_t *conversations,
                             size_t count, uint8_t *outcomes, struct error *err)
{
    (void)config;
    (void)conversations;
    (void)count;
    (void)outcomes;
    return error_set(err, STATUS_ENVIRONMENT, "the fake run checks nothing again");
}

enum status race_run(const struct race_plan *plan, struct error *err)
{
    (void)plan;
    return error_set(err, STATUS_ENVIRONMENT, "the fake run has no branches");
}

/* The number in `+0 write N` of the script chooses the kind of outcome. */
enum status script_run(const struct pkt_script *script, const struct script_options *options,
                       struct pkt_result *result, struct error *err)
{
    uint32_t kind = script->line[0].value;
    memset(result, 0, sizeof *result);
    result->ok = kind != FAKE_SCRIPT_FAILS;
    if (!result->ok)
        (void)snprintf(result->error, sizeof result->error, "%s:1: it differs", script->path);
    if (kind == FAKE_SCRIPT_PARTS && options->policy == PKT_FLIP)
        (void)snprintf(result->sent[result->sent_count++].text, PKT_TEXT_MAX, "R 1:1(0)");
    if (kind == FAKE_SCRIPT_DIES && options->policy == PKT_RANDOM)
        abort();
    if (kind == FAKE_SCRIPT_BAD_SET)
        return error_set(err, STATUS_BAD_INPUT, "no such key");
    return STATUS_OK;
}

const char *kernel_version(void) { return "fake"; }
