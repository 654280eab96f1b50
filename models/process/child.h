/* A child process and its end. */
#ifndef TOESIM_PROCESS_CHILD_H
#define TOESIM_PROCESS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Waits until the child has ended, whatever signals arrive in the meantime, and sets *how as waitpid() does. `child` is what
 * fork() returned: with -1, and for a process that is no child, it returns false with errno set and leaves *how alone. */
bool child_wait(pid_t child, int *how);

#ifdef __cplusplus
}
#endif

#endif
