#include "sim/run/run.h"

#include "sim/live/live_session.h"
#include "sim/results/results_files.h"
#include "sim/results/results_json.h"
#include "sim/results/results_summary.h"
#include "sim/results/results_violation.h"
#include "sim/results/verdict.h"
#include "sim/run/progress_line.h"
#include "sim/run/run_outputs.h"
#include "sim/testbed/kernel.h"
#include "sim/testbed/testbed.h"

#include "models/trace/capture/capture_access.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <pthread.h>
#include <sys/resource.h>
#include <vector>

namespace
{
using wall_clock = std::chrono::steady_clock;

// The user has waited since the process was started, not only since the capture was read. If the
// process runs a scenario in a forked child, the time begins at the fork.
wall_clock::time_point process_start = wall_clock::now();
const int fork_is_noted =
    pthread_atfork(nullptr, nullptr, [] { process_start = wall_clock::now(); });

uint64_t microseconds_since(wall_clock::time_point start)
{
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(wall_clock::now() - start).count());
}

// Returns the worse status. A bad file is worse than a failed expectation, and a failing disk is
// worse than both.
enum status worse(enum status a, enum status b) { return a > b ? a : b; }

// Finds out whether the same conversations are also damaged under the port policy nic0. This is not
// done after a signal, because the user does not want to wait.
void check_again(const run_options &options, results_input *input)
{
    std::vector<uint64_t> numbers;
    if (!options.recheck || !input->replay || (options.stop && *options.stop))
        return;
    auto outcome_of = [input](uint64_t i) { return replay_side_result(input->replay, i)->outcome; };
    // Conversations that cannot be replayed are neither damaged nor stalled.
    uint64_t count = capture_conversation_count(input->capture);
    for (uint64_t i = capture_next_replayable(input->capture, 0); i < count;
         i = capture_next_replayable(input->capture, i + 1))
        if (outcome_of(i) == OUTCOME_DAMAGED || outcome_of(i) == OUTCOME_STALLED)
            numbers.push_back(i);
    if (numbers.empty())
        return;
    std::vector<uint8_t> outcomes(numbers.size());
    input->rechecked =
        recheck_ask(options.recheck, numbers.data(), numbers.size(), options.stop, outcomes.data());
    input->recheck_failed = !input->rechecked;
    for (size_t i = 0; input->rechecked && i < numbers.size(); i++) {
        enum outcome was = outcome_of(numbers[i]);
        uint64_t *also = was == OUTCOME_DAMAGED ? &input->damaged_nic0 : &input->stalled_nic0;
        *also += outcomes[i] == static_cast<uint8_t>(was);
    }
}

enum status write_results(const run_options &options, testbed &bed, struct error *err)
{
    const char *dir = options.out_dir;
    results_input input = {};
    bed.fill_results(&input);
    check_again(options, &input);
    bool hold = false;
    json_t *stats = results_stats(&input, &hold);
    enum status status = verdict_of_run(&input, stats, hold, err);
    enum status io = results_write_stats(dir, stats, err);
    if (io == STATUS_OK)
        io = results_write_violation(dir, &input, err);
    if (io == STATUS_OK)
        io = results_write_moves(dir, &input, err);
    if (io == STATUS_OK)
        io = results_write_conns(dir, &input, err);
    if (io == STATUS_OK)
        io = results_write_cache_sets(dir, &input, err);
    if (io == STATUS_OK)
        io = results_write_summary(dir, stats, &input, err);
    json_decref(stats);
    return worse(status, io);
}

uint64_t microseconds_of(const timeval &t)
{
    return static_cast<uint64_t>(t.tv_sec) * 1000000 + static_cast<uint64_t>(t.tv_usec);
}

void fill_usage(results_perf *perf)
{
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    perf->memory_peak_kib = static_cast<uint64_t>(usage.ru_maxrss);
    perf->cpu_us = microseconds_of(usage.ru_utime) + microseconds_of(usage.ru_stime);
}

// This file is written last, so that the wall time includes everything that the user waited for.
enum status write_perf(const char *dir, testbed &bed, uint64_t reading_us, struct error *err)
{
    results_input input = {};
    results_perf perf = {};
    bed.fill_results(&input);
    bed.fill_perf(&perf);
    fill_usage(&perf);
    perf.reading_us = reading_us;
    perf.wall_us = microseconds_since(process_start);
    return results_write_perf(dir, &perf, &input, err);
}

