/*
 * A file that appears under its name only when it is complete.
 *
 * The path is a user's choice, so the handling depends on the existing file. A regular file is replaced: the text goes
 * to a temporary file in the same folder, which takes the name when it is complete. A symbolic link stays, and the
 * file behind it is replaced. A device, pipe or socket is opened and written to, because replacing it would destroy
 * it; the same holds for a file that is already this process's output, such as /dev/stdout redirected to a file. A
 * folder is refused.
 */
#ifndef TOESIM_BASE_PUBLISH_H
#define TOESIM_BASE_PUBLISH_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PUBLISH_PATH_MAX = 4096 };

/* One file between publish_open() and publish_close(). The caller owns the struct, which must not move
 * meanwhile. It writes to `stream` but never closes it. */
struct publish {
    FILE *stream;                     /* null when no file is open */
    int fd;                           /* the descriptor of the stream */
    int why;                          /* errno of the first failed write; 0 if none failed */
    bool in_place;                    /* written directly, so there is no file to rename */
    char name[PUBLISH_PATH_MAX];      /* as given by the caller, for messages */
    char final[PUBLISH_PATH_MAX];     /* the file behind the name, after following links */
    char temporary[PUBLISH_PATH_MAX]; /* file in the same folder; empty if written in place */
};

/* Checks, before any work is done, whether `path` can be published to. Creates no file. Returns
 * STATUS_BAD_INPUT if the path is a folder or is too long. */
enum status publish_check(const char *path, struct error *err);

/* Opens a file that will appear at `path`, and waits for a reader if it is a FIFO. Returns STATUS_BAD_INPUT
 * like publish_check(), or STATUS_ENVIRONMENT if the file or its temporary file cannot be opened. */
enum status publish_open(struct publish *file, const char *path, struct error *err);

/* Flushes and closes the file, and gives it its name. Returns STATUS_ENVIRONMENT if a write failed, which
 * may be noticed only now on a full disk; then the previous file is still there. The file is closed in any
 * case. */
enum status publish_close(struct publish *file, struct error *err);

/* Closes and removes the file that publish_open() created. */
void publish_discard(struct publish *file);

#ifdef __cplusplus
}
#endif

#endif
