/*
 * A second check of damage that a replay finds, because the capture itself may be the reason: a connection of which
 * the capture lacks a part fails without any move. A child process therefore replays the capture again, with every
 * frame at NIC 0 and without faults, and reports what becomes of the conversations that were damaged or stalled.
 * SystemC can run only once per process, so the child is created before the run and waits.
 */
#ifndef TOESIM_SIM_RECHECK_H
#define TOESIM_SIM_RECHECK_H

#include "sim/scenario/config.h"

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct recheck {
    pid_t child; /* 0: there is none, and nothing will be checked again */
    int socket;
};

/* Makes the child, before anything of SystemC has run and before signals are caught. Without a child
 * (no replay, no process to be had) nothing is checked again. Of a capture that cannot be read twice
 * (a pipe) the run makes a copy, which both read: config is told where (capture.copy_fd). */
void recheck_begin(struct recheck *recheck, struct sim_config *config);

/* What becomes of these conversations, by their numbers in the capture, under NIC 0: enum outcome of each.
 * False: not known, because there is no child, it failed, or *stop became true while it ran. */
bool recheck_ask(struct recheck *recheck, const uint64_t *conversations, size_t count,
                 volatile const int *stop, uint8_t *outcomes);

/* Ends the child if it still runs, and removes the copy. */
void recheck_end(struct recheck *recheck, struct sim_config *config);

/* config as the child runs it. */
void recheck_config(struct sim_config *config);

/* Runs config in this process and tells the outcomes of these conversations; STATUS_OK: it came to its
 * end. */
enum status recheck_simulate(const struct sim_config *config, const uint64_t *conversations,
                             size_t count, uint8_t *outcomes, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
