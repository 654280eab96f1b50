/* A gzip file of text that appears under its name only when it is complete (models/base/publish.h). The file holds no name
 * and no date, so the same text gives the same bytes. */
#ifndef TOESIM_SIM_GZ_TEXT_H
#define TOESIM_SIM_GZ_TEXT_H

#include "models/base/publish.h"

#include <zlib.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { GZ_TEXT_BLOCK = 1 << 16 };

/* Embedded by its owner. It must not move between gz_text_open() and its end. */
struct gz_text {
    struct publish out;
    z_stream deflate;
    unsigned char block[GZ_TEXT_BLOCK]; /* text that is not compressed yet */
    size_t filled;
};

/* Opens the file. Returns STATUS_ENVIRONMENT if it cannot be opened or memory is short. */
enum status gz_text_open(struct gz_text *text, const char *path, struct error *err);

/* Adds text in the format of printf, at most 1000 bytes at once. */
void gz_text_print(struct gz_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends the file and gives it its name. Returns STATUS_ENVIRONMENT if a write failed; then no file is there. */
enum status gz_text_close(struct gz_text *text, struct error *err);

/* Removes the unfinished file. */
void gz_text_discard(struct gz_text *text);

#ifdef __cplusplus
}
#endif

#endif
