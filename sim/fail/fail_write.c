/*
 * Output operations that fail once, at the operation whose number is in TOESIM_FAIL_WRITE (from
 * 1), with the errno in TOESIM_FAIL_ERRNO. All operations are counted into the file
 * TOESIM_FAIL_WRITE_COUNT. An operation is one that makes output: it creates a file or folder,
 * or is a write(), pwrite(), fsync, close or rename. In build/fail/toesim the program's own code
 * calls these functions instead of the C library. The FST library calls the second half of them:
 * it opens, writes and closes streams, and closes its file in a child process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* The counter is shared with forked children, so that each operation has a number of its own. */
static unsigned long *calls;

static unsigned long number_in(const char *variable)
{
    const char *text = getenv(variable);
    return text ? strtoul(text, NULL, 10) : 0;
}

/* Returns true, with errno set, if this operation is the one that must fail. */
static bool fails(void)
{
    if (!calls) {
        calls =
            mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (calls == MAP_FAILED)
            abort();
    }
    if (++*calls != number_in("TOESIM_FAIL_WRITE"))
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
    (void)fprintf(file, "%lu\n", calls ? *calls : 0);
    (void)fclose(file);
}

ssize_t fail_write(int fd, const void *bytes, size_t len);
ssize_t fail_pwrite(int fd, const void *bytes, size_t len, off_t offset);
int fail_close(int fd);
int fail_fsync(int fd);
int fail_fchmod(int fd, mode_t mode);
int fail_mkostemp(char *path, int flags);
char *fail_mkdtemp(char *path);
int fail_mkdir(const char *path, mode_t mode);
int fail_rename(const char *from, const char *to);
int fail_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int fail_open(const char *path, int flags, ...);
FILE *fail_fopen(const char *path, const char *mode);
FILE *fail_tmpfile(void);
size_t fail_fwrite(const void *bytes, size_t size, size_t count, FILE *stream);
int fail_fclose(FILE *stream);
int fail_ftruncate(int fd, off_t length);

/* A full disk accepts a part of the bytes before it refuses the rest. */
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

ssize_t fail_pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    if (!fails())
        return pwrite(fd, bytes, len, offset);
    int why = errno;
    if (pwrite(fd, bytes, len / 2, offset) < 0)
        why = errno;
    errno = why;
    return -1;
}

/* A descriptor is closed even if close() reports an error. Only descriptors for writing count. */
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

/* A folder that exists already is not made, so the disk cannot refuse it. */
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

/* --- streams of the FST library --- */

FILE *fail_fopen(const char *path, const char *mode)
{
    bool writes = strpbrk(mode, "wa+") != NULL;
    return writes && fails() ? NULL : fopen(path, mode);
}

FILE *fail_tmpfile(void) { return fails() ? NULL : tmpfile(); }

/* Only a call that fills the stream's buffer is an operation, because only then bytes reach the
 * file. The stream gets its error flag as from a full disk, because its descriptor accepts no
 * bytes during the call. */
size_t fail_fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
    bool fits = __fpending(stream) + size * count < __fbufsize(stream);
    if (fits || !fails())
        return fwrite(bytes, size, count, stream);
    int fd = fileno(stream), saved = dup(fd), closed = open("/", O_RDONLY | O_CLOEXEC);
    if (saved < 0 || closed < 0 || dup2(closed, fd) < 0)
        abort();
    size_t done = fwrite(bytes, size, count, stream);
    (void)fflush(stream);
    if (dup2(saved, fd) < 0)
        abort();
    (void)close(saved);
    (void)close(closed);
    return done;
}

int fail_fclose(FILE *stream)
{
    bool bad = fails();
    int result = fclose(stream);
    return bad ? EOF : result;
}

int fail_ftruncate(int fd, off_t length) { return fails() ? -1 : ftruncate(fd, length); }
