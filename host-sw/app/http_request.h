/* The head of an HTTP/1.x request (RFC 9112), as far as a server of static files needs it. */
#ifndef TOESIM_APP_HTTP_REQUEST_H
#define TOESIM_APP_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HTTP_TARGET_MAX = 1024 };

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_OTHER_METHOD };

/* The byte ranges of RFC 9110 14.1.2: first-last, first- (with last = UINT64_MAX), and a suffix of the file. */
enum http_range_kind { HTTP_RANGE_NONE, HTTP_RANGE_FROM, HTTP_RANGE_SUFFIX };

struct http_request {
    enum http_method method;
    char path[HTTP_TARGET_MAX]; /* decoded, without query, begins with a slash */
    bool keep_alive;
    enum http_range_kind range;
    uint64_t first, last; /* FROM */
    uint64_t suffix;      /* SUFFIX */
    uint64_t body_bytes;  /* Content-Length */
};

/* Returns the length of the head including its empty line, or 0 if the head is not complete yet. */
size_t http_request_head_bytes(const char *bytes, size_t len);

/* Parses a complete head. Returns 0, or the status to answer with (400, 414, 501 or 505). After such an answer the
 * connection must be closed. */
unsigned http_request_parse(const char *head, size_t len, struct http_request *request);

#ifdef __cplusplus
}
#endif

#endif
