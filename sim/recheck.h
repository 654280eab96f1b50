/*
 * Damage that a replay finds may be the capture's own: a connection whose story the capture does not
 * tell whole fails without any move. A child process therefore replays the capture once more, with
 * every frame at NIC 0 and no faults, and tells which of the damaged conversations are damaged there
 * too. SystemC runs once in a process, so the child is made before the run, and waits.
 */
#ifndef TOESIM_SIM_RECHECK_H
#define TOESIM_SIM_RECHECK_H

#include "sim/config.h"

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct recheck {
    pid_t child; /* 0: there is none, and nothing will be checked again */
    int socket;
};

/* Makes the child, before anything of SystemC has run and before signals are caught. Without a child
 * (no replay, a capture that cannot be read twice such as a pipe, no process to be had) nothing is
 * checked again. */
void recheck_begin(struct recheck *recheck, const struct sim_config *config);

/* How many of these conversations, by their numbers in the capture, are damaged under NIC 0 too.
 * False: not known, because there is no child, it failed, or *stop became true while it ran. */
bool recheck_ask(struct recheck *recheck, const uint64_t *conversations, size_t count,
                 volatile const int *stop, uint64_t *also_damaged);

/* Ends the child if it is still there. */
void recheck_end(struct recheck *recheck);

/* config as the child runs it. */
void recheck_config(struct sim_config *config);

/* Runs config in this process and counts which of the conversations are damaged; STATUS_OK: it came to
 * its end. */
enum status recheck_simulate(const struct sim_config *config, const uint64_t *conversations,
                             size_t count, uint64_t *damaged, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
