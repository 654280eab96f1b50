#include "sim/race/race_jobs.h"

#include "sim/run/stop_signals.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STUCK_CPU_S = 60, STUCK_GRACE_S = 10, FAILED_TO_REPORT = 3 };

/* So short a write is atomic, and never waits for a reader of an empty pipe. */
static_assert(sizeof(struct race_report) <= PIPE_BUF, "a report is one write");

struct job {
    pid_t pid; /* 0: the entry is free */
    uint64_t index;
    int answer;
};

struct race_jobs {
    unsigned most, running;
    struct race_sink sink;
    int report; /* in a branch: where its report goes */
    struct job jobs[RACE_JOBS_MAX];
};

struct race_jobs *race_jobs_create(unsigned jobs, struct race_sink sink)
{
    assert(jobs > 0 && jobs <= RACE_JOBS_MAX);
    struct race_jobs *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->most = jobs;
    all->sink = sink;
    return all;
}

void race_jobs_destroy(struct race_jobs *jobs) { free(jobs); }

/* Says what ended a branch that has not reported. Signals that the program causes itself are a crash. */
static void guess(int status, struct race_report *report)
{
    memset(report, 0, sizeof *report);
    if (!WIFSIGNALED(status)) {
        report->outcome = RACE_CRASH;
        (void)snprintf(report->detail, sizeof report->detail, "its process ended with status %d",
                       WEXITSTATUS(status));
        return;
    }
    int number = WTERMSIG(status);
    bool by_others = number == SIGKILL || number == SIGTERM || number == SIGINT || number == SIGHUP;
    report->outcome = by_others ? RACE_LOST : RACE_CRASH;
    (void)snprintf(report->detail, sizeof report->detail, "its process was ended by signal %d (%s)",
                   number, strsignal(number));
}

/* Waits for one branch. Returns false if there is none. */
static bool reap(struct race_jobs *jobs)
{
    struct race_report report;
    int status = 0;
    pid_t pid = wait(&status);
    if (pid < 0)
        return errno == EINTR;
    struct job *job = jobs->jobs;
    while (job < jobs->jobs + RACE_JOBS_MAX && job->pid != pid)
        job++;
    if (job == jobs->jobs + RACE_JOBS_MAX)
        return true; /* not a branch */
    ssize_t len = read(job->answer, &report, sizeof report);
    if (len != (ssize_t)sizeof report || report.outcome >= RACE_OUTCOME_COUNT)
        guess(status, &report);
    report.detail[RACE_DETAIL_MAX - 1] = '\0';
    (void)close(job->answer);
    job->pid = 0;
    jobs->running--;
    jobs->sink.on_report(jobs->sink.self, job->index, &report);
    return true;
}

/* A branch that works on without an end gets SIGXCPU, which stops it in order, and later SIGKILL. */
static void limit_time(void)
{
    struct rlimit limit = {STUCK_CPU_S, STUCK_CPU_S + STUCK_GRACE_S};
    (void)setrlimit(RLIMIT_CPU, &limit);
}

enum race_side race_jobs_fork(struct race_jobs *jobs, uint64_t index)
{
    int ends[2];
    while (jobs->running >= jobs->most && reap(jobs))
        ;
    if (pipe(ends) != 0)
        return RACE_NO_PROCESS;
    (void)fflush(NULL); /* or the branch would write what waits in the buffers a second time */
    pid_t pid = fork();
    if (pid == 0) {
        stop_signals_follow_parent();
        limit_time();
        (void)close(ends[0]);
        jobs->report = ends[1];
        return RACE_BRANCH;
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return RACE_NO_PROCESS;
    }
    struct job *job = jobs->jobs;
    while (job->pid != 0)
        job++;
    *job = (struct job){pid, index, ends[0]};
    jobs->running++;
    return RACE_PARENT;
}

void race_jobs_end_branch(struct race_jobs *jobs, const struct race_report *report)
{
    bool whole = write(jobs->report, report, sizeof *report) == (ssize_t)sizeof *report;
    _exit(whole ? 0 : FAILED_TO_REPORT);
}

void race_jobs_wait(struct race_jobs *jobs)
{
    while (jobs->running > 0 && reap(jobs))
        ;
}
