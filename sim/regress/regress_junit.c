#include "sim/regress/regress_junit.h"

#include "sim/regress/regress.h"

#include "models/base/publish.h"

#include <stdio.h>

/* Writes the text of an attribute. XML 1.0 does not allow control characters, and it allows
 * bytes above 0x7f only as valid UTF-8, which file names need not be. */
static void write_escaped(FILE *file, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at == '&')
            (void)fputs("&amp;", file);
        else if (*at == '<')
            (void)fputs("&lt;", file);
        else if (*at == '>')
            (void)fputs("&gt;", file);
        else if (*at == '"')
            (void)fputs("&quot;", file);
        else if (*at == '\n')
            (void)fputs("&#10;", file);
        else if (*at < 0x20 || *at >= 0x7f)
            (void)fputc('?', file);
        else
            (void)fputc(*at, file);
    }
}

static void write_case(FILE *file, const struct regress_case *c)
{
    (void)fputs("  <testcase classname=\"toesim.regress\" name=\"", file);
    write_escaped(file, c->name);
    if (c->passed) {
        (void)fputs("\"/>\n", file);
        return;
    }
    (void)fputs("\">\n    <failure message=\"", file);
    write_escaped(file, c->message);
    (void)fputs("\"/>\n  </testcase>\n", file);
}

enum status regress_write_junit(const char *path, const struct regress_case *cases, size_t count,
                                struct error *err)
{
    struct publish out;
    size_t failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += !cases[i].passed;
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    FILE *file = out.stream;
    (void)fprintf(file,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuite name=\"toesim regress\" tests=\"%zu\" failures=\"%zu\">\n",
                  count, failed);
    for (size_t i = 0; i < count; i++)
        write_case(file, &cases[i]);
    (void)fputs("</testsuite>\n", file);
    return publish_close(&out, err);
}
