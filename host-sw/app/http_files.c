#include "host-sw/app/http_files.h"

#include <assert.h>
#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES_MAX = 2048 };

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html"},     {".txt", "text/plain"},        {".css", "text/css"},
        {".js", "text/javascript"}, {".json", "application/json"}, {".png", "image/png"},
        {".jpg", "image/jpeg"},     {".svg", "image/svg+xml"},
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

static enum status fail(struct error *err, const char *path)
{
    return error_set(err, STATUS_BAD_INPUT, "%s: %s", path, strerror(errno));
}

/* Reads one file. The file may grow or shrink meanwhile; the server serves the bytes that were read. */
static enum status read_file(const char *path, uint64_t size, struct http_file *file,
                             struct error *err)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return fail(err, path);
    file->bytes = malloc(size ? size : 1);
    if (!file->bytes) {
        (void)fclose(in);
        return error_set(err, STATUS_ENVIRONMENT, "%s: not enough memory", path);
    }
    file->len = fread(file->bytes, 1, size, in);
    bool good = ferror(in) == 0;
    (void)fclose(in);
    return good ? STATUS_OK : fail(err, path);
}

static enum status add(struct http_files *files, const char *folder, const FTSENT *entry,
                       struct error *err)
{
    uint64_t size = (uint64_t)entry->fts_statp->st_size;
    if (files->bytes_total + size > (uint64_t)HTTP_FILES_MIB_MAX << 20)
        return error_set(err, STATUS_BAD_INPUT, "%s: more than %d MiB; serve fewer files", folder,
                         HTTP_FILES_MIB_MAX);
    if (files->count == files->capacity) {
        size_t capacity = files->capacity ? 2 * files->capacity : 64;
        struct http_file *grown = realloc(files->files, capacity * sizeof *grown);
        if (!grown)
            return error_set(err, STATUS_ENVIRONMENT, "%s: not enough memory", folder);
        files->files = grown;
        files->capacity = capacity;
    }
    struct http_file *file = &files->files[files->count];
    *file = (struct http_file){.type = type_of(entry->fts_path)};
    const char *below = entry->fts_path + strlen(folder);
    if (asprintf(&file->path, "%s%s", *below == '/' ? "" : "/", below) < 0) {
        file->path = NULL;
        return error_set(err, STATUS_ENVIRONMENT, "%s: not enough memory", folder);
    }
    files->count++;
    files->bytes_total += size;
    return read_file(entry->fts_path, size, file, err);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct http_file *)a)->path, ((const struct http_file *)b)->path);
}

enum status http_files_load(struct http_files *files, const char *folder, struct error *err)
{
    char *roots[] = {strdup(folder), NULL};
    *files = (struct http_files){0};
    struct stat about;
    if (!roots[0] || stat(folder, &about) != 0 || !S_ISDIR(about.st_mode)) {
        errno = !roots[0] || S_ISDIR(about.st_mode) ? errno : ENOTDIR;
        free(roots[0]);
        return fail(err, folder);
    }
    FTS *walk = fts_open(roots, FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    enum status status = walk ? STATUS_OK : fail(err, folder);
    const FTSENT *entry;
    while (status == STATUS_OK && (entry = fts_read(walk)) != NULL) {
        if (entry->fts_info == FTS_F) {
            status = add(files, folder, entry, err);
        } else if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR ||
                   entry->fts_info == FTS_NS) {
            errno = entry->fts_errno;
            status = fail(err, entry->fts_path);
        }
    }
    if (walk)
        (void)fts_close(walk);
    free(roots[0]);
    if (status != STATUS_OK) {
        http_files_free(files);
        return status;
    }
    if (files->count > 0)
        qsort(files->files, files->count, sizeof *files->files, by_path);
    return STATUS_OK;
}

void http_files_free(struct http_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->files[i].path);
        free(files->files[i].bytes);
    }
    free(files->files);
    *files = (struct http_files){0};
}

const struct http_file *http_files_find(const struct http_files *files, const char *path)
{
    char with_index[PATH_BYTES_MAX];
    size_t len = strlen(path);
    assert(len > 0 && len + sizeof "index.html" <= sizeof with_index);
    (void)snprintf(with_index, sizeof with_index, "%s%s", path,
                   path[len - 1] == '/' ? "index.html" : "");
    struct http_file key = {.path = with_index};
    if (files->count == 0)
        return NULL;
    return bsearch(&key, files->files, files->count, sizeof key, by_path);
}
