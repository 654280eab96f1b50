#include "models/trace/capture/capture_inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    CURSORS = 4, /* places in the file where unpacking goes on, for readers who are far apart */
    INPUT_BYTES = 1 << 16,
    SKIP_BYTES = 1 << 16,
    WINDOW_BYTES = 1 << 15,
    POINTS_MAX = 1024, /* 32 MiB of windows */
    SPACING_FIRST = 1 << 20,
    GZIP_BITS = 15 + 16,
    RAW_BITS = -15,
    TRAILER_BYTES = 8,
    LAST_BLOCK = 64,
    AT_BLOCK = 128,
    BITS_MASK = 7,
};

/* A saved point between two blocks of a deflate stream, at which unpacking can begin. */
struct point {
    uint64_t in, out;
    int bits; /* of the byte before `in` that belong to the next block */
    unsigned window_bytes;
    uint8_t *window;
};

struct cursor {
    z_stream z;
    bool open, raw;
    uint64_t in, out; /* of the next byte to read and to make */
    uint64_t used;    /* when; for choosing the one to give up */
    uint8_t input[INPUT_BYTES];
};

struct capture_inflate {
    int fd;
    struct cursor cursors[CURSORS];
    uint64_t uses, spacing;
    struct point points[POINTS_MAX];
    size_t point_count;
    uint8_t skipped[SKIP_BYTES];
};

struct capture_inflate *capture_inflate_create(int fd)
{
    struct capture_inflate *unpacker = calloc(1, sizeof *unpacker);
    if (!unpacker)
        return NULL;
    unpacker->fd = fd;
    unpacker->spacing = SPACING_FIRST;
    return unpacker;
}

static void cursor_close(struct cursor *cursor)
{
    if (cursor->open)
        (void)inflateEnd(&cursor->z);
    cursor->open = false;
}

void capture_inflate_destroy(struct capture_inflate *unpacker)
{
    if (!unpacker)
        return;
    for (int i = 0; i < CURSORS; i++)
        cursor_close(&unpacker->cursors[i]);
    for (size_t i = 0; i < unpacker->point_count; i++)
        free(unpacker->points[i].window);
    free(unpacker);
}

static bool input_fill(struct capture_inflate *unpacker, struct cursor *cursor)
{
    ssize_t got;
    do
        got = pread(unpacker->fd, cursor->input, INPUT_BYTES, (off_t)cursor->in);
    while (got < 0 && errno == EINTR);
    cursor->z.next_in = cursor->input;
    cursor->z.avail_in = got > 0 ? (unsigned)got : 0;
    cursor->in += cursor->z.avail_in;
    return got > 0;
}

static bool cursor_begin(struct cursor *cursor, bool raw, uint64_t in, uint64_t out)
{
    cursor_close(cursor);
    memset(&cursor->z, 0, sizeof cursor->z);
    cursor->open = inflateInit2(&cursor->z, raw ? RAW_BITS : GZIP_BITS) == Z_OK;
    cursor->raw = raw;
    cursor->in = in;
    cursor->out = out;
    return cursor->open;
}

static bool cursor_begin_at(struct capture_inflate *unpacker, struct cursor *cursor,
                            const struct point *point)
{
    uint8_t byte = 0;
    if (!point)
        return cursor_begin(cursor, false, 0, 0);
    if (!cursor_begin(cursor, true, point->in, point->out))
        return false;
    if (point->bits) {
        if (pread(unpacker->fd, &byte, 1, (off_t)point->in - 1) != 1 ||
            inflatePrime(&cursor->z, point->bits, byte >> (8 - point->bits)) != Z_OK)
            return false;
    }
    return inflateSetDictionary(&cursor->z, point->window, point->window_bytes) == Z_OK;
}

/* Frees every second point when there are too many, so that memory does not grow with the file. */
static void points_thin(struct capture_inflate *unpacker)
{
    size_t kept = 0;
    for (size_t i = 0; i < unpacker->point_count; i++) {
        if (i % 2 == 0)
            free(unpacker->points[i].window);
        else
            unpacker->points[kept++] = unpacker->points[i];
    }
    unpacker->point_count = kept;
    unpacker->spacing *= 2;
}

