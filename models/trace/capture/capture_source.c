#include "models/trace/capture/capture_source.h"

#include "models/base/temp_file.h"
#include "models/trace/capture/capture_inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    GZIP_BUFFER_BYTES = 1 << 17,
    COPY_BYTES = 1 << 16,
    BLOCK_BYTES = 1 << 16,
    SETS = 64,
    WAYS = 4,
    HEAD_BYTES = 4,
};

/* A cached piece of the unpacked file. */
struct block {
    uint64_t number; /* plus 1; 0: none */
    uint64_t used;
    uint32_t len;
    uint8_t *bytes;
};

struct capture_source {
    int fd;
    gzFile gzip; /* the first reading, of plain files too */
    uint64_t position, stored_bytes;
    struct capture_inflate *inflate; /* the second one of a gzip file */
    struct block blocks[SETS][WAYS];
    uint64_t uses;
    struct error trouble;
    char *path; /* for messages */
    char damage[192];
};

static bool is_copied(const struct stat *info)
{
    return S_ISFIFO(info->st_mode) || S_ISCHR(info->st_mode) || S_ISSOCK(info->st_mode);
}

/* Returns true if the first bytes may belong to a capture. Other inputs are refused without copying them. */
static bool is_worth_it(const uint8_t *head, size_t len)
{
    static const uint32_t magics[] = {0x0a0d0d0a, 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34};
    uint32_t value = 0;
    if (len >= 2 && head[0] == 0x1f && head[1] == 0x8b)
        return true;
    if (len >= HEAD_BYTES)
        memcpy(&value, head, HEAD_BYTES);
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (value == magics[i] || value == __builtin_bswap32(magics[i]))
            return true;
    return false;
}

/* Fills the buffer from a pipe. Returns fewer bytes only at the end of the pipe or after a signal. */
static ssize_t read_full(int fd, uint8_t *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            break; /* After a signal the caller checks whether to go on. */
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* Opens the caller's file a second time, with a file offset of its own and a descriptor that the source closes. Returns
 * -1 if the system offers no such path. */
static int open_again(int fd)
{
    char name[64];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    return open(name, O_RDWR | O_CLOEXEC);
}

/* Copies a pipe to a file and replaces the source's descriptor by that of the copy. */
static enum status copy_pipe(struct capture_source *source,
                             const struct capture_source_params *params, struct error *err)
{
    static uint8_t bytes[COPY_BYTES];
    volatile const int *stop = params->stop;
    int copy = params->copy_fd > 0 ? open_again(params->copy_fd) : -1;
    if (copy < 0)
        copy = temp_file_open(err);
    if (copy < 0)
        return STATUS_ENVIRONMENT;
    uint64_t done = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        ssize_t got = read_full(source->fd, bytes, sizeof bytes);
        if (stop && *stop)
            status = error_set(err, STATUS_ENVIRONMENT, "%s: interrupted", source->path);
        else if (got < 0)
            status = error_set(err, STATUS_ENVIRONMENT, "%s: cannot be read: %s", source->path,
                               strerror(errno));
        else if (got > 0 && !temp_file_write(copy, bytes, (size_t)got, done, err))
            status = STATUS_ENVIRONMENT;
        if (got <= 0 || (done == 0 && !is_worth_it(bytes, (size_t)got)))
            break;
        done += (uint64_t)got;
    }
    close(source->fd);
    source->fd = copy;
    return status;
}

static enum status open_file(struct capture_source *source,
                             const struct capture_source_params *params, struct error *err)
{
    struct stat info;
    source->fd =
        params->copied ? open_again(params->copy_fd) : open(source->path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0 || fstat(source->fd, &info) != 0)
        return error_set(err, STATUS_BAD_INPUT, "%s: cannot be opened: %s", source->path,
                         strerror(errno));
    if (is_copied(&info) && copy_pipe(source, params, err) != STATUS_OK)
        return STATUS_ENVIRONMENT;
    if (fstat(source->fd, &info) == 0 && info.st_size > 0)
        source->stored_bytes = (uint64_t)info.st_size;
    int again = dup(source->fd);
    source->gzip = again >= 0 ? gzdopen(again, "rb") : NULL;
    if (!source->gzip) {
        if (again >= 0)
            close(again);
        return error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", source->path);
    }
    gzbuffer(source->gzip, GZIP_BUFFER_BYTES);
    return STATUS_OK;
}

