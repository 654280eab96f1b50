/*
 * A file that appears under its name only when it is whole.
 *
 * A path may be a user's choice, so what is already there decides. A regular file is replaced: the
 * text goes to a temporary file in the same folder, which takes the name when it is complete. A
 * symbolic link stays, and the file behind it is replaced. A device, pipe or socket is opened and
 * written to, because replacing it would destroy it; the same holds for a file that is already this
 * process's output, such as /dev/stdout sent to a file. A folder is refused.
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

/* One file between publish_open() and publish_close(). The caller owns the struct, which must
 * not move meanwhile, and writes to stream, but never closes it. */
struct publish {
    FILE *stream;                     /* null when no file is open */
    int fd;                           /* behind the stream */
    int why;                          /* errno of the first write that failed; 0: none has */
    bool in_place;                    /* written to directly, so there is nothing to rename */
    char name[PUBLISH_PATH_MAX];      /* as the caller gave it, for messages */
    char final[PUBLISH_PATH_MAX];     /* the file behind the name, links followed */
    char temporary[PUBLISH_PATH_MAX]; /* beside it; empty when written in place */
};

/* Tells early, before any work is done for it, whether path can be published to at all.
 * STATUS_BAD_INPUT: path is a folder, or is too long. Creates nothing. */
enum status publish_check(const char *path, struct error *err);

/* Opens a file that shall appear at path. STATUS_BAD_INPUT as publish_check(); STATUS_ENVIRONMENT:
 * the file or its temporary neighbour cannot be opened. Waits for a reader when path is a FIFO. */
enum status publish_open(struct publish *file, const char *path, struct error *err);

/* Flushes and closes, then gives the file its name. STATUS_ENVIRONMENT: something could not be
 * written, which a full disk may show only now; what was at path before is still there. The file is
 * closed in any case. */
enum status publish_close(struct publish *file, struct error *err);

/* Closes and removes what publish_open() made, as if it had never been called. */
void publish_discard(struct publish *file);

#ifdef __cplusplus
}
#endif

#endif
