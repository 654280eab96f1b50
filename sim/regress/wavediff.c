#include "sim/regress/wavediff.h"

#include "models/process/child.h"
#include "models/trace/output/fst_check.h"
#include "sim/regress/wavediff_dump.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_SECONDS_MAX = 120 };

/* --- the child process --- */

static _Noreturn void child_main(const char *path, FILE *text)
{
    struct rlimit seconds = {CHILD_SECONDS_MAX, CHILD_SECONDS_MAX}, none = {0, 0};
    (void)setrlimit(RLIMIT_CPU, &seconds);
    (void)setrlimit(RLIMIT_CORE, &none);
    int null = open("/dev/null", O_WRONLY);
    if (null >= 0)
        /* The library's messages about a broken file do not help the user. */
        (void)dup2(null, STDERR_FILENO);
    _exit(wavediff_dump(path, text) ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* The library reads past the end of a file that was cut, and there is no checksum, so the block
 * structure of the file is checked first. The file is opened without blocking, so that a pipe is
 * refused at once. */
static enum status check_file(const char *path, struct error *err)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        enum status status = error_set(err, STATUS_BAD_INPUT, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return status;
    }
    FILE *file = S_ISREG(info.st_mode) ? fdopen(fd, "rb") : NULL;
    bool whole = file && fst_is_complete(file);
    if (file)
        (void)fclose(file);
    else
        (void)close(fd);
    if (whole)
        return STATUS_OK;
    return error_set(err, STATUS_BAD_INPUT, "%s: not a readable FST file%s", path,
                     S_ISREG(info.st_mode) ? ", or cut or damaged" : ": not a regular file");
}

/* Returns the file as text, or null with err set. */
static FILE *dump_in_child(const char *path, struct error *err)
{
    if (check_file(path, err) != STATUS_OK)
        return NULL;
    FILE *text = tmpfile();
    (void)fflush(NULL); /* the child must not write the contents of our buffers a second time */
    pid_t child = text ? fork() : -1;
    if (child == 0)
        child_main(path, text);
    int how = 0;
    if (!child_wait(child, &how)) {
        (void)error_set(err, STATUS_ENVIRONMENT, "%s: cannot be read: %s", path, strerror(errno));
        if (text)
            (void)fclose(text);
        return NULL;
    }
    if (!WIFEXITED(how) || WEXITSTATUS(how) != EXIT_SUCCESS) {
        (void)error_set(err, STATUS_BAD_INPUT, "%s: not a readable FST file, or cut or damaged",
                        path);
        (void)fclose(text);
        return NULL;
    }
    rewind(text);
    return text;
}

/* --- the comparison --- */

struct side {
    FILE *text;
    const char *name;
    char *line; /* the current line without its newline; null at the end */
    size_t size;
};

static void next_line(struct side *s)
{
    ssize_t len = getline(&s->line, &s->size, s->text);
    if (len < 0) {
        free(s->line);
        s->line = NULL;
        s->size = 0;
    } else if (len > 0 && s->line[len - 1] == '\n') {
        s->line[len - 1] = '\0';
    }
}

/* The parts of a line, which point into it. */
struct record {
    char kind; /* S, T or C; 0 at the end of the text */
    uint64_t time;
    const char *path, *value;
};

static struct record take_apart(char *line)
{
    struct record r = {0, UINT64_MAX, "", ""};
    if (!line)
        return r;
    r.kind = line[0];
    char *at = line + 2;
    if (r.kind == 'C') {
        r.time = strtoull(at, &at, 10);
        at++;
    }
    char *space = r.kind == 'T' ? NULL : strrchr(at, ' ');
    r.path = at;
    if (space) {
        *space = '\0';
        r.value = space + 1;
    }
    return r;
}

static enum status report_signals(const struct side side[2], const struct record r[2],
                                  struct error *err)
{
    int order = r[0].kind != 'S' ? 1 : r[1].kind != 'S' ? -1 : strcmp(r[0].path, r[1].path);
    if (order == 0)
        return error_set(err, STATUS_FAILED, "%s: %s bits in %s, %s bits in %s", r[0].path,
                         r[0].value, side[0].name, r[1].value, side[1].name);
    int with = order < 0 ? 0 : 1;
    return error_set(err, STATUS_FAILED, "%s: is only in %s", r[with].path, side[with].name);
}

static enum status report_changes(const struct side side[2], const struct record r[2],
                                  struct error *err)
{
    bool first_is_0 =
        r[0].time < r[1].time || (r[0].time == r[1].time && strcmp(r[0].path, r[1].path) < 0);
    if (r[0].time == r[1].time && strcmp(r[0].path, r[1].path) == 0)
        return error_set(err, STATUS_FAILED, "time %" PRIu64 ": %s: %.80s in %s, %.80s in %s",
                         r[0].time, r[0].path, r[0].value, side[0].name, r[1].value, side[1].name);
    int with = first_is_0 ? 0 : 1;
    return error_set(err, STATUS_FAILED,
                     "time %" PRIu64 ": %s: becomes %.80s in %s, no change in %s", r[with].time,
                     r[with].path, r[with].value, side[with].name, side[!with].name);
}

static enum status compare(struct side side[2], struct error *err)
{
    do {
        next_line(&side[0]);
        next_line(&side[1]);
    } while (side[0].line && side[1].line && strcmp(side[0].line, side[1].line) == 0);
    if (!side[0].line && !side[1].line)
        return STATUS_OK;
    struct record r[2] = {take_apart(side[0].line), take_apart(side[1].line)};
    if (r[0].kind == 'S' || r[1].kind == 'S')
        return report_signals(side, r, err);
    if (r[0].kind == 'T' || r[1].kind == 'T')
        return error_set(err, STATUS_FAILED, "time unit 10^%s s in %s, 10^%s s in %s", r[0].path,
                         side[0].name, r[1].path, side[1].name);
    return report_changes(side, r, err);
}

/* Returns true if both files can be read and have the same bytes. */
static bool same_bytes(const char *a, const char *b)
{
    FILE *file[2] = {fopen(a, "rb"), fopen(b, "rb")};
    bool same = file[0] && file[1];
    int byte = 0;
    while (same && byte != EOF) {
        byte = getc(file[0]);
        same = byte == getc(file[1]);
    }
    for (int i = 0; i < 2; i++) {
        same = same && !ferror(file[i]);
        if (file[i])
            (void)fclose(file[i]);
    }
    return same;
}

enum status wavediff_compare(const char *a, const char *b, bool *identical, struct error *err)
{
    struct side side[2] = {{.name = a}, {.name = b}};
    enum status status = STATUS_BAD_INPUT;
    side[0].text = dump_in_child(a, err);
    side[1].text = side[0].text ? dump_in_child(b, err) : NULL;
    if (side[1].text)
        status = compare(side, err);
    else
        status = err->status;
    for (int i = 0; i < 2; i++) {
        free(side[i].line);
        if (side[i].text)
            (void)fclose(side[i].text);
    }
    *identical = status == STATUS_OK && same_bytes(a, b);
    return status;
}
