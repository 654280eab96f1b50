/*
 * A test preloads this into toesim. It acts like a file system that cannot exchange two folders
 * in one step, such as NFS. With $KILL_IN_SWAP it also acts like a machine that dies between the
 * two renames that replace the exchange.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    (void)from_folder;
    (void)from;
    (void)to_folder;
    (void)to;
    (void)flags;
    errno = EINVAL;
    return -1;
}

int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *) =
        (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    int result = real(from, to);
    if (getenv("KILL_IN_SWAP") && strstr(to, ".old-"))
        (void)kill(getpid(), SIGKILL);
    return result;
}
