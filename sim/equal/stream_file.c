#include "sim/equal/stream_file.h"

#include "sim/equal/stream_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_PIECES = 8, FIRST_CONNS = 64 };

/* --- reading --- */

/* Makes space for one more element. Returns null, and leaves the array alone, if memory is short. */
static void *with_space(void *array, size_t count, size_t *capacity, size_t first, size_t size)
{
    if (count < *capacity)
        return array;
    size_t more = *capacity ? *capacity * 2 : first;
    void *grown = realloc(array, more * size);
    if (grown)
        *capacity = more;
    return grown;
}

static bool add_piece(struct stream *stream, const struct stream_record *record,
                      const uint8_t *bytes)
{
    struct stream_piece *pieces =
        with_space(stream->pieces, stream->count, &stream->capacity, FIRST_PIECES, sizeof *pieces);
    if (!pieces)
        return false;
    stream->pieces = pieces;
    pieces[stream->count] =
        (struct stream_piece){record->offset, bytes, record->len, (uint32_t)stream->count};
    stream->count++;
    return true;
}

static bool add_conn(struct stream_file *file, const uint8_t *key)
{
    struct stream_conn *conns =
        with_space(file->conns, file->count, &file->capacity, FIRST_CONNS, sizeof *conns);
    if (!conns)
        return false;
    file->conns = conns;
    conns[file->count] = (struct stream_conn){.nth = (uint32_t)file->count};
    memcpy(&conns[file->count++].key, key, sizeof conns->key);
    return true;
}

static bool apply(struct stream_file *file, const struct stream_record *record,
                  const uint8_t *bytes)
{
    if (record->kind == STREAM_OPENED)
        return add_conn(file, bytes);
    struct stream_conn *conn = &file->conns[record->connection];
    switch ((enum stream_kind)record->kind) {
    case STREAM_TO_SERVER:
        return add_piece(&conn->to_server, record, bytes);
    case STREAM_TO_CLIENT:
        return add_piece(&conn->to_client, record, bytes);
    case STREAM_FIN:
        conn->fin = true;
        conn->fin_at = record->offset;
        break;
    case STREAM_RESET:
        /* Behind a FIN it is the answer to a late segment of the client (RFC 9293 3.10.7.1). */
        conn->reset |= !conn->fin;
        break;
    case STREAM_NOTICE:
        conn->notices++;
        conn->cause = record->value;
        break;
    case STREAM_OUTCOME:
        conn->judged = true;
        conn->outcome = record->value;
        conn->number = record->offset;
        break;
    case STREAM_OPENED:
        break;
    }
    return true;
}

static bool is_sound(const struct stream_file *file, const struct stream_record *record,
                     size_t left)
{
    if (record->len > left || record->kind > STREAM_OUTCOME)
        return false;
    if (record->kind == STREAM_OPENED)
        return record->connection == file->count && record->len == sizeof(struct flow_key);
    return record->connection < file->count;
}

static enum status read_records(struct stream_file *file, const char *path, struct error *err)
{
    const uint8_t *base = file->base;
    for (size_t at = 0; at < file->size;) {
        struct stream_record record;
        size_t left = file->size - at;
        if (left >= sizeof record) {
            memcpy(&record, base + at, sizeof record);
            left -= sizeof record;
            at += sizeof record;
        } else {
            record = (struct stream_record){.len = UINT32_MAX};
        }
        if (!is_sound(file, &record, left))
            return error_set(err, STATUS_ENVIRONMENT, "%s: is damaged at byte %zu", path, at);
        if (!apply(file, &record, base + at))
            return error_set(err, STATUS_ENVIRONMENT, "not enough memory to read %s", path);
        at += record.len;
    }
    return STATUS_OK;
}

/* --- putting together --- */

