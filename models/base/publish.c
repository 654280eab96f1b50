#include "models/base/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINKS_MAX = 40, DESCRIPTORS_MAX = 256, FILE_MODE = 0666, MODE_BITS = 07777 };

static enum status too_long(const char *path, struct error *err)
{
    return error_set(err, STATUS_BAD_INPUT, "%.100s...: the path is too long", path);
}

static enum status failed(const char *path, int why, struct error *err)
{
    return error_set(err, STATUS_ENVIRONMENT, "%s: cannot be written: %s", path, strerror(why));
}

/* --- resolving the path --- */

/* Finds the target of a link that points to no file yet. Opening such a path for writing would create the
 * target, so the target is published. Returns false with errno set on failure. */
static bool follow_dangling(const char *path, char final[PUBLISH_PATH_MAX])
{
    char target[PUBLISH_PATH_MAX];
    struct stat info;
    (void)snprintf(final, PUBLISH_PATH_MAX, "%s", path);
    for (int i = 0; i < LINKS_MAX; i++) {
        if (lstat(final, &info) != 0)
            return errno == ENOENT;
        if (!S_ISLNK(info.st_mode))
            return true;
        ssize_t len = readlink(final, target, sizeof target - 1);
        if (len < 0)
            return false;
        target[len] = '\0';
        char *slash = strrchr(final, '/');
        size_t folder = target[0] != '/' && slash ? (size_t)(slash - final) + 1 : 0;
        if (folder + (size_t)len >= PUBLISH_PATH_MAX) {
            errno = ENAMETOOLONG;
            return false;
        }
        memcpy(final + folder, target, (size_t)len + 1);
    }
    errno = ELOOP;
    return false;
}

/* Returns true if both describe the same file. */
static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Returns the descriptor of this process that is open for writing on the file; -1 if there is none. */
static int own_descriptor(const struct stat *info)
{
    struct stat open_file;
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && fstat(fd, &open_file) == 0 &&
            is_same(info, &open_file))
            return fd;
    }
    return -1;
}

/* Finds the file behind an existing path. Returns false if it has no name that could be replaced, such as a
 * deleted file reached through /proc. */
static bool find_final(const char *path, const struct stat *info, char final[PUBLISH_PATH_MAX])
{
    struct stat found;
    char *resolved = realpath(path, NULL);
    bool good = resolved && strlen(resolved) < PUBLISH_PATH_MAX && stat(resolved, &found) == 0 &&
                is_same(info, &found);
    if (good)
        (void)strcpy(final, resolved);
    free(resolved);
    return good;
}

enum status publish_check(const char *path, struct error *err)
{
    struct stat info;
    if (strlen(path) >= PUBLISH_PATH_MAX)
        return too_long(path, err);
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return error_set(err, STATUS_BAD_INPUT, "%s: is a folder; name a file", path);
    return STATUS_OK;
}

/* --- the stream --- */

/* Writes bytes and records the first error. A stream forgets why a write failed, and the C library writes
 * long before the file is closed, so only this function can report the cause. */
static ssize_t write_bytes(void *cookie, const char *bytes, size_t len)
{
    struct publish *file = cookie;
    size_t done = 0;
    while (done < len) {
        ssize_t n = write(file->fd, bytes + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (!file->why)
                file->why = n < 0 ? errno : EIO;
            break;
        }
        done += (size_t)n;
    }
    return (ssize_t)done; /* less than len is a failure, see fopencookie(3) */
}

static int close_descriptor(void *cookie)
{
    const struct publish *file = cookie;
    return close(file->fd);
}

/* Returns false with errno set; then the descriptor is closed. */
static bool open_stream(struct publish *file, int fd)
{
    static const cookie_io_functions_t functions = {.write = write_bytes,
                                                    .close = close_descriptor};
    file->fd = fd;
    file->why = 0;
    file->stream = fopencookie(file, "w", functions);
    if (file->stream)
        return true;
    int why = errno;
    (void)close(fd);
    errno = why;
    return false;
}

/* --- opening --- */

