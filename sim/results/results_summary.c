#include "sim/results/results_summary.h"

#include "sim/results/results.h"
#include "sim/results/results_capture.h"

#include "models/base/publish.h"
#include "sim/results/duration_text.h"

#include <stdio.h>
#include <stdlib.h>

static json_int_t number(const json_t *json, const char *section, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(json, section), key));
}

/* A percentile is not in stats.json if the run has too few moves for it. */
static void print_time(FILE *file, const json_t *samples, const char *key)
{
    char text[DURATION_TEXT_MAX] = "-";
    const json_t *value = json_object_get(samples, key);
    if (value)
        duration_text(text, (uint64_t)json_integer_value(value));
    (void)fprintf(file, " %12s", text);
}

static void print_latency(FILE *file, const char *name, const json_t *samples)
{
    (void)fprintf(file, "  %-12s", name);
    print_time(file, samples, "p50");
    print_time(file, samples, "p99");
    print_time(file, samples, "max");
    (void)fputc('\n', file);
}

/* Tells how to get moves if there could be none: the switch chose a NIC once for each connection, and no action of the
 * scenario changed that. */
static void print_cure(FILE *file, const json_t *stats, const struct sim_config *config)
{
    bool stays = config->lan_switch.policy == PORT_POLICY_HASH ||
                 config->lan_switch.policy == PORT_POLICY_NIC0;
    if (config->traffic != TRAFFIC_REPLAY || !stays || config->action_count > 0 ||
        number(stats, "streams", "total") == 0)
        return;
    (void)fputs("                each connection stayed on its NIC; --port-policy alternate makes "
                "them move, and so does switch.rehash\n",
                file);
}

static void print_moves(FILE *file, const json_t *stats, const struct sim_config *config)
{
    const json_t *moves = json_object_get(stats, "moves");
    (void)fprintf(
        file,
        "moves           %lld started, %lld completed, %lld failed, %lld cancelled, %lld "
        "open; %lld late; %lld frames held, %lld forwarded\n",
        (long long)number(stats, "moves", "started"),
        (long long)number(stats, "moves", "completed"), (long long)number(stats, "moves", "failed"),
        (long long)number(stats, "moves", "cancelled"), (long long)number(stats, "moves", "open"),
        (long long)number(stats, "moves", "late"), (long long)number(stats, "moves", "held_frames"),
        (long long)number(stats, "moves", "forwarded_frames"));
    if (number(stats, "moves", "started") == 0)
        print_cure(file, stats, config);
    if (number(stats, "moves", "completed") == 0)
        return;
    (void)fprintf(file, "  %-12s %12s %12s %12s\n", "time", "p50", "p99", "max");
    print_latency(file, "reload", json_object_get(moves, "latency_ns"));
    print_latency(file, "blackout", json_object_get(moves, "blackout_ns"));
    print_latency(file, "recovery", json_object_get(moves, "recovery_ns"));
    const json_t *phases = json_object_get(moves, "phase_ns");
    for (int p = 0; p < MOVE_PHASE_COUNT; p++) {
        const char *name = move_phase_name((enum move_phase)p);
        print_latency(file, name, json_object_get(phases, name));
    }
}

/* Generated requests: how many there were, and how long the clients waited for the responses. */
static void print_requests(FILE *file, const json_t *stats)
{
    const json_t *samples = json_object_get(json_object_get(stats, "peer"), "response_ns");
    if (!samples)
        return;
    (void)fprintf(file, "requests        %lld received, %lld answered\n",
                  (long long)number(stats, "peer", "requests"),
                  (long long)number(stats, "peer", "responses"));
    (void)fprintf(file, "  %-12s %12s %12s %12s\n", "time", "p50", "p99", "max");
    print_latency(file, "response", samples);
}

/* Which moves waves.fst shows. */
static void print_waves(FILE *file, const struct results_input *in)
{
    const struct wave_counts *waves = &in->waves;
    if (in->config->waves == WAVES_NONE)
        return;
    (void)fprintf(file, "waves           show %llu of %llu moves", (unsigned long long)waves->shown,
                  (unsigned long long)waves->moves);
    if (waves->shown > waves->shown_whole)
        (void)fprintf(file, ", %llu of them in part",
                      (unsigned long long)(waves->shown - waves->shown_whole));
    if (waves->troubled > 0)
        (void)fprintf(file, "; %llu of %llu that were late or failed",
                      (unsigned long long)waves->troubled_shown,
                      (unsigned long long)waves->troubled);
    (void)fputc('\n', file);
}

static void print_expectations(FILE *file, const json_t *stats)
{
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(stats, "expect"), index, item)
    {
        char *actual = json_dumps(json_object_get(item, "actual"), JSON_ENCODE_ANY);
        (void)fprintf(file, "expect          %-4s %s (actual %s)%s\n",
                      json_is_true(json_object_get(item, "ok")) ? "ok" : "FAIL",
                      json_string_value(json_object_get(item, "text")), actual ? actual : "none",
                      json_is_true(json_object_get(item, "built_in")) ? ", built in" : "");
        free(actual);
    }
}