static int piece_order(const void *a, const void *b)
{
    const struct stream_piece *x = a, *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

static void put_together(struct stream *stream)
{
    size_t kept = 0;
    if (stream->count > 0)
        qsort(stream->pieces, stream->count, sizeof stream->pieces[0], piece_order);
    for (size_t i = 0; i < stream->count; i++) {
        struct stream_piece piece = stream->pieces[i];
        if (piece.offset > stream->len)
            break;
        if (piece.offset + piece.len <= stream->len)
            continue;
        uint32_t known = (uint32_t)(stream->len - piece.offset);
        stream->pieces[kept++] = (struct stream_piece){stream->len, piece.bytes + known,
                                                       piece.len - known, piece.arrival};
        stream->len = piece.offset + piece.len;
    }
    stream->count = kept;
}

int stream_conn_order(const void *a, const void *b)
{
    const struct stream_conn *x = a, *y = b;
    int keys = memcmp(&x->key, &y->key, sizeof x->key);
    if (keys != 0)
        return keys;
    return x->nth < y->nth ? -1 : x->nth > y->nth;
}

static void free_conn(struct stream_conn *conn)
{
    free(conn->to_server.pieces);
    free(conn->to_client.pieces);
}

/* Leaves out what is not compared, sorts the rest, and numbers the connections of each tuple. */
static void settle(struct stream_file *file)
{
    size_t kept = 0;
    for (size_t i = 0; i < file->count; i++) {
        struct stream_conn *conn = &file->conns[i];
        put_together(&conn->to_server);
        put_together(&conn->to_client);
        conn->fin = conn->fin && conn->to_client.len >= conn->fin_at;
        if (conn->judged && (conn->to_server.len > 0 || conn->to_client.len > 0 || conn->fin ||
                             conn->reset || conn->notices > 0))
            file->conns[kept++] = *conn;
        else
            free_conn(conn);
    }
    file->count = kept;
    if (kept > 0)
        qsort(file->conns, kept, sizeof file->conns[0], stream_conn_order);
    for (size_t i = 0; i < kept; i++) {
        struct stream_conn *conn = &file->conns[i];
        bool again = i > 0 && memcmp(&conn[-1].key, &conn->key, sizeof conn->key) == 0;
        conn->nth = again ? conn[-1].nth + 1 : 0;
    }
}

/* --- the file --- */

static enum status map(struct stream_file *file, const char *path, struct error *err)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        (void)error_set(err, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return STATUS_ENVIRONMENT;
    }
    file->size = (size_t)info.st_size;
    if (file->size > 0)
        file->base = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
    int why = errno;
    (void)close(fd);
    if (file->base == MAP_FAILED) {
        file->base = NULL;
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", path, strerror(why));
    }
    return STATUS_OK;
}

enum status stream_file_open(struct stream_file *file, const char *path, struct error *err)
{
    *file = (struct stream_file){0};
    enum status status = map(file, path, err);
    if (status == STATUS_OK)
        status = read_records(file, path, err);
    if (status == STATUS_OK)
        settle(file);
    return status;
}

void stream_file_close(struct stream_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        free_conn(&file->conns[i]);
    free(file->conns);
    if (file->base)
        (void)munmap(file->base, file->size);
    *file = (struct stream_file){0};
}

/* --- comparison --- */

uint64_t stream_first_difference(const struct stream *a, const struct stream *b)
{
    size_t i = 0, j = 0;
    uint64_t at = 0;
    while (i < a->count && j < b->count) {
        const struct stream_piece *x = &a->pieces[i], *y = &b->pieces[j];
        const uint8_t *p = x->bytes + (at - x->offset), *q = y->bytes + (at - y->offset);
        uint64_t x_end = x->offset + x->len, y_end = y->offset + y->len;
        size_t len = (size_t)((x_end < y_end ? x_end : y_end) - at);
        if (memcmp(p, q, len) != 0) {
            while (*p++ == *q++)
                at++;
            return at;
        }
        at += len;
        i += at == x_end;
        j += at == y_end;
    }
    return UINT64_MAX;
}