/* Connects to a socket that has a name in the file system, because open() refuses it. */
static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    (void)strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int why = errno;
        (void)close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

/* Opens the file for writing in place. If it is already an output of this process, it has a write position,
 * which a second open file would not share and would overwrite. So the descriptor of this process is
 * duplicated. */
static enum status open_in_place(struct publish *file, const struct stat *info, struct error *err)
{
    int own = own_descriptor(info), fd = -1;
    (void)fflush(NULL);
    if (own >= 0)
        fd = fcntl(own, F_DUPFD_CLOEXEC, 0);
    else if (S_ISSOCK(info->st_mode))
        fd = connect_to(file->name);
    else
        fd = open(file->name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    file->in_place = true;
    file->temporary[0] = '\0';
    if (fd >= 0 && open_stream(file, fd))
        return STATUS_OK;
    return failed(file->name, errno, err);
}

/* Returns the permissions: those of an existing file, or for a new file those that open() would give it. */
static mode_t wanted_mode(const struct stat *info)
{
    if (info)
        return info->st_mode & MODE_BITS;
    mode_t mask = umask(0);
    (void)umask(mask);
    return FILE_MODE & ~mask;
}

static enum status open_beside(struct publish *file, const struct stat *info, struct error *err)
{
    const char *slash = strrchr(file->final, '/');
    int folder = slash ? (int)(slash - file->final) + 1 : 0;
    int len =
        snprintf(file->temporary, PUBLISH_PATH_MAX, "%.*s.toesim-XXXXXX", folder, file->final);
    if (len < 0 || len >= PUBLISH_PATH_MAX) {
        file->temporary[0] = '\0';
        return too_long(file->name, err);
    }
    int fd = mkostemp(file->temporary, O_CLOEXEC);
    if (fd < 0) {
        int why = errno;
        file->temporary[0] = '\0';
        return failed(file->name, why, err);
    }
    if (info && fchown(fd, info->st_uid, info->st_gid) != 0)
        errno = 0; /* only root may give files away, and no other user needs it */
    int why = fchmod(fd, wanted_mode(info)) == 0 ? 0 : errno;
    if (why)
        (void)close(fd);
    else if (!open_stream(file, fd))
        why = errno;
    if (!why)
        return STATUS_OK;
    publish_discard(file);
    return failed(file->name, why, err);
}

enum status publish_open(struct publish *file, const char *path, struct error *err)
{
    struct stat info;
    file->stream = NULL;
    file->in_place = false;
    file->temporary[0] = file->final[0] = '\0';
    enum status status = publish_check(path, err);
    if (status != STATUS_OK)
        return status;
    (void)strcpy(file->name, path);
    if (stat(path, &info) != 0) {
        if (errno != ENOENT || !follow_dangling(path, file->final))
            return failed(path, errno, err);
        return open_beside(file, NULL, err);
    }
    if (!S_ISREG(info.st_mode) || own_descriptor(&info) >= 0 ||
        !find_final(path, &info, file->final))
        return open_in_place(file, &info, err);
    return open_beside(file, &info, err);
}

/* --- closing --- */

enum status publish_close(struct publish *file, struct error *err)
{
    int why = fflush(file->stream) != 0 || ferror(file->stream) ? EIO : 0;
    if (file->why)
        why = file->why;
    if (!why && !file->in_place && fsync(file->fd) != 0)
        why = errno;
    errno = EIO;
    if (fclose(file->stream) != 0 && !why)
        why = errno;
    file->stream = NULL;
    if (!why && !file->in_place && rename(file->temporary, file->final) != 0)
        why = errno;
    if (!why) {
        file->temporary[0] = '\0';
        return STATUS_OK;
    }
    publish_discard(file);
    return error_set(err, STATUS_ENVIRONMENT, "%s: cannot be written completely: %s", file->name,
                     strerror(why));
}

void publish_discard(struct publish *file)
{
    if (file->stream)
        (void)fclose(file->stream);
    file->stream = NULL;
    if (file->temporary[0])
        (void)unlink(file->temporary);
    file->temporary[0] = '\0';
}
