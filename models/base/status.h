/* The outcome of an operation that bad input or the environment can make fail, and its message. */
#ifndef TOESIM_BASE_STATUS_H
#define TOESIM_BASE_STATUS_H

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers are the program's exit status. A bug of our own has none, because it asserts. */
enum status {
    STATUS_OK = 0,
    STATUS_FAILED = 1,      /* an expectation or an invariant did not hold */
    STATUS_BAD_INPUT = 2,   /* bad file or usage; the message says `file:line: key: wrong, right` */
    STATUS_ENVIRONMENT = 3, /* disk full, no permission, out of memory */
};

enum { ERROR_TEXT_MAX = 512 };

/* Filled by the callee that fails, and owned by the caller. `text` is always terminated. */
struct error {
    enum status status;
    char text[ERROR_TEXT_MAX];
};

/* Stores the status and the formatted message, and returns the status, so that callers write `return
 * error_set(...)`. With a null err it only returns the status. Characters in the arguments that would
 * control a terminal become '?'. */
enum status error_set(struct error *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif

#endif
