/* Tests models/trace/capture/capture_source.c, which reads the bytes of a capture a second time,
 * from a plain file, a gzip file and a pipe. */
#include "models/base/rng.h"
#include "models/trace/capture/capture_source.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

enum { BYTES = 9 << 20, MEMBERS = 3, READS = 400, PIECE_MAX = 100000 };

static uint8_t bytes[BYTES];
static char path[64];

/* Makes bytes that can be compressed but are different everywhere. */
static void make_bytes(void)
{
    struct rng rng;
    rng_init(&rng, 7, "source");
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)(i % 64 ? rng_u64(&rng) % 8 : i >> 6);
    /* A pipe is accepted only if its first bytes may belong to a capture. */
    memcpy(bytes, "\xd4\xc3\xb2\xa1", 4);
    strcpy(path, "/tmp/source.XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
}

static void write_plain(void)
{
    FILE *out = fopen(path, "wb");
    cr_assert_eq(fwrite(bytes, 1, BYTES, out), BYTES);
    cr_assert_eq(fclose(out), 0);
}

/* Several members one after the other are one file (RFC 1952 2.2). */
static void write_gzip(const char *mode)
{
    truncate(path, 0);
    for (size_t i = 0; i < MEMBERS; i++) {
        gzFile out = gzopen(path, mode);
        size_t part = BYTES / MEMBERS;
        cr_assert_eq(gzwrite(out, bytes + i * part, (unsigned)part), (int)part);
        cr_assert_eq(gzclose(out), Z_OK);
    }
}

static void read_first(struct capture_source *source)
{
    static uint8_t part[50000];
    long got;
    for (uint64_t at = 0; (got = capture_source_next(source, part, sizeof part)) > 0;) {
        cr_assert_arr_eq(part, bytes + at, (size_t)got);
        at += (uint64_t)got;
    }
    cr_assert_eq(got, 0);
    cr_assert_eq(capture_source_position(source), BYTES);
    cr_assert_null(capture_source_damage(source));
}

static void read_again(struct capture_source *source)
{
    static uint8_t part[PIECE_MAX];
    struct rng rng;
    rng_init(&rng, 3, "reads");
    for (int i = 0; i < READS; i++) {
        size_t len = rng_u64(&rng) % PIECE_MAX;
        uint64_t at = rng_u64(&rng) % (BYTES - len);
        cr_assert(capture_source_read(source, at, part, len));
        cr_assert_arr_eq(part, bytes + at, len, "%zu bytes at %llu", len, (unsigned long long)at);
    }
}

static void read_twice(const char *name)
{
    struct error err = {0};
    struct capture_source *source = capture_source_open(name, NULL, &err);
    cr_assert_not_null(source, "%s", err.text);
    read_first(source);
    read_again(source);
    cr_assert_eq(capture_source_trouble(source, &err), STATUS_OK);
    capture_source_close(source);
    unlink(path);
}

Test(capture_source, plain)
{
    make_bytes();
    write_plain();
    read_twice(path);
}

/* Level 0 stores blocks without compression, which begin at whole bytes. Compressed blocks may begin at any bit. */
Test(capture_source, gzip)
{
    static const char *const modes[] = {"ab0", "ab1", "ab9"};
    for (int i = 0; i < 3; i++) {
        make_bytes();
        write_gzip(modes[i]);
        read_twice(path);
    }
}

Test(capture_source, pipe_is_copied_first)
{
    make_bytes();
    write_gzip("ab6");
    char name[80];
    snprintf(name, sizeof name, "%s.pipe", path);
    cr_assert_eq(mkfifo(name, 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        freopen(name, "wb", stdout);
        execl("/bin/cat", "cat", path, (char *)NULL);
        _exit(1);
    }
    read_twice(name);
    waitpid(child, NULL, 0);
    unlink(name);
}

Test(capture_source, a_file_that_becomes_shorter_is_an_error)
{
    uint8_t part[1000];
    struct error err = {0};
    make_bytes();
    write_plain();
    struct capture_source *source = capture_source_open(path, NULL, &err);
    read_first(source);
    cr_assert_eq(truncate(path, 5 << 20), 0);
    cr_assert(capture_source_read(source, 1000, part, sizeof part));
    cr_assert(!capture_source_read(source, 6 << 20, part, sizeof part));
    cr_assert_eq(capture_source_trouble(source, &err), STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, path), "%s", err.text);
    capture_source_close(source);
    unlink(path);
}
