#include "host-sw/app/http_request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* This is a piece of a request's head. It does not end with a NUL character. */
struct text {
    const char *at;
    size_t len;
};

struct fields {
    bool host, length, if_range, close, keep_alive;
};

static bool is(struct text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

/* Cuts off the text before the separator and skips the separator. Cuts off the rest if it has no separator. */
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
    while (text.len > 0 && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Cuts off the next line and returns it without its end. A line feed alone may end a line (RFC 9112 2.2). Any other
 * carriage return stays in the line, and the parsers of fields and of the request line refuse it. */
static struct text cut_line(struct text *rest)
{
    struct text line = cut(rest, '\n');
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* Returns true if text is a token (RFC 9110 5.6.2). */
static bool is_token(struct text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.at[i]) &&
            (text.at[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", text.at[i])))
            return false;
    return text.len > 0;
}

/* Returns true if all characters are visible ASCII. `with_space` also allows blanks and bytes above ASCII, as in the
 * value of a field (RFC 9110 5.5). A request with NUL or another control character is answered with 400. */
static bool is_visible(struct text text, bool with_space)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool blank = c == ' ' || c == '\t' || c >= 0x80;
        if (!isgraph(c) && !(with_space && blank))
            return false;
    }
    return true;
}

size_t http_request_head_bytes(const char *bytes, size_t len)
{
    const char *end = memmem(bytes, len, "\r\n\r\n", 4);
    return end ? (size_t)(end - bytes) + 4 : 0;
}

static bool parse_number(struct text text, uint64_t *value)
{
    *value = 0;
    if (text.len == 0 || text.len > 18) /* 18 digits fit into 64 bits */
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!isdigit((unsigned char)text.at[i]))
            return false;
        *value = *value * 10 + (uint64_t)(text.at[i] - '0');
    }
    return true;
}

/* Parses a position in a range. It may be larger than any file, so a number that does not fit counts as the largest one
 * (RFC 9110 14.1.1). */
static bool parse_position(struct text text, uint64_t *value)
{
    while (text.len > 1 && *text.at == '0') {
        text.at++;
        text.len--;
    }
    if (parse_number(text, value))
        return true;
    *value = UINT64_MAX;
    for (size_t i = 0; i < text.len; i++)
        if (!isdigit((unsigned char)text.at[i]))
            return false;
    return text.len > 0;
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

/* Parses the value of Range. A list of ranges and a range in another unit are ignored, because a server may always
 * answer with the complete file (RFC 9110 14.2). */
static void parse_range(struct text value, struct http_request *request)
{
    struct text unit = cut(&value, '=');
    if (!is(trim(unit), "bytes") || memchr(value.at, ',', value.len))
        return;
    value = trim(value);
    struct text first = cut(&value, '-');
    if (first.len == 0) {
        if (parse_position(value, &request->suffix))
            request->range = HTTP_RANGE_SUFFIX;
        return;
    }
    request->last = UINT64_MAX;
    if (!parse_position(first, &request->first) ||
        (value.len > 0 && !parse_position(value, &request->last)) || request->last < request->first)
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

/* Parses the value of Content-Length. Values that differ, in one field or in two, leave the end of the request unknown
 * and are refused (RFC 9112 6.3). The same value may be repeated (RFC 9110 8.6). */
static unsigned parse_length(struct text value, struct http_request *request, struct fields *fields)
{
    do {
        uint64_t bytes;
        if (!parse_number(trim(cut(&value, ',')), &bytes) ||
            (fields->length && bytes != request->body_bytes))
            return 400;
        request->body_bytes = bytes;
        fields->length = true;
    } while (value.len > 0);
    return 0;
}

/* Checks the value of Host, which is a host with an optional port, or empty. A second Host field is refused
 * (RFC 9112 3.2). */
static unsigned parse_host(struct text value, struct fields *fields)
{
    bool good = !fields->host;
    for (size_t i = 0; i < value.len; i++)
        good = good && (isalnum((unsigned char)value.at[i]) ||
                        strchr("-._~%!$&'()*+,;=:[]", value.at[i]) != NULL);
    fields->host = true;
    return good ? 0 : 400;
}

static unsigned parse_field(struct text line, struct http_request *request, struct fields *fields)
{
    struct text rest = line;
    struct text name = cut(&rest, ':');
    struct text value = trim(rest);
    if (name.len == line.len || !is_token(name) || !is_visible(value, true))
        return 400; /* such as a space before the colon or a folded line (RFC 9112 5.1, 5.2) */
    if (is(name, "host"))
        return parse_host(value, fields);
    if (is(name, "content-length"))
        return parse_length(value, request, fields);
    if (is(name, "transfer-encoding"))
        return 501;
    if (is(name, "connection"))
        parse_connection(value, fields);
    else if (is(name, "range"))
        parse_range(value, request);
    else if (is(name, "if-range"))
        fields->if_range = true;
    return 0;
}

/* Returns the target without scheme and host, because a server accepts the absolute form too (RFC 9112 3.2.2). The host
 * is ignored, because this server serves only one. */
static struct text origin_form(struct text target)
{
    static const char scheme[] = "http://";
    size_t len = sizeof scheme - 1;
    if (target.len <= len || strncasecmp(target.at, scheme, len) != 0)
        return target;
    const char *slash = memchr(target.at + len, '/', target.len - len);
    if (!slash)
        return (struct text){"/", 1};
    return (struct text){slash, target.len - (size_t)(slash - target.at)};
}

/* Parses the version. The protocol's name is in capitals (RFC 9112 2.3), and a minor version above 1 is treated as
 * HTTP/1.1. `old` becomes true for HTTP/1.0. */
static unsigned parse_version(struct text version, bool *old)
{
    if (version.len != 8 || memcmp(version.at, "HTTP/", 5) != 0 ||
        !isdigit((unsigned char)version.at[5]) || version.at[6] != '.' ||
        !isdigit((unsigned char)version.at[7]))
        return 400;
    *old = version.at[7] == '0';
    return version.at[5] == '1' ? 0 : 505;
}

static unsigned parse_request_line(struct text line, struct http_request *request, bool *old)
{
    struct text method = cut(&line, ' ');
    struct text target = cut(&line, ' ');
    unsigned status = parse_version(line, old);
    if (!is_token(method) || target.len == 0 || !is_visible(target, false))
        return 400;
    if (status != 0)
        return status;
    request->method = HTTP_OTHER_METHOD;
    if (method.len == 3 && memcmp(method.at, "GET", 3) == 0)
        request->method = HTTP_GET;
    else if (method.len == 4 && memcmp(method.at, "HEAD", 4) == 0)
        request->method = HTTP_HEAD;
    if (target.len >= HTTP_TARGET_MAX)
        return 414;
    return decode_path(origin_form(target), request->path) ? 0 : 400;
}

unsigned http_request_parse(const char *head, size_t len, struct http_request *request)
{
    struct text rest = {head, len};
    struct fields fields = {0};
    bool old = false;
    memset(request, 0, sizeof *request);
    unsigned status = parse_request_line(cut_line(&rest), request, &old);
    while (status == 0 && rest.len > 0) {
        struct text line = cut_line(&rest);
        if (line.len > 0)
            status = parse_field(line, request, &fields);
    }
    if (status != 0)
        return status;
    if (!old && !fields.host)
        return 400; /* HTTP/1.1 requires the Host field (RFC 9112 3.2) */
    if (fields.if_range)
        request->range = HTTP_RANGE_NONE; /* no validator is ever sent, so none can match */
    request->keep_alive = old ? fields.keep_alive && !fields.close : !fields.close;
    return 0;
}