// Runs the testbed until it is done or interrupted. Returns true if the run ended by itself and
// without a violation.
bool simulate(testbed &bed, const run_options &options, const capture *replayed, live_session *live)
{
    if (live) {
        // The user decides how long a live run lasts, so stopping it is its regular end.
        live->run(bed, options);
        live->report();
        results_input input = {};
        bed.fill_results(&input);
        return check_violations_total(input.check) == 0;
    }
    progress_line progress(options.progress);
    bool interrupted = false;
    while (bed.advance(testbed_slice_ps, true)) {
        progress.show(bed);
        if (options.sim_time_ps)
            *options.sim_time_ps = sc_now_ps();
        if (options.stop && *options.stop) {
            interrupted = true;
            break;
        }
        if (replayed && capture_trouble(replayed, nullptr) != STATUS_OK)
            break;
    }
    results_input input = {};
    bed.fill_results(&input);
    return !interrupted && check_violations_total(input.check) == 0;
}

enum status run_with(const sim_config &config, const run_options &options, const capture *capture,
                     uint64_t reading_us, live_session *live, struct error *err)
{
    for (const sim_nic &nic : config.nic)
        if (mac_params_check(&nic.mac, err) != STATUS_OK ||
            pcie_params_check(&nic.pcie, err) != STATUS_OK)
            return err->status;
    if (testbed::prepare(config, err) != STATUS_OK)
        return err->status;
    testbed bed(config, capture, live ? live->traffic() : nullptr);
    if (!bed.is_ready(err))
        return err->status;
    run_outputs outputs(config, options.out_dir, bed);
    if (outputs.open(err) != STATUS_OK)
        return err->status;
    bool complete = simulate(bed, options, capture, live);
    bed.finish(complete);
    enum status status = write_results(options, bed, err);
    struct error late = {};
    if (outputs.close(&late) != STATUS_OK)
        status = error_set(err, STATUS_ENVIRONMENT, "%s", late.text);
    if (write_perf(options.out_dir, bed, reading_us, &late) != STATUS_OK)
        status = error_set(err, STATUS_ENVIRONMENT, "%s", late.text);
    return status;
}

enum status run_live(const sim_config &config, const run_options &options, struct error *err)
{
    if (!options.live)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: traffic.kind: external frames come from a caller; "
                         "use toesim live or libtoesim",
                         config.source);
    live_session live;
    if (live.open(*options.live, config.team.conn_max, err) != STATUS_OK)
        return err->status;
    return run_with(config, options, nullptr, 0, &live, err);
}

capture *read_capture(const sim_config &config, const run_options &options, struct error *err)
{
    progress_line progress(options.progress);
    capture_params params = config.capture;
    params.stop = options.stop;
    params.progress_self = &progress;
    params.on_progress = [](void *self, enum capture_phase phase, uint64_t done, uint64_t total) {
        auto *line = static_cast<progress_line *>(self);
        if (phase == CAPTURE_READING)
            line->show_reading(done, total);
        else
            line->show_deciding(done, total);
    };
    return capture_load(config.capture_path, &params, err);
}

enum status run_any(const sim_config &config, const run_options &options, struct error *err)
{
    if (config.traffic == TRAFFIC_GENERATOR)
        return run_with(config, options, nullptr, 0, nullptr, err);
    if (config.traffic == TRAFFIC_EXTERNAL)
        return run_live(config, options, err);
    auto start = wall_clock::now();
    capture *capture = read_capture(config, options, err);
    uint64_t reading_us = microseconds_since(start);
    if (!capture)
        return err->status;
    enum status status = run_with(config, options, capture, reading_us, nullptr, err);
    if (capture_trouble(capture, err) != STATUS_OK)
        status = STATUS_ENVIRONMENT; // a comparison with an incomplete capture means nothing
    capture_destroy(capture);
    return status;
}

struct run_call {
    const sim_config *config;
    const run_options *options;
    struct error *err;
};
} // namespace

enum status sim_run(const struct sim_config *config, const struct run_options *options,
                    struct error *err)
{
    run_call call = {config, options, err};
    return static_cast<enum status>(kernel_run(
        [](void *self) -> int {
            const auto *wanted = static_cast<const run_call *>(self);
            return run_any(*wanted->config, *wanted->options, wanted->err);
        },
        &call));
}
