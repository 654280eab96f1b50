/* Tests the HTTP server with the text of requests and of answers. */
#include "host-sw/app/http_request.h"
#include "host-sw/app/http_server.h"
#include "host-sw/app/test/fake_host.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t digits[] = "0123456789";
static uint8_t page[] = "<p>hello";
static struct http_file file_list[] = {
    {(char *)"/digits.txt", "text/plain", digits, 10},
    {(char *)"/empty", "text/plain", page, 0},
    {(char *)"/sub/index.html", "text/html", page, 8},
};
static const struct http_files files = {.files = file_list, .count = 3};

struct request_row {
    char name[48];
    char request[256];
    char first_line[64];
    char field[64];
    char body[32];
    bool closes;
};
ParameterizedTestParameters(http_server, requests_are_answered)
{
    static struct request_row rows[] = {
        {"a file", "GET /digits.txt HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK",
         "Content-Length: 10", "0123456789", false},
        {"a folder's index", "GET /sub/ HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK",
         "Content-Type: text/html", "<p>hello", false},
        {"an escaped path and a query", "GET /%64igits.txt?x=/y HTTP/1.1\r\nHost: x\r\n\r\n",
         "HTTP/1.1 200 OK", "Content-Length: 10", "0123456789", false},
        {"an empty file", "GET /empty HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK",
         "Content-Length: 0", "", false},
        {"head", "HEAD /digits.txt HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK",
         "Content-Length: 10", "", false},
        {"a range", "GET /digits.txt HTTP/1.1\r\nhost: x\r\nRange: bytes=2-4\r\n\r\n",
         "HTTP/1.1 206 Partial Content", "Content-Range: bytes 2-4/10", "234", false},
        {"an open range", "GET /digits.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=7-\r\n\r\n",
         "HTTP/1.1 206 Partial Content", "Content-Range: bytes 7-9/10", "789", false},
        {"a suffix", "GET /digits.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=-4\r\n\r\n",
         "HTTP/1.1 206 Partial Content", "Content-Range: bytes 6-9/10", "6789", false},
        {"a range past the end", "GET /digits.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=8-99\r\n\r\n",
         "HTTP/1.1 206 Partial Content", "Content-Range: bytes 8-9/10", "89", false},
        {"no such range", "GET /digits.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=10-\r\n\r\n",
         "HTTP/1.1 416 Range Not Satisfiable", "Content-Range: bytes */10", "", false},
        {"two ranges", "GET /digits.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1,4-5\r\n\r\n",
         "HTTP/1.1 200 OK", "Content-Length: 10", "0123456789", false},
        {"a conditional range",
         "GET /digits.txt HTTP/1.1\r\nHost: x\r\nIf-Range: \"a\"\r\nRange: bytes=0-1\r\n\r\n",
         "HTTP/1.1 200 OK", "Content-Length: 10", "0123456789", false},
        {"no such file", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found",
         "Content-Length: 0", "", false},
        {"another method", "POST /digits.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
         "HTTP/1.1 405 Method Not Allowed", "Allow: GET, HEAD", "", false},
        {"asked to close", "GET /digits.txt HTTP/1.1\r\nHost: x\r\nConnection: a, Close\r\n\r\n",
         "HTTP/1.1 200 OK", "Connection: close", "0123456789", true},
        {"old, closes by itself", "GET /digits.txt HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK",
         "Connection: close", "0123456789", true},
        {"old, asked to stay", "GET /digits.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
         "HTTP/1.1 200 OK", "Connection: keep-alive", "0123456789", false},
        {"no host", "GET /digits.txt HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request",
         "Connection: close", "", true},
        {"no version", "GET /digits.txt\r\n\r\n", "HTTP/1.1 400 Bad Request", "Connection: close",
         "", true},
        {"next version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
         "HTTP/1.1 505 HTTP Version Not Supported", "Connection: close", "", true},
        {"space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "HTTP/1.1 400 Bad Request",
         "Connection: close", "", true},
        {"a broken escape", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 Bad Request",
         "Connection: close", "", true},
        {"two lengths", /* RFC 9112 6.3 */
         "GET /empty HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
         "HTTP/1.1 400 Bad Request", "Connection: close", "", true},
        {"two lengths in a list", "GET /empty HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\n",
         "HTTP/1.1 400 Bad Request", "Connection: close", "", true},
        {"a length twice", /* RFC 9110 8.6 */
         "GET /empty HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 0\r\nContent-Length: 0\r\n\r\n",
         "HTTP/1.1 200 OK", "Content-Length: 0", "", false},
        {"a negative length", "GET /empty HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
         "HTTP/1.1 400 Bad Request", "Connection: close", "", true},
        {"two hosts", "GET /empty HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", /* RFC 9112 3.2 */
         "HTTP/1.1 400 Bad Request", "Connection: close", "", true},
        {"no host name", "GET /empty HTTP/1.1\r\nHost: x/y\r\n\r\n", "HTTP/1.1 400 Bad Request",
         "Connection: close", "", true},
        {"a folded line", "GET /empty HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\n\r\n", /* 5.2 */
         "HTTP/1.1 400 Bad Request", "Connection: close", "", true},
        {"a control character in a field", "GET /empty HTTP/1.1\r\nHost: x\r\nA: b\001\r\n\r\n",
         "HTTP/1.1 400 Bad Request", "Connection: close", "", true},
        {"a bare carriage return", "GET /empty HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", /* 2.2 */
         "HTTP/1.1 400 Bad Request", "Connection: close", "", true},
        {"a byte above ASCII in the target", "GET /\303\244 HTTP/1.1\r\nHost: x\r\n\r\n",
         "HTTP/1.1 400 Bad Request", "Connection: close", "", true},
        {"two spaces", "GET  /empty HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 Bad Request",
         "Connection: close", "", true},
        {"a small version", "GET /empty http/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 Bad Request",
         "Connection: close", "", true},
        {"a later minor version", "GET /empty HTTP/1.2\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK",
         "Content-Length: 0", "", false},
        {"the absolute form", "GET http://x:80/digits.txt HTTP/1.1\r\nHost: x\r\n\r\n",
         "HTTP/1.1 200 OK", "Content-Length: 10", "0123456789", false},
        {"a huge range", /* RFC 9110 14.1.1 */
         "GET /digits.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=0-18446744073709551615\r\n\r\n",
         "HTTP/1.1 206 Partial Content", "Content-Range: bytes 0-9/10", "0123456789", false},
        {"a huge suffix",
         "GET /digits.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=-99999999999999999999999\r\n\r\n",
         "HTTP/1.1 206 Partial Content", "Content-Range: bytes 0-9/10", "0123456789", false},
        {"chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
         "HTTP/1.1 501 Not Implemented", "Connection: close", "", true},
    };
    return cr_make_param_array(struct request_row, rows, sizeof rows / sizeof rows[0]);
}

