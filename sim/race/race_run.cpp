#include "sim/race/race_run.h"

#include "models/check/check_report.h"
#include "models/check/violation.h"
#include "sim/results/results_files.h"
#include "sim/results/results_json.h"
#include "sim/results/results_streams.h"
#include "sim/run/run.h"
#include "sim/shells/stage_clock.h"
#include "sim/testbed/kernel.h"
#include "sim/testbed/testbed.h"

#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>

namespace
{
struct race_call {
    const race_plan *plan;
    struct error *err;
};

uint64_t cpu_us_now()
{
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<uint64_t>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           static_cast<uint64_t>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

// Advances to the time as a run does, in slices whose ends lie where a run's are. Returns false if
// the run is over before.
bool advance_to(testbed &bed, uint64_t at_ps)
{
    for (uint64_t now = sc_now_ps(); now < at_ps; now = sc_now_ps()) {
        uint64_t left = testbed_slice_ps - now % testbed_slice_ps;
        if (at_ps - now < left)
            bed.advance_within(at_ps);
        else if (!bed.advance(left))
            return false;
    }
    return true;
}

// Runs to the end, as sim_run() does. Returns false if a signal came first.
bool run_out(testbed &bed, volatile const int *stop)
{
    bool more = bed.advance(testbed_slice_ps - sc_now_ps() % testbed_slice_ps);
    while (more && !*stop)
        more = bed.advance(testbed_slice_ps, true);
    return !more;
}

__attribute__((format(printf, 3, 4))) void decide(race_report *report, race_outcome outcome,
                                                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report->outcome = outcome;
    (void)vsnprintf(report->detail, sizeof report->detail, format, args);
    va_end(args);
}

// What the server knows of its connections at the end of the run.
struct server_ends {
    size_t open, resets, others;
    unsigned cause; // of one of the others
};

server_ends count_ends(const host_sw *software)
{
    server_ends ends = {};
    for (size_t row = 0; row < host_sw_conn_rows(software); row++) {
        dir_view view;
        host_sw_conn_row(software, row, &view);
        ends.open += view.closed_ps == 0 && view.state != DIR_FREE && view.state != DIR_TIME_WAIT;
        ends.resets += view.cause == NIC_TERM_REMOTE_RESET;
        if (view.cause != NIC_TERM_NONE && view.cause != NIC_TERM_REMOTE_RESET) {
            ends.others++;
            ends.cause = view.cause;
        }
    }
    return ends;
}

void judge_violation(const check *check, race_report *report)
{
    char *text = nullptr;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream) {
        violation_print_headline(check_first_violation(check), stream);
        (void)std::fclose(stream);
    }
    decide(report, RACE_VIOLATION, "%s", text ? text : "");
    free(text);
}

// The first expectation that does not hold.
const char *failed_expectation(const json_t *stats)
{
    size_t index = 0;
    json_t *row = nullptr;
    json_array_foreach(json_object_get(stats, "expect"), index, row)
    {
        if (!json_is_true(json_object_get(row, "ok")))
            return json_string_value(json_object_get(row, "text"));
    }
    return "";
}

// A reset of the client may end the server's side, and nothing else may.
void judge(const results_input &in, const json_t *stats, bool expectations_hold,
           race_report *report)
{
    outcome_counts streams;
    results_outcomes(&in, &streams);
    server_ends ends = count_ends(in.host_sw);
    bool is_reset = in.config->race.frame == GEN_FRAME_RST;
    uint64_t unfinished = streams.of[OUTCOME_STALLED] + streams.of[OUTCOME_UNFINISHED];
    if (check_violations_total(in.check) > 0)
        judge_violation(in.check, report);
    else if (streams.of[OUTCOME_DAMAGED] > 0)
        decide(report, RACE_DAMAGED, "%" PRIu64 " conversations", streams.of[OUTCOME_DAMAGED]);
    else if (unfinished > 0)
        decide(report, RACE_HANG, "%" PRIu64 " conversations did not end", unfinished);
    else if (ends.open > 0)
        decide(report, RACE_HANG, "the server still has %zu connections", ends.open);
    else if (ends.others > 0 || (ends.resets > 0 && !is_reset) || ends.resets > 1)
        decide(report, RACE_DAMAGED, "the server's side ended by cause %u",
               ends.others ? ends.cause : static_cast<unsigned>(NIC_TERM_REMOTE_RESET));
    else if (!expectations_hold)
        decide(report, RACE_EXPECT, "%s does not hold", failed_expectation(stats));
    else if (gen_peer_stats(in.gen)->frames_placed == 0)
        decide(report, RACE_NOT_PLACED, "%s", "");
    else
        decide(report, ends.resets > 0 ? RACE_RESET : RACE_INTACT, "%s", "");
}

// What stats.json of a run from the start would hold.
void keep_stats(const race_plan &plan, uint64_t time_ps, const json_t *stats, race_report *report)
{
    char name[64];
    struct error err = {};
    (void)snprintf(name, sizeof name, "%" PRIu64 ".json", time_ps);
    if (plan.keep && results_write_json(plan.keep, name, stats, &err) != STATUS_OK)
        decide(report, RACE_LOST, "%.200s", err.text);
}

// The branch: the client acts at time_ps, and the simulation goes on to its end.
race_report run_branch(testbed &bed, const race_plan &plan, uint64_t time_ps)
{
    race_report report = {};
    uint64_t begin_us = cpu_us_now();
    bed.set_race_time(time_ps);
    bool over = run_out(bed, plan.stop);
    results_input in = {};
    bed.fill_results(&in);
    bed.finish(over && check_violations_total(in.check) == 0);
    bed.fill_results(&in);
    bool hold = false;
    json_t *stats = results_stats(&in, &hold);
    if (over)
        judge(in, stats, hold, &report);
    else if (*plan.stop == SIGXCPU)
        decide(&report, RACE_HANG, "the simulation did not end");
    else
        decide(&report, RACE_LOST, "ended by signal %d", *plan.stop);
    keep_stats(plan, time_ps, stats, &report);
    json_decref(stats);
    report.moves =
        static_cast<uint32_t>(move_log_counts(in.moves, TRANSFER_MOVE).by_outcome[MOVE_COMPLETED]);
    report.sim_time_ps = in.sim_time_ps;
    report.cpu_us = cpu_us_now() - begin_us;
    return report;
}

enum status run_branches(const race_plan &plan, race_jobs *jobs, struct error *err)
{
    if (testbed::prepare(*plan.config, err) != STATUS_OK)
        return err->status;
    testbed bed(*plan.config, nullptr, nullptr);
    if (!bed.is_ready(err))
        return err->status;
    for (uint64_t i = 0; i < plan.times.count && !*plan.stop; i++) {
        uint64_t time_ps = plan.times.first_ps + i * plan.times.step_ps;
        if (!advance_to(bed, time_ps - 1))
            break;
        switch (race_jobs_fork(jobs, i)) {
        case RACE_BRANCH: {
            race_report report = run_branch(bed, plan, time_ps);
            race_jobs_end_branch(jobs, &report);
        }
        case RACE_NO_PROCESS:
            return error_set(err, STATUS_ENVIRONMENT, "no process can be started: %s",
                             std::strerror(errno));
        case RACE_PARENT:
            break;
        }
    }
    race_jobs_wait(jobs);
    return STATUS_OK;
}

enum status run(const race_plan &plan, struct error *err)
{
    for (const sim_nic &nic : plan.config->nic)
        if (mac_params_check(&nic.mac, err) != STATUS_OK ||
            pcie_params_check(&nic.pcie, err) != STATUS_OK)
            return err->status;
    race_jobs *jobs = race_jobs_create(plan.jobs, plan.sink);
    if (!jobs)
        return error_set(err, STATUS_ENVIRONMENT, "out of memory");
    enum status status = run_branches(plan, jobs, err);
    race_jobs_wait(jobs);
    race_jobs_destroy(jobs);
    return status;
}
} // namespace

enum status race_run(const struct race_plan *plan, struct error *err)
{
    race_call call = {plan, err};
    return static_cast<enum status>(kernel_run(
        [](void *self) -> int {
            const auto *wanted = static_cast<const race_call *>(self);
            return run(*wanted->plan, wanted->err);
        },
        &call));
}
