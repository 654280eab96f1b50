#include "sim/run/stop_signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
static const char *const names[] = {"SIGINT", "SIGTERM", "SIGHUP", "SIGXCPU"};
enum { SIGNALS = sizeof numbers / sizeof numbers[0] };

/* run_options uses int, and sig_atomic_t is int on this machine. */
static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    if (!stopped)
        stopped = number;
}

void stop_signals_catch(void)
{
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction action = {.sa_handler = on_signal}, before;
        if (numbers[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 &&
            before.sa_handler == SIG_IGN)
            /* Under nohup the signal stays ignored, because the run must continue without its
             * terminal. */
            continue;
        if (numbers[i] != SIGXCPU)
            action.sa_flags = (int)SA_RESETHAND;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(numbers[i], &action, NULL);
    }
}

volatile const int *stop_signals_flag(void) { return &stopped; }

const char *stop_signals_name(int number)
{
    for (size_t i = 0; i < SIGNALS; i++)
        if (numbers[i] == number)
            return names[i];
    return "a signal";
}

void stop_signals_ignore_file_size(void) { (void)signal(SIGXFSZ, SIG_IGN); }

void stop_signals_follow_parent(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == 1)
        (void)raise(SIGTERM); /* the parent had died before prctl() */
}