static struct http_server *make(uint32_t space)
{
    struct app_accept accept = {0};
    fake_host_reset(space);
    struct http_server *server = http_server_create(&files, FAKE_HOST_CONNS, &accept);
    cr_assert_not_null(server);
    http_server_attach(server, NULL);
    http_server_ops()->on_established(server, 1, 0);
    return server;
}

static void put(struct http_server *server, const char *text)
{
    fake_host_put(1, text, (uint32_t)strlen(text));
    http_server_ops()->on_readable(server, 1, 0);
}

static const char *out(void)
{
    fake_host[1].out[fake_host[1].out_len] = 0;
    return (const char *)fake_host[1].out;
}

ParameterizedTest(struct request_row *row, http_server, requests_are_answered)
{
    struct http_server *server = make(10000);
    put(server, row->request);
    const char *text = out();
    const char *body = strstr(text, "\r\n\r\n");
    cr_assert_not_null(body, "%s", row->name);
    cr_assert_eq(strncmp(text, row->first_line, strlen(row->first_line)), 0, "%s: %s", row->name,
                 text);
    cr_assert_not_null(strstr(text, row->field), "%s: %s", row->name, text);
    cr_assert_str_eq(body + 4, row->body, "%s", row->name);
    cr_assert_eq(fake_host[1].closes, row->closes, "%s", row->name);
    http_server_ops()->on_closed(server, 1, 0, NIC_TERM_NONE);
    http_server_destroy(server);
}

static void expect_refused(const char *head, size_t len)
{
    struct http_server *server = make(10000);
    fake_host_put(1, head, (uint32_t)len);
    http_server_ops()->on_readable(server, 1, 0);
    cr_expect_eq(strncmp(out(), "HTTP/1.1 400 ", 13), 0, "%s", out());
    cr_expect_eq(fake_host[1].closes, 1);
    http_server_ops()->on_closed(server, 1, 0, NIC_TERM_NONE);
    http_server_destroy(server);
}

Test(http_server, a_nul_is_refused_wherever_it_is)
{
    static const char in_target[] = "GET /empty\0 HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char in_method[] = "GE\0T /empty HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char in_name[] = "GET /empty HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n";
    static const char in_value[] = "GET /empty HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n";
    static const char in_host[] = "GET /empty HTTP/1.1\r\nHost: x\0y\r\n\r\n";
    static const char in_version[] = "GET /empty HTTP/1.1\0\r\nHost: x\r\n\r\n";
    expect_refused(in_target, sizeof in_target - 1);
    expect_refused(in_method, sizeof in_method - 1);
    expect_refused(in_name, sizeof in_name - 1);
    expect_refused(in_value, sizeof in_value - 1);
    expect_refused(in_host, sizeof in_host - 1);
    expect_refused(in_version, sizeof in_version - 1);
}

