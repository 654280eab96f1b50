#include "sim/report/report_page.h"

#include "sim/report/report_page_bytes.h"

/* Writes text so that a browser does not take any of it for a tag. */
static void put_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            (void)fputs("&lt;", out);
        else if (*text == '&')
            (void)fputs("&amp;", out);
        else
            (void)fputc(*text, out);
    }
}

/* Writes a piece of JSON. The end of a script element can only be within a string, where '<' may be an escape sequence. */
static int put_json(const char *text, size_t len, void *self)
{
    FILE *out = self;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '<')
            (void)fputs("\\u003c", out);
        else
            (void)fputc(text[i], out);
    }
    return 0;
}

static void put_bytes(FILE *out, struct report_bytes bytes)
{
    (void)fwrite(bytes.at, 1, bytes.len, out);
}

void report_page_write(FILE *out, const char *title, const json_t *data)
{
    static const enum report_part scripts[] = {REPORT_PART_LIBRARY, REPORT_PART_CHART,
                                               REPORT_PART_RUN, REPORT_PART_STUDY,
                                               REPORT_PART_START};
    put_bytes(out, report_page_bytes(REPORT_PART_HEAD));
    (void)fputs("<title>", out);
    put_text(out, title);
    (void)fputs("</title>\n<style>\n", out);
    put_bytes(out, report_page_bytes(REPORT_PART_STYLE));
    (void)fputs("</style>\n</head>\n<body>\n<main id=\"page\"></main>\n"
                "<script type=\"application/json\" id=\"data\">",
                out);
    (void)json_dump_callback(data, put_json, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    (void)fputs("</script>\n<script type=\"text/plain\" id=\"licence-of-d3\">\n", out);
    put_bytes(out, report_page_bytes(REPORT_PART_LICENCE));
    (void)fputs("</script>\n", out);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        (void)fputs("<script>\n", out);
        put_bytes(out, report_page_bytes(scripts[i]));
        (void)fputs("</script>\n", out);
    }
    (void)fputs("</body>\n</html>\n", out);
}
