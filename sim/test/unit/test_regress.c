/* Tests the search for the first difference of two documents, and the XML report. */
#include "sim/regress/regress.h"
#include "sim/regress/regress_diff.h"
#include "sim/regress/regress_junit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct diff_row {
    char golden[80], now[80];
    const char *text; /* null if the documents are equal */
};

static const struct diff_row rows[] = {
    {"{}", "{}", NULL},
    {"{\"a\": 1, \"b\": [1, 2]}", "{\"b\": [1, 2], \"a\": 1}", NULL},
    {"{\"a\": 1}", "{\"a\": 2}", "a: golden 1, now 2"},
    {"{\"a\": 1}", "{}", "a: golden 1, now missing"},
    {"{}", "{\"z\": null}", "z: golden missing, now null"},
    {"{\"b\": 1, \"a\": {\"c\": [0, {\"d\": 1}]}}",
     "{\"b\": 2, \"a\": {\"c\": [0, {\"d\": true}]}}", "a.c[1].d: golden 1, now true"},
    {"{\"a\": [1]}", "{\"a\": [1, 2]}", "a[1]: golden missing, now 2"},
    {"{\"a\": [1]}", "{\"a\": {\"x\": 1}}", "a: golden [1], now {\"x\":1}"},
    {"{\"a\": []}", "{\"a\": {}}", "a: golden [], now {}"},
    {"{\"a\": {\"b\": 1}, \"c\": 1}", "{\"a\": {\"b\": 1}, \"c\": 2}", "c: golden 1, now 2"},
    {"[]", "{}", "(all): golden [], now {}"},
};

Test(regress, names_the_first_different_key_and_both_values)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256] = "";
        json_t *golden = json_loads(rows[i].golden, 0, NULL);
        json_t *now = json_loads(rows[i].now, 0, NULL);
        cr_assert(golden && now, "%s", rows[i].golden);
        bool differs = regress_first_difference(golden, now, text, sizeof text);
        cr_expect_eq(differs, rows[i].text != NULL, "%s: %s", rows[i].golden, text);
        if (rows[i].text)
            cr_expect_str_eq(text, rows[i].text);
        json_decref(golden);
        json_decref(now);
    }
}

Test(regress, deep_documents_are_still_compared)
{
    char deep_a[256] = "", deep_b[256] = "", text[256];
    for (int i = 0; i < 40; i++)
        (void)strcat(deep_a, "[");
    (void)strcpy(deep_b, deep_a);
    (void)strcat(deep_a, "1");
    (void)strcat(deep_b, "2");
    for (int i = 0; i < 40; i++) {
        (void)strcat(deep_a, "]");
        (void)strcat(deep_b, "]");
    }
    json_t *golden = json_loads(deep_a, 0, NULL), *now = json_loads(deep_b, 0, NULL);
    cr_assert(regress_first_difference(golden, now, text, sizeof text));
    cr_assert_not(regress_first_difference(golden, golden, text, sizeof text));
    json_decref(golden);
    json_decref(now);
}

Test(regress, junit_is_escaped)
{
    static const struct regress_case cases[] = {
        {.name = "a<b>", .message = "\"x\" & 'y' > z\n\x01\xff"},
        {.name = "good", .passed = true},
    };
    char path[] = "/tmp/toesim-junit-XXXXXX", text[1024];
    int fd = mkstemp(path);
    struct error err;
    cr_assert(fd >= 0 && close(fd) == 0);
    cr_assert_eq(regress_write_junit(path, cases, 2, &err), STATUS_OK);
    FILE *file = fopen(path, "r");
    size_t len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    (void)fclose(file);
    (void)unlink(path);
    cr_assert(strstr(text, "name=\"a&lt;b&gt;\""), "%s", text);
    cr_assert(strstr(text, "message=\"&quot;x&quot; &amp; 'y' &gt; z&#10;??\""), "%s", text);
    cr_assert_eq(regress_write_junit("/proc/x.xml", cases, 2, &err), STATUS_ENVIRONMENT);
}
