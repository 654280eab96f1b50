/* Regression tests: scenarios are compared with their golden results. */
#ifndef TOESIM_SIM_REGRESS_H
#define TOESIM_SIM_REGRESS_H

#include "models/base/status.h"
#include "sim/scenario/config.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { REGRESS_MESSAGE_MAX = 1024 };

struct regress_case {
    char name[SIM_NAME_MAX];
    bool passed;
    bool blessed;
    enum status status;
    char message[REGRESS_MESSAGE_MAX]; /* why it failed */
};

/* Runs one scenario in a child process and compares (or blesses) its results. */
void regress_run_case(const char *scenario, bool bless, struct regress_case *result);

#ifdef __cplusplus
}
#endif

#endif
