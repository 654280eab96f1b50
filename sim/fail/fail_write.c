/*
 * Writes that fail once, at the operation whose number is in TOESIM_FAIL_WRITE (from 1), with the errno in
 * TOESIM_FAIL_ERRNO; all are counted into the file TOESIM_FAIL_WRITE_COUNT. Operations are those that make
 * output: creating a file or folder, each write(), fsync, close and
 * rename. build/fail/toesim is the program whose own code calls these instead of the C library.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static unsigned long calls;

static unsigned long number_in(const char *variable)
{
    const char *text = getenv(variable);
    return text ? strtoul(text, NULL, 10) : 0;
}

/* True when this operation is the one; errno is then set. */
static bool fails(void)
{
    if (++calls != number_in("TOESIM_FAIL_WRITE"))
        return false;
    errno = (int)number_in("TOESIM_FAIL_ERRNO");
    return true;
}

__attribute__((destructor)) static void write_count(void)
{
    const char *path = getenv("TOESIM_FAIL_WRITE_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    (void)fprintf(file, "%lu\n", calls);
    (void)fclose(file);
}

ssize_t fail_write(int fd, const void *bytes, size_t len);
int fail_close(int fd);
int fail_fsync(int fd);
int fail_fchmod(int fd, mode_t mode);
int fail_mkostemp(char *path, int flags);
char *fail_mkdtemp(char *path);
int fail_mkdir(const char *path, mode_t mode);
int fail_rename(const char *from, const char *to);
int fail_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int fail_open(const char *path, int flags, ...);

/* A full disk takes a part of the bytes before it refuses the rest. */
ssize_t fail_write(int fd, const void *bytes, size_t len)
{
    if (!fails())
        return write(fd, bytes, len);
    int why = errno;
    if (write(fd, bytes, len / 2) < 0)
        why = errno;
    errno = why;
    return -1;
}

/* A descriptor is closed even when close() reports an error. Only what was written counts. */
int fail_close(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    bool bad = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && fails();
    int why = errno;
    int result = close(fd);
    if (!bad)
        return result;
    errno = why;
    return -1;
}

int fail_fsync(int fd) { return fails() ? -1 : fsync(fd); }

int fail_fchmod(int fd, mode_t mode) { return fails() ? -1 : fchmod(fd, mode); }

int fail_mkostemp(char *path, int flags) { return fails() ? -1 : mkostemp(path, flags); }

char *fail_mkdtemp(char *path) { return fails() ? NULL : mkdtemp(path); }

/* A folder that exists is not made, so no disk can refuse it. */
int fail_mkdir(const char *path, mode_t mode)
{
    return access(path, F_OK) != 0 && fails() ? -1 : mkdir(path, mode);
}

int fail_rename(const char *from, const char *to) { return fails() ? -1 : rename(from, to); }

int fail_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    return fails() ? -1 : renameat2(from_dir, from, to_dir, to, flags);
}

int fail_open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if ((flags & O_ACCMODE) != O_RDONLY && fails())
        return -1;
    return open(path, flags, mode);
}
