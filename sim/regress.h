/* Regression: scenarios against their golden results. */
#ifndef TOESIM_SIM_REGRESS_H
#define TOESIM_SIM_REGRESS_H

#include "models/base/status.h"
#include "sim/config.h"

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

/* The first key, in sorted order, in which the two documents differ, with both values. False: they
 * are equal. */
bool regress_first_difference(const json_t *golden, const json_t *now, char *text, size_t size);

/* JUnit XML of all cases, published at path (models/base/publish.h): a file is there whole or not at
 * all, a device or pipe is written to. */
enum status regress_write_junit(const char *path, const struct regress_case *cases, size_t count,
                                struct error *err);

/* Runs one scenario in a child process and compares (or blesses) its results. */
void regress_run_case(const char *scenario, bool bless, struct regress_case *result);

#ifdef __cplusplus
}
#endif

#endif
