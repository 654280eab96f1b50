/* A sim_run() for tests of the program around it: the seed says how it ends. */
#ifndef TOESIM_SIM_TEST_FAKE_RUN_H
#define TOESIM_SIM_TEST_FAKE_RUN_H

#include "sim/scenario/config.h"

enum fake_seed {
    FAKE_GOOD = 1,
    FAKE_FAILED = 7,    /* an expectation failed, results written */
    FAKE_DAMAGED = 8,   /* damaged capture, results written */
    FAKE_DISK_FULL = 9, /* half-written results */
    FAKE_DIES = 10,
    FAKE_UNREADABLE = 11, /* no results at all */
    FAKE_WAITS = 12,      /* until it is told to stop */
};

/* A script's `+0 write N`: how script_run() ends. */
enum fake_script {
    FAKE_SCRIPT_FAILS = 7,
    FAKE_SCRIPT_PARTS = 8, /* one policy sends something else */
    FAKE_SCRIPT_DIES = 9,
    FAKE_SCRIPT_BAD_SET = 10,
};

extern unsigned fake_runs;            /* how often it was called in this process */
extern struct sim_config fake_config; /* of the last call */

#endif
