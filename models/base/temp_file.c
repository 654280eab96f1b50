#include "models/base/temp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

const char *temp_file_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && folder[0] ? folder : "/tmp";
}

static void explain(int code, struct error *err)
{
    error_set(err, STATUS_ENVIRONMENT,
              "%s: a temporary file cannot be written: %s; set TMPDIR to a folder with more room",
              temp_file_folder(), strerror(code));
}

int temp_file_open(struct error *err)
{
    char path[PATH_BYTES];
    int fd = open(temp_file_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* Some file systems cannot create unnamed files, so the name is removed directly after the creation. */
    int len = snprintf(path, sizeof path, "%s/toesim.XXXXXX", temp_file_folder());
    fd = len < PATH_BYTES ? mkostemp(path, O_CLOEXEC) : -1;
    if (fd < 0)
        explain(errno, err);
    else
        (void)unlink(path);
    return fd;
}

bool temp_file_write(int fd, const void *bytes, size_t len, uint64_t offset, struct error *err)
{
    const char *from = bytes;
    while (len > 0) {
        ssize_t done = pwrite(fd, from, len, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            explain(done < 0 ? errno : ENOSPC, err);
            return false;
        }
        from += done;
        len -= (size_t)done;
        offset += (uint64_t)done;
    }
    return true;
}

bool temp_file_read(int fd, void *bytes, size_t len, uint64_t offset)
{
    char *to = bytes;
    while (len > 0) {
        ssize_t done = pread(fd, to, len, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            errno = done < 0 ? errno : 0;
            return false;
        }
        to += done;
        len -= (size_t)done;
        offset += (uint64_t)done;
    }
    return true;
}
