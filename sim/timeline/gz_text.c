#include "sim/timeline/gz_text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8, PRINT_MAX = 1000 }; /* zlib: 16 more for gzip */

enum status gz_text_open(struct gz_text *text, const char *path, struct error *err)
{
    enum status status = publish_open(&text->out, path, err);
    if (status != STATUS_OK)
        return status;
    text->filled = 0;
    memset(&text->deflate, 0, sizeof text->deflate);
    if (deflateInit2(&text->deflate, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) == Z_OK)
        return STATUS_OK;
    publish_discard(&text->out);
    return error_set(err, STATUS_ENVIRONMENT, "out of memory");
}

static void compress_block(struct gz_text *text, int flush)
{
    unsigned char packed[4096];
    text->deflate.next_in = text->block;
    text->deflate.avail_in = (unsigned)text->filled;
    do {
        text->deflate.next_out = packed;
        text->deflate.avail_out = sizeof packed;
        (void)deflate(&text->deflate, flush);
        (void)fwrite(packed, 1, sizeof packed - text->deflate.avail_out, text->out.stream);
    } while (text->deflate.avail_out == 0);
    text->filled = 0;
}

void gz_text_print(struct gz_text *text, const char *format, ...)
{
    if (GZ_TEXT_BLOCK - text->filled <= PRINT_MAX)
        compress_block(text, Z_NO_FLUSH);
    va_list args;
    va_start(args, format);
    int len = vsnprintf((char *)text->block + text->filled, PRINT_MAX + 1, format, args);
    va_end(args);
    assert(len >= 0 && len <= PRINT_MAX);
    text->filled += (size_t)len;
}

enum status gz_text_close(struct gz_text *text, struct error *err)
{
    compress_block(text, Z_FINISH);
    (void)deflateEnd(&text->deflate);
    return publish_close(&text->out, err);
}

void gz_text_discard(struct gz_text *text)
{
    (void)deflateEnd(&text->deflate);
    publish_discard(&text->out);
}