struct capture_source *
capture_source_open(const char *path, const struct capture_source_params *params, struct error *err)
{
    static const struct capture_source_params none;
    struct capture_source *source = calloc(1, sizeof *source);
    if (!source) {
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
        return NULL;
    }
    source->fd = -1;
    source->path = strdup(path);
    if (source->path && open_file(source, params ? params : &none, err) == STATUS_OK)
        return source;
    if (!source->path)
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
    capture_source_close(source);
    return NULL;
}

void capture_source_close(struct capture_source *source)
{
    if (!source)
        return;
    if (source->gzip)
        (void)gzclose(source->gzip);
    if (source->fd >= 0)
        close(source->fd);
    for (int set = 0; set < SETS; set++)
        for (int way = 0; way < WAYS; way++)
            free(source->blocks[set][way].bytes);
    capture_inflate_destroy(source->inflate);
    free(source->path);
    free(source);
}

long capture_source_next(struct capture_source *source, void *bytes, size_t size)
{
    unsigned ask = size > GZIP_BUFFER_BYTES ? GZIP_BUFFER_BYTES : (unsigned)size;
    int got = gzread(source->gzip, bytes, ask);
    source->position += got > 0 ? (unsigned)got : 0;
    return got;
}

uint64_t capture_source_position(const struct capture_source *source) { return source->position; }

const char *capture_source_damage(struct capture_source *source)
{
    int code = Z_OK;
    const char *words = gzerror(source->gzip, &code);
    if (code == Z_OK || code == Z_STREAM_END)
        return NULL;
    /* zlib names the file by its descriptor number, so our message names the path instead. */
    const char *reason = strncmp(words, "<fd:", 4) == 0 ? strchr(words, ' ') : NULL;
    (void)snprintf(source->damage, sizeof source->damage, "gzip: %s:%s", source->path,
                   reason ? reason : words);
    return source->damage;
}

uint64_t capture_source_stored(const struct capture_source *source, uint64_t *total)
{
    z_off_t at = gzoffset(source->gzip);
    *total = source->stored_bytes;
    return at > 0 ? (uint64_t)at : 0;
}

static long block_read(struct capture_source *source, uint64_t offset, uint8_t *bytes)
{
    if (!gzdirect(source->gzip)) {
        if (!source->inflate)
            source->inflate = capture_inflate_create(source->fd);
        return source->inflate ? capture_inflate_read(source->inflate, offset, bytes, BLOCK_BYTES)
                               : -1;
    }
    ssize_t got;
    do
        got = pread(source->fd, bytes, BLOCK_BYTES, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Returns the block from the cache, or reads it into the place of the least recently used one. */
static const struct block *block_find(struct capture_source *source, uint64_t number)
{
    struct block *set = source->blocks[number % SETS], *oldest = &set[0];
    for (int way = 0; way < WAYS; way++) {
        struct block *block = &set[way];
        if (block->number == number + 1) {
            block->used = ++source->uses;
            return block;
        }
        if (block->used < oldest->used)
            oldest = block;
    }
    if (!oldest->bytes)
        oldest->bytes = malloc(BLOCK_BYTES);
    oldest->number = 0;
    long got = oldest->bytes ? block_read(source, number * BLOCK_BYTES, oldest->bytes) : -1;
    if (got < 0)
        return NULL;
    oldest->number = number + 1;
    oldest->len = (uint32_t)got;
    oldest->used = ++source->uses;
    return oldest;
}

bool capture_source_read(struct capture_source *source, uint64_t offset, void *bytes, size_t len)
{
    uint8_t *to = bytes;
    while (len > 0) {
        const struct block *block = block_find(source, offset / BLOCK_BYTES);
        size_t at = offset % BLOCK_BYTES;
        if (!block || block->len <= at) {
            memset(to, 0, len);
            if (source->trouble.status == STATUS_OK)
                error_set(&source->trouble, STATUS_ENVIRONMENT,
                          "%s: changed while it was read, or cannot be read any more",
                          source->path);
            return false;
        }
        size_t part = block->len - at < len ? block->len - at : len;
        memcpy(to, block->bytes + at, part);
        to += part;
        offset += part;
        len -= part;
    }
    return true;
}

enum status capture_source_trouble(const struct capture_source *source, struct error *err)
{
    if (source->trouble.status != STATUS_OK)
        error_set(err, source->trouble.status, "%s", source->trouble.text);
    return source->trouble.status;
}