Test(http_server, half_a_request_times_out_and_a_resting_connection_does_not)
{
    struct http_server *server = make(10000);
    uint64_t now = 0;
    for (int i = 0; i < 5; i++) /* no request has begun */
        now = http_server_ops()->on_run(server, now);
    cr_expect_str_eq(out(), "");
    put(server, "GET /empty HTTP/1.1\r\nHos");
    now = http_server_ops()->on_run(server, now);
    cr_expect_str_eq(out(), "");
    put(server, "t"); /* a single byte from time to time does not help */
    now = http_server_ops()->on_run(server, now);
    cr_expect_eq(strncmp(out(), "HTTP/1.1 408 ", 13), 0, "%s", out());
    cr_expect_eq(fake_host[1].closes, 1);
    http_server_ops()->on_closed(server, 1, 0, NIC_TERM_NONE);
    http_server_destroy(server);
}

Test(http_server, a_request_that_is_slow_but_whole_is_answered)
{
    struct http_server *server = make(10000);
    uint64_t now = http_server_ops()->on_run(server, 0);
    put(server, "GET /empty HTTP/1.1\r\nHost: ");
    now = http_server_ops()->on_run(server, now);
    put(server, "x\r\n\r\n");
    (void)http_server_ops()->on_run(server, now);
    cr_expect_eq(strncmp(out(), "HTTP/1.1 200 ", 13), 0, "%s", out());
    cr_expect_eq(fake_host[1].closes, 0);
    http_server_ops()->on_closed(server, 1, 0, NIC_TERM_NONE);
    http_server_destroy(server);
}

Test(http_server, requests_in_pieces_and_in_a_row_are_answered_in_order)
{
    struct http_server *server = make(10000);
    put(server, "\r\nGET /digits.txt HT");
    cr_assert_eq(fake_host[1].out_len, 0);
    put(server,
        "TP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
    put(server, "cdGET /sub/ HTTP/1.1\r\nHost: x\r\n\r\n");
    const char *text = out();
    const char *first = strstr(text, "0123456789HTTP/1.1 405");
    cr_assert_not_null(first);
    cr_assert_not_null(strstr(first, "<p>hello"));
    cr_assert_eq(http_server_get_stats(server)->requests, 3);
    cr_assert_eq(http_server_get_stats(server)->errors, 1);
    cr_assert_eq(fake_host[1].closes, 0);
    http_server_ops()->on_peer_fin(server, 1, 0);
    cr_assert_eq(fake_host[1].closes, 1);
    http_server_destroy(server);
}

Test(http_server, an_answer_waits_for_room_byte_by_byte)
{
    struct http_server *server = make(0);
    put(server, "GET /digits.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    http_server_ops()->on_peer_fin(server, 1, 0);
    for (int i = 0; i < 1000 && fake_host[1].closes == 0; i++) {
        fake_host[1].space = 1;
        http_server_ops()->on_writable(server, 1, 0);
    }
    cr_assert_eq(fake_host[1].closes, 1);
    cr_assert_str_eq(strstr(out(), "\r\n\r\n") + 4, "0123456789");
    http_server_destroy(server);
}

Test(http_server, a_head_without_end_is_refused)
{
    struct http_server *server = make(10000);
    static char line[9001];
    memset(line, 'a', sizeof line - 1);
    put(server, line);
    cr_assert_eq(strncmp(out(), "HTTP/1.1 431", 12), 0);
    cr_assert_eq(fake_host[1].closes, 1);
    cr_assert_eq(host_conn_readable(NULL, 1), 0, "the window stays open");
    http_server_destroy(server);
}

Test(http_server, a_target_without_end_is_refused)
{
    struct http_request request;
    char head[1200] = "GET /";
    memset(head + 5, 'a', 1100);
    (void)strcpy(head + 1105, " HTTP/1.1\r\nHost: x\r\n\r\n");
    cr_assert_eq(http_request_parse(head, strlen(head), &request), 414);
}

Test(http_files, a_folder_is_read_with_all_below_it)
{
    char folder[] = "/tmp/http_files.XXXXXX", path[64];
    struct http_files loaded;
    struct error err = {STATUS_OK, ""};
    cr_assert_not_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/b", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/b/x.html", folder);
    FILE *file = fopen(path, "w");
    cr_assert(fputs("text", file) >= 0);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(http_files_load(&loaded, folder, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(loaded.count, 1);
    const struct http_file *found = http_files_find(&loaded, "/b/x.html");
    cr_assert_not_null(found);
    cr_assert_eq(found->len, 4);
    cr_assert_str_eq(found->type, "text/html");
    cr_assert_null(http_files_find(&loaded, "/b"));
    http_files_free(&loaded);
    cr_assert_eq(http_files_load(&loaded, path, &err), STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "Not a directory"));
    cr_assert_eq(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/b", folder);
    cr_assert_eq(rmdir(path), 0);
    cr_assert_eq(rmdir(folder), 0);
}
