/* A sim_run() for tests of the program around it. The seed chooses how the run ends. */
#ifndef TOESIM_SIM_TEST_FAKE_RUN_H
#define TOESIM_SIM_TEST_FAKE_RUN_H

#include "sim/scenario/config.h"

enum fake_seed {
    FAKE_GOOD = 1,
    FAKE_FAILED = 7,    /* an expectation failed, and results were written */
    FAKE_DAMAGED = 8,   /* the capture is damaged, and results were written */
    FAKE_DISK_FULL = 9, /* only a part of the results was written */
    FAKE_DIES = 10,
    FAKE_UNREADABLE = 11, /* there are no results */
    FAKE_WAITS = 12,      /* the run waits until it is told to stop */
};

/* The number in `+0 write N` of a script, which chooses how script_run() ends. */
enum fake_script {
    FAKE_SCRIPT_FAILS = 7,
    FAKE_SCRIPT_PARTS = 8, /* the result differs under one policy */
    FAKE_SCRIPT_DIES = 9,
    FAKE_SCRIPT_BAD_SET = 10,
};

extern unsigned fake_runs;            /* how often sim_run() was called in this process */
extern struct sim_config fake_config; /* the scenario of the last call */

#endif