/* Prints how many conversations could not be judged, by reason. Prints no line if there are
 * none. */
static void print_partial(FILE *f, const json_t *stats)
{
    const json_t *streams = json_object_get(stats, "streams");
    const char *key, *before = "partial         ";
    json_t *count;
    json_object_foreach(json_object_get(streams, "partial"), key, count)
    {
        if (json_integer_value(count) == 0)
            continue;
        (void)fprintf(f, "%s%lld %s", before, (long long)json_integer_value(count), key);
        before = ", ";
    }
    if (before[0] == ',')
        (void)fputc('\n', f);
}

/* Prints the outcomes of the same conversations in a run with the port policy nic0 and without
 * faults. */
static void print_recheck(FILE *f, const struct results_input *in, const json_t *stats)
{
    static const char *const names[] = {"damaged", "stalled"};
    const uint64_t also[] = {in->damaged_nic0, in->stalled_nic0};
    for (int i = 0; i < 2; i++) {
        long long count = (long long)number(stats, "streams", names[i]);
        if (in->rechecked && count)
            (void)fprintf(f, "                also %s under nic0: %llu of %lld\n", names[i],
                          (unsigned long long)also[i], count);
        if (in->recheck_failed && count)
            (void)fprintf(f, "                not known whether %s under nic0 too\n", names[i]);
    }
}

static void print_streams(FILE *f, const struct results_input *in, const json_t *stats)
{
    json_int_t complete = number(stats, "streams", "complete");
    json_int_t total = number(stats, "streams", "total");
    json_int_t to_server = number(stats, "streams", "bytes_to_server");
    json_int_t to_client = number(stats, "streams", "bytes_to_client");
    if (!in->replay && !in->gen) {
        (void)fprintf(f, "conversations   %lld total, %lld complete (not compared)\n",
                      (long long)total, (long long)complete);
        (void)fprintf(f, "bytes           %lld to the server, %lld to the clients\n",
                      (long long)to_server, (long long)to_client);
        return;
    }
    json_int_t intact = number(stats, "streams", "intact");
    (void)fprintf(f,
                  "conversations   %lld total, %lld complete: %lld intact, %lld damaged, %lld "
                  "stalled, %lld unfinished\n",
                  (long long)total, (long long)complete, (long long)intact,
                  (long long)number(stats, "streams", "damaged"),
                  (long long)number(stats, "streams", "stalled"),
                  (long long)number(stats, "streams", "unfinished"));
    print_recheck(f, in, stats);
    print_partial(f, stats);
    (void)fprintf(f, "bytes compared  %lld to the server, %lld to the clients%s\n",
                  (long long)to_server, (long long)to_client,
                  complete && intact == complete ? ": 100 % were right" : "");
}

/* Soft errors that affected nothing are printed too, because the scenario may have meant another
 * context. */
static void print_soft_errors(FILE *f, const struct results_input *in)
{
    struct ctx_store_stats sum = {0};
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        sum.flips += in->cache[nic]->flips;
        sum.flips_missed += in->cache[nic]->flips_missed;
        sum.bad_reads += in->cache[nic]->bad_reads;
        sum.tag_errors += in->cache[nic]->tag_errors;
    }
    if (sum.flips + sum.flips_missed == 0)
        return;
    (void)fprintf(f,
                  "soft errors     %llu hit, %llu missed (no such context in the cache); %llu bad "
                  "reads, %llu tag errors\n",
                  (unsigned long long)sum.flips, (unsigned long long)sum.flips_missed,
                  (unsigned long long)sum.bad_reads, (unsigned long long)sum.tag_errors);
}

enum status results_write_summary(const char *dir, const json_t *stats,
                                  const struct results_input *in, struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/summary.txt", dir) >= (int)sizeof path)
        return error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", dir);
    struct publish out;
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    FILE *f = out.stream;
    (void)fprintf(f, "scenario        %s, seed %llu%s\n", in->config->name,
                  (unsigned long long)in->config->seed, in->complete ? "" : " (not complete)");
    results_print_capture(f, in);
    print_streams(f, in, stats);
    print_moves(f, stats, in->config);
    print_requests(f, stats);
    print_waves(f, in);
    (void)fprintf(f,
                  "connections     %lld offloaded, %lld inactivated, %lld reactivated, %lld ended "
                  "prematurely\n",
                  (long long)number(stats, "connections", "offloaded"),
                  (long long)number(stats, "connections", "inactivated"),
                  (long long)number(stats, "connections", "reactivated"),
                  (long long)number(stats, "connections", "terminated_prematurely"));
    print_soft_errors(f, in);
    (void)fprintf(f, "frames          %lld received, %lld transmitted\n",
                  (long long)number(stats, "frames", "received"),
                  (long long)number(stats, "frames", "transmitted"));
    (void)fprintf(f, "invariants      %llu violations\n",
                  (unsigned long long)check_violations_total(in->check));
    char simulated[DURATION_TEXT_MAX];
    duration_text(simulated, in->sim_time_ps / PS_PER_NS);
    (void)fprintf(f, "simulated time  %s\n", simulated);
    print_expectations(f, stats);
    return publish_close(&out, err);
}
