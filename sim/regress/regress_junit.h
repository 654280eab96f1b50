/* Functions of regress_junit.c. */
#ifndef TOESIM_SIM_REGRESS_JUNIT_H
#define TOESIM_SIM_REGRESS_JUNIT_H

#include "sim/regress/regress.h"

#ifdef __cplusplus
extern "C" {
#endif

/* JUnit XML of all cases, published at path (models/base/publish.h): a file is there whole or not at
 * all, a device or pipe is written to. */
enum status regress_write_junit(const char *path, const struct regress_case *cases, size_t count,
                                struct error *err);

#ifdef __cplusplus
}
#endif

#endif
