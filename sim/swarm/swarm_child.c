#include "sim/swarm/swarm_child.h"

#include "models/base/units.h"
#include "sim/cli/cli_command.h"
#include "sim/cli/cli_run.h"
#include "sim/run/stop_signals.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    STUCK_CPU_S = 300,
    STUCK_WALL_S = 3600,
    LOOK_NS_MIN = 1000000,
    LOOK_NS_MAX = 200000000,
    NS_PER_SECOND = 1000000000,
};

/* Arms a timer of the kernel that sends the signal. The timer counts processor time, so the
 * signal comes at about the same point of the program's work on any machine. */
static void arm(const struct swarm_signal *signal)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal->number};
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)(signal->cpu_us / 1000000),
                                           .tv_nsec = (long)(signal->cpu_us % 1000000 * 1000)}};
    timer_t timer;
    if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0)
        (void)timer_settime(timer, 0, &when, NULL);
}

/* Runs in the child, and never returns. */
static void simulate(const struct sim_config *config, const char *place, const char *log,
                     const struct swarm_signal *signal, volatile uint64_t *sim_time_ps)
{
    stop_signals_follow_parent();
    if (!freopen(log, "w", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        _exit(STATUS_ENVIRONMENT);
    if (signal->number != 0)
        arm(signal);
    int status = cli_simulate_and_print(config, NULL, place, sim_time_ps);
    (void)fflush(NULL);
    _exit(status);
}

struct watch {
    clockid_t clock;
    /* When the child last made progress in simulated time, and when it last used the processor. */
    time_t cpu_s, wall_s;
    time_t used_s;
    uint64_t sim_time_ps;
};

static time_t seconds_of(clockid_t clock)
{
    struct timespec now = {0};
    return clock_gettime(clock, &now) == 0 ? now.tv_sec : 0;
}

/* Returns true if the child has made no progress for too long. */
static bool is_stuck(struct watch *w, uint64_t sim_time_ps)
{
    time_t cpu_s = seconds_of(w->clock), wall_s = seconds_of(CLOCK_MONOTONIC);
    if (sim_time_ps != w->sim_time_ps)
        w->cpu_s = cpu_s;
    if (sim_time_ps != w->sim_time_ps || cpu_s != w->used_s)
        w->wall_s = wall_s;
    w->sim_time_ps = sim_time_ps;
    w->used_s = cpu_s;
    return cpu_s - w->cpu_s > STUCK_CPU_S || wall_s - w->wall_s > STUCK_WALL_S;
}

/* Waits for the child. The pauses between two looks become longer and longer. */
static struct swarm_end wait_for(pid_t pid, const volatile uint64_t *sim_time_ps)
{
    struct swarm_end end = {0};
    struct watch watch = {.wall_s = seconds_of(CLOCK_MONOTONIC)};
    struct timespec pause = {.tv_nsec = LOOK_NS_MIN};
    int status = 0;
    bool has_clock = clock_getcpuclockid(pid, &watch.clock) == 0;
    for (pid_t done; (done = waitpid(pid, &status, WNOHANG)) != pid;) {
        if (done < 0 && errno != EINTR)
            return (struct swarm_end){.status = STATUS_ENVIRONMENT};
        if (has_clock && is_stuck(&watch, *sim_time_ps)) {
            end.hung = true;
            (void)kill(pid, SIGABRT);
        }
        (void)nanosleep(&pause, NULL);
        pause.tv_nsec = pause.tv_nsec * 2 < LOOK_NS_MAX ? pause.tv_nsec * 2 : LOOK_NS_MAX;
    }
    end.status = WIFEXITED(status) ? WEXITSTATUS(status) : STOP_SIGNAL_STATUS + WTERMSIG(status);
    return end;
}

struct swarm_end swarm_run(const struct sim_config *config, const char *place, const char *log,
                           const struct swarm_signal *signal)
{
    struct swarm_end end = {.status = STATUS_ENVIRONMENT};
    volatile uint64_t *sim_time_ps =
        mmap(NULL, sizeof *sim_time_ps, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sim_time_ps == MAP_FAILED)
        return end;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        simulate(config, place, log, signal, sim_time_ps);
    if (pid > 0)
        end = wait_for(pid, sim_time_ps);
    (void)munmap((void *)(uintptr_t)sim_time_ps, sizeof *sim_time_ps);
    return end;
}
