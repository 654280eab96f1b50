/* Writes wave files with the library itself and compares them. */
#include "sim/regress/wavediff.h"

#include <criterion/criterion.h>
#include <fstapi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct wave {
    const char *second_name;
    unsigned width;
    const char *late_value; /* the value of top.nic0.b at time 200; null if it does not change */
    bool swap_order;        /* declares the signals in the other order */
    uint64_t last_time;
};

static const struct wave plain = {"b", 4, "0101", false, 300};

static void write_wave(const char *path, const struct wave *w)
{
    void *fst = fstWriterCreate(path, 1);
    cr_assert_not_null(fst);
    fstWriterSetTimescale(fst, -12);
    fstWriterSetScope(fst, FST_ST_VCD_MODULE, "top", NULL);
    fstWriterSetScope(fst, FST_ST_VCD_MODULE, "nic0", NULL);
    fstHandle a = 0, b = 0;
    for (int i = 0; i < 2; i++)
        if ((i == 0) != w->swap_order)
            a = fstWriterCreateVar(fst, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, 1, "a", 0);
        else
            b = fstWriterCreateVar(fst, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, w->width, w->second_name,
                                   0);
    fstWriterSetUpscope(fst);
    (void)fstWriterCreateVar(fst, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, 1, "a_alias", a);
    fstWriterSetUpscope(fst);
    fstWriterEmitTimeChange(fst, 0);
    fstWriterEmitValueChange(fst, a, "0");
    fstWriterEmitValueChange(fst, b, "00000000");
    fstWriterEmitTimeChange(fst, 100);
    fstWriterEmitValueChange(fst, a, "1");
    fstWriterEmitTimeChange(fst, 200);
    if (w->late_value)
        fstWriterEmitValueChange(fst, b, w->late_value);
    fstWriterEmitTimeChange(fst, w->last_time);
    fstWriterEmitValueChange(fst, a, "0");
    fstWriterClose(fst);
}

static bool identical;

struct pair {
    char dir[32], a[64], b[64];
};

static struct pair make_pair(const struct wave *second)
{
    struct pair p = {.dir = "/tmp/toesim-wave-XXXXXX"};
    cr_assert_not_null(mkdtemp(p.dir));
    (void)snprintf(p.a, sizeof p.a, "%s/a.fst", p.dir);
    (void)snprintf(p.b, sizeof p.b, "%s/b.fst", p.dir);
    write_wave(p.a, &plain);
    if (second)
        write_wave(p.b, second);
    return p;
}

static void remove_pair(const struct pair *p)
{
    (void)unlink(p->a);
    (void)unlink(p->b);
    (void)rmdir(p->dir);
}

struct diff_row {
    char name[48];
    struct wave second;
    enum status status;
    const char *part;
};

static const struct diff_row rows[] = {
    {"equal", {"b", 4, "0101", false, 300}, STATUS_OK, ""},
    {"another order of declaration", {"b", 4, "0101", true, 300}, STATUS_OK, ""},
    {"another value",
     {"b", 4, "0111", false, 300},
     STATUS_FAILED,
     "time 200: top.nic0.b: 0101 in "},
    {"a change is missing",
     {"b", 4, NULL, false, 300},
     STATUS_FAILED,
     "time 200: top.nic0.b: becomes 0101 in "},
    {"another time",
     {"b", 4, "0101", false, 299},
     STATUS_FAILED,
     "time 299: top.a_alias: becomes 0 in "},
    {"another width", {"b", 5, "01010", false, 300}, STATUS_FAILED, "top.nic0.b: 4 bits in "},
    {"another name", {"c", 4, "0101", false, 300}, STATUS_FAILED, "top.nic0.b: is only in "},
};

Test(wavediff, names_the_first_difference)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair p = make_pair(&rows[i].second);
        struct error err = {STATUS_OK, ""};
        cr_expect_eq(wavediff_compare(p.a, p.b, &identical, &err), rows[i].status, "%s: %s",
                     rows[i].name, err.text);
        cr_expect(strstr(err.text, rows[i].part) == err.text, "%s: %s", rows[i].name, err.text);
        remove_pair(&p);
    }
}

Test(wavediff, a_missing_file_is_bad_input)
{
    struct pair p = make_pair(NULL);
    struct error err = {STATUS_OK, ""};
    cr_expect_eq(wavediff_compare(p.a, p.b, &identical, &err), STATUS_BAD_INPUT);
    cr_expect(strstr(err.text, "b.fst: No such file"), "%s", err.text);
    remove_pair(&p);
}