/* Saves the current position as a point if it is far enough behind the last point. */
static void point_note(struct capture_inflate *unpacker, const struct cursor *cursor)
{
    const z_stream *z = &cursor->z;
    uint64_t last = unpacker->point_count ? unpacker->points[unpacker->point_count - 1].out : 0;
    if (!(z->data_type & AT_BLOCK) || (z->data_type & LAST_BLOCK) ||
        cursor->out < last + unpacker->spacing)
        return;
    struct point point = {.in = cursor->in - z->avail_in,
                          .out = cursor->out,
                          .bits = z->data_type & BITS_MASK,
                          .window = malloc(WINDOW_BYTES)};
    if (!point.window)
        return; /* Without this point, unpacking only begins further back. */
    if (inflateGetDictionary((z_stream *)z, point.window, &point.window_bytes) != Z_OK) {
        free(point.window);
        return;
    }
    if (unpacker->point_count == POINTS_MAX)
        points_thin(unpacker);
    unpacker->points[unpacker->point_count++] = point;
}

/* Begins the next gzip member, if there is one; otherwise returns false. A cursor that began at a point reads a raw
 * deflate stream, so it must skip the trailer itself. */
static bool member_end(struct capture_inflate *unpacker, struct cursor *cursor)
{
    uint64_t in = cursor->in - cursor->z.avail_in + (cursor->raw ? TRAILER_BYTES : 0);
    return cursor_begin(cursor, false, in, cursor->out) && input_fill(unpacker, cursor);
}

/* Unpacks up to `len` bytes. Returns fewer at the end of the file or where it is damaged. */
static size_t cursor_run(struct capture_inflate *unpacker, struct cursor *cursor, uint8_t *bytes,
                         size_t len)
{
    z_stream *z = &cursor->z;
    z->next_out = bytes;
    z->avail_out = (unsigned)len;
    while (z->avail_out > 0) {
        if (z->avail_in == 0 && !input_fill(unpacker, cursor))
            break;
        unsigned before = z->avail_out;
        int code = inflate(z, Z_BLOCK);
        cursor->out += before - z->avail_out;
        if (code == Z_STREAM_END) {
            uint8_t *next_out = z->next_out;
            unsigned avail_out = z->avail_out;
            if (!member_end(unpacker, cursor))
                break;
            z->next_out = next_out;
            z->avail_out = avail_out;
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            break;
        } else {
            point_note(unpacker, cursor);
        }
    }
    return len - z->avail_out;
}

static const struct point *point_before(const struct capture_inflate *unpacker, uint64_t offset)
{
    size_t low = 0, high = unpacker->point_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unpacker->points[middle].out <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &unpacker->points[low - 1] : NULL;
}

/* Returns the cursor that has the shortest distance to `offset`. If a point is nearer, the least recently used cursor is
 * moved there. */
static struct cursor *cursor_choose(struct capture_inflate *unpacker, uint64_t offset)
{
    const struct point *point = point_before(unpacker, offset);
    struct cursor *best = NULL, *oldest = &unpacker->cursors[0];
    for (int i = 0; i < CURSORS; i++) {
        struct cursor *cursor = &unpacker->cursors[i];
        if (cursor->open && cursor->out <= offset && (!best || cursor->out > best->out))
            best = cursor;
        if (!cursor->open || (oldest->open && cursor->used < oldest->used))
            oldest = cursor;
    }
    if (!best || (point && best->out < point->out)) {
        best = oldest;
        if (!cursor_begin_at(unpacker, best, point))
            return NULL;
    }
    best->used = ++unpacker->uses;
    return best;
}

long capture_inflate_read(struct capture_inflate *unpacker, uint64_t offset, uint8_t *bytes,
                          size_t len)
{
    struct cursor *cursor = cursor_choose(unpacker, offset);
    if (!cursor)
        return -1;
    while (cursor->out < offset) {
        uint64_t left = offset - cursor->out;
        size_t part = left < SKIP_BYTES ? (size_t)left : SKIP_BYTES;
        if (cursor_run(unpacker, cursor, unpacker->skipped, part) < part) {
            cursor_close(cursor);
            return 0;
        }
    }
    size_t got = cursor_run(unpacker, cursor, bytes, len);
    if (got < len)
        cursor_close(cursor);
    return (long)got;
}
