/* The regular files below a directory, which are read into memory at the start. */
#ifndef TOESIM_APP_HTTP_FILES_H
#define TOESIM_APP_HTTP_FILES_H

#include "models/base/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct http_file {
    char *path; /* as in a request: "/a/b.html" */
    const char *type;
    uint8_t *bytes;
    uint64_t len;
};

struct http_files {
    struct http_file *files; /* by path */
    size_t count, capacity;
    uint64_t bytes_total;
};

enum { HTTP_FILES_MIB_MAX = 1024 };

/* Reads all files below folder without following symbolic links. Nothing is kept on failure. */
enum status http_files_load(struct http_files *files, const char *folder, struct error *err);
void http_files_free(struct http_files *files);

/* Returns the file with this path, or null. "/x/" stands for "/x/index.html". */
const struct http_file *http_files_find(const struct http_files *files, const char *path);

#ifdef __cplusplus
}
#endif

#endif