static size_t read_all(const char *path, char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    size_t len = fread(bytes, 1, size, file);
    cr_assert(len > 0 && len < size);
    (void)fclose(file);
    return len;
}

static void write_all(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, len, file), len);
    (void)fclose(file);
}

Test(wavediff, the_same_bytes_are_identical)
{
    struct pair p = make_pair(NULL);
    struct error err = {STATUS_OK, ""};
    static char bytes[8192];
    write_all(p.b, bytes, read_all(p.a, bytes, sizeof bytes));
    cr_expect_eq(wavediff_compare(p.a, p.b, &identical, &err), STATUS_OK, "%s", err.text);
    cr_expect(identical);
    remove_pair(&p);
}

Test(wavediff, a_cut_file_is_refused_even_beside_its_like)
{
    struct pair p = make_pair(NULL);
    static char bytes[8192];
    size_t len = read_all(p.a, bytes, sizeof bytes);
    for (size_t cut = 0; cut < len; cut += 7) {
        struct error err = {STATUS_OK, ""};
        write_all(p.a, bytes, cut);
        write_all(p.b, bytes, cut);
        cr_expect_eq(wavediff_compare(p.a, p.b, &identical, &err), STATUS_BAD_INPUT, "at %zu", cut);
    }
    remove_pair(&p);
}

/* Many flipped bits change nothing that the library returns. They hit a field that it does not
 * read, or another reference to the same bytes in a compressed block. */
Test(wavediff, a_flipped_bit_is_never_identical)
{
    struct pair p = make_pair(NULL);
    static char bytes[8192];
    size_t len = read_all(p.a, bytes, sizeof bytes);
    for (size_t at = 0; at < len; at++) {
        struct error err = {STATUS_OK, ""};
        bytes[at] = (char)(bytes[at] ^ 1 << at % 8);
        write_all(p.b, bytes, len);
        bytes[at] = (char)(bytes[at] ^ 1 << at % 8);
        enum status status = wavediff_compare(p.a, p.b, &identical, &err);
        cr_expect_not(identical, "at %zu", at);
        cr_expect(status <= STATUS_BAD_INPUT, "at %zu: %s", at, err.text);
    }
    remove_pair(&p);
}

Test(wavediff, a_pipe_is_refused_and_not_waited_for, .timeout = 3600)
{
    struct pair p = make_pair(NULL);
    struct error err = {STATUS_OK, ""};
    cr_assert_eq(mkfifo(p.b, 0600), 0);
    cr_expect_eq(wavediff_compare(p.a, p.b, &identical, &err), STATUS_BAD_INPUT);
    cr_expect_eq(wavediff_compare(p.b, p.a, &identical, &err), STATUS_BAD_INPUT);
    cr_expect(strstr(err.text, "not a regular file"), "%s", err.text);
    remove_pair(&p);
}

/* Files that are cut, or have other bytes in them, may confuse the library but must not crash
 * the caller. */
Test(wavediff, damaged_files_never_crash_the_caller)
{
    struct pair p = make_pair(&plain);
    char bytes[8192];
    FILE *file = fopen(p.b, "rb");
    size_t len = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    for (size_t at = 0; at < len; at += 23) {
        struct error err = {STATUS_OK, ""};
        char saved[4];
        memcpy(saved, bytes + at, sizeof saved);
        memset(bytes + at, 0xff, sizeof saved);
        file = fopen(p.b, "wb");
        (void)fwrite(bytes, 1, len, file);
        (void)fclose(file);
        memcpy(bytes + at, saved, sizeof saved);
        enum status status = wavediff_compare(p.a, p.b, &identical, &err);
        cr_expect(status <= STATUS_BAD_INPUT, "at %zu: %s", at, err.text);
    }
    file = fopen(p.b, "wb");
    (void)fputs("this is no wave file at all, but long enough to look like one\n", file);
    (void)fclose(file);
    struct error err = {STATUS_OK, ""};
    cr_expect_eq(wavediff_compare(p.a, p.b, &identical, &err), STATUS_BAD_INPUT);
    cr_expect(strstr(err.text, "b.fst: not a readable FST file"), "%s", err.text);
    remove_pair(&p);
}
