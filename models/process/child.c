#include "models/process/child.h"

#include <errno.h>
#include <sys/wait.h>

bool child_wait(pid_t child, int *how)
{
    if (child < 0)
        return false;
    pid_t ended;
    do
        ended = waitpid(child, how, 0);
    while (ended < 0 && errno == EINTR);
    return ended == child;
}
