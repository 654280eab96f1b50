#include "host-sw/app/http_request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* A piece of the head; not terminated. */
struct text {
    const char *at;
    size_t len;
};

struct fields {
    bool host, if_range, close, keep_alive;
};

static bool is(struct text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

/* Up to the separator, which is skipped; all when it is not there. */
static struct text cut(struct text *rest, char separator)
{
    const char *end = memchr(rest->at, separator, rest->len);
    struct text piece = {rest->at, end ? (size_t)(end - rest->at) : rest->len};
    size_t used = piece.len + (end ? 1 : 0);
    rest->at += used;
    rest->len -= used;
    return piece;
}

static struct text trim(struct text text)
{
    while (text.len > 0 && (*text.at == ' ' || *text.at == '\t')) {
        text.at++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\r", text.at[text.len - 1]))
        text.len--;
    return text;
}

size_t http_request_head_bytes(const char *bytes, size_t len)
{
    const char *end = memmem(bytes, len, "\r\n\r\n", 4);
    return end ? (size_t)(end - bytes) + 4 : 0;
}

static bool parse_number(struct text text, uint64_t *value)
{
    *value = 0;
    if (text.len == 0 || text.len > 18) /* 10^18 fits */
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!isdigit((unsigned char)text.at[i]))
            return false;
        *value = *value * 10 + (uint64_t)(text.at[i] - '0');
    }
    return true;
}

static int hex_value(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static bool decode_path(struct text target, char path[HTTP_TARGET_MAX])
{
    struct text raw = cut(&target, '?');
    size_t out = 0;
    if (raw.len == 0 || raw.at[0] != '/')
        return false;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.at[i];
        if (c == '%') {
            int high = i + 2 < raw.len ? hex_value(raw.at[i + 1]) : -1;
            int low = i + 2 < raw.len ? hex_value(raw.at[i + 2]) : -1;
            if (high < 0 || low < 0 || high + low == 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        path[out++] = c;
    }
    path[out] = '\0';
    return true;
}

/* A single range is honoured, a set of them or another unit is not: the whole file is right too
 * (RFC 9110 14.2). */
static void parse_range(struct text value, struct http_request *request)
{
    struct text unit = cut(&value, '=');
    if (!is(trim(unit), "bytes") || memchr(value.at, ',', value.len))
        return;
    value = trim(value);
    struct text first = cut(&value, '-');
    if (first.len == 0) {
        if (parse_number(value, &request->suffix))
            request->range = HTTP_RANGE_SUFFIX;
        return;
    }
    request->last = UINT64_MAX;
    if (!parse_number(first, &request->first) ||
        (value.len > 0 && !parse_number(value, &request->last)) || request->last < request->first)
        return;
    request->range = HTTP_RANGE_FROM;
}

static void parse_connection(struct text value, struct fields *fields)
{
    while (value.len > 0) {
        struct text option = trim(cut(&value, ','));
        fields->close |= is(option, "close");
        fields->keep_alive |= is(option, "keep-alive");
    }
}

static unsigned parse_field(struct text line, struct http_request *request, struct fields *fields)
{
    struct text rest = line;
    struct text name = cut(&rest, ':');
    struct text value = trim(rest);
    if (name.len == 0 || name.len == line.len || memchr(name.at, ' ', name.len))
        return 400; /* RFC 9112 5.1: no space before the colon */
    if (is(name, "host"))
        fields->host = true;
    else if (is(name, "connection"))
        parse_connection(value, fields);
    else if (is(name, "range"))
        parse_range(value, request);
    else if (is(name, "if-range"))
        fields->if_range = true;
    else if (is(name, "transfer-encoding"))
        return 501;
    else if (is(name, "content-length") && !parse_number(value, &request->body_bytes))
        return 400;
    return 0;
}

static unsigned parse_request_line(struct text line, struct http_request *request, bool *old)
{
    struct text method = cut(&line, ' ');
    struct text target = cut(&line, ' ');
    if (method.len == 0 || target.len == 0)
        return 400;
    if (is(line, "HTTP/1.0"))
        *old = true;
    else if (!is(line, "HTTP/1.1"))
        return line.len > 5 && strncmp(line.at, "HTTP/", 5) == 0 ? 505 : 400;
    request->method = HTTP_OTHER_METHOD;
    if (method.len == 3 && memcmp(method.at, "GET", 3) == 0)
        request->method = HTTP_GET;
    else if (method.len == 4 && memcmp(method.at, "HEAD", 4) == 0)
        request->method = HTTP_HEAD;
    if (target.len >= HTTP_TARGET_MAX)
        return 414;
    return decode_path(target, request->path) ? 0 : 400;
}

unsigned http_request_parse(const char *head, size_t len, struct http_request *request)
{
    struct text rest = {head, len};
    struct fields fields = {0};
    bool old = false;
    memset(request, 0, sizeof *request);
    unsigned status = parse_request_line(trim(cut(&rest, '\n')), request, &old);
    while (status == 0 && rest.len > 0) {
        struct text line = cut(&rest, '\n');
        if (line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
        if (line.len > 0)
            status = parse_field(line, request, &fields);
    }
    if (status != 0)
        return status;
    if (!old && !fields.host)
        return 400; /* RFC 9112 3.2 */
    if (fields.if_range)
        request->range = HTTP_RANGE_NONE; /* no validator is ever sent, so none can match */
    request->keep_alive = old ? fields.keep_alive && !fields.close : !fields.close;
    return 0;
}
