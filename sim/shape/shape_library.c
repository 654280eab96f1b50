#include "sim/shape/shape_library.h"

#include "models/process/child.h"
#include "sim/shape/shape_facts.h" /* mk/shape/sources.sh */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the folder of the libraries --- */

static enum status fail_folder(const char *folder, struct error *err)
{
    return error_set(
        err, STATUS_ENVIRONMENT,
        "%s: %s; libraries of cache shapes are kept there (XDG_CACHE_HOME names another folder)",
        folder, strerror(errno));
}

static enum status make_folder(char folder[SHAPE_PATH_MAX], struct error *err)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int len = cache && cache[0] ? snprintf(folder, SHAPE_PATH_MAX, "%s", cache)
                                : snprintf(folder, SHAPE_PATH_MAX, "%s/.cache", home ? home : "");
    if (len < 0 || len + 8 >= SHAPE_PATH_MAX)
        return error_set(err, STATUS_ENVIRONMENT, "XDG_CACHE_HOME: the name is too long");
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return fail_folder(folder, err);
    (void)strcat(folder, "/toesim");
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return fail_folder(folder, err);
    return STATUS_OK;
}

/* --- the sources --- */

static bool has_script(const char *root)
{
    char path[SHAPE_PATH_MAX];
    return snprintf(path, sizeof path, "%s/mk/shape/build.sh", root) < (int)sizeof path &&
           access(path, X_OK) == 0;
}

/* The sources are where $TOESIM_SOURCE says, or above the program's folder as in a clone of the project, or where an
 * installation puts them. */
static enum status find_sources(char root[SHAPE_PATH_MAX], struct error *err)
{
    static const char *const places[] = {"/..", "/../..", "/../share/toesim"};
    const char *named = getenv("TOESIM_SOURCE");
    char program[SHAPE_PATH_MAX - 32];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (named && snprintf(root, SHAPE_PATH_MAX, "%s", named) < SHAPE_PATH_MAX && has_script(root))
        return STATUS_OK;
    program[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; slash && !named && i < sizeof places / sizeof places[0]; i++) {
        (void)snprintf(root, SHAPE_PATH_MAX, "%s%s", program, places[i]);
        if (has_script(root))
            return STATUS_OK;
    }
    return error_set(err, STATUS_ENVIRONMENT,
                     "%s: the sources for a cache of another shape are not there; TOESIM_SOURCE "
                     "names the folder that has mk/shape/build.sh",
                     named ? named : "mk/shape/build.sh");
}

/* --- building --- */

/* Runs a program and waits for it. Its output goes to `log`, or to a pipe if `text` is given. Returns its exit status. */
static int run(char *const argv[], int log, char *text, size_t size)
{
    int pipes[2] = {-1, -1};
    if (text && pipe2(pipes, O_CLOEXEC) != 0)
        return 127;
    pid_t child = fork();
    if (child == 0) {
        if (dup2(text ? pipes[1] : log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
            _exit(127);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    if (text) {
        (void)close(pipes[1]);
        ssize_t got = read(pipes[0], text, size - 1);
        text[got > 0 ? got : 0] = '\0';
        (void)close(pipes[0]);
    }
    int status = 127;
    return child_wait(child, &status) && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

/* A library of other sources could have other classes than the program. */
static enum status check_sources(const char *root, int log, struct error *err)
{
    char script[SHAPE_PATH_MAX], now[64];
    if (snprintf(script, sizeof script, "%s/mk/shape/sources.sh", root) >= (int)sizeof script ||
        run((char *[]){script, NULL}, log, now, sizeof now) != 0 ||
        strncmp(now, SHAPE_SOURCES, strlen(SHAPE_SOURCES)) != 0)
        return error_set(err, STATUS_ENVIRONMENT,
                         "%s: the sources are not those that this program was built from, so it "
                         "cannot build a cache of another shape; build it again",
                         root);
    return STATUS_OK;
}

static enum status build(const struct cache_shape *shape, const char *path, const char *root,
                         struct error *err)
{
    char script[SHAPE_PATH_MAX], log_path[SHAPE_PATH_MAX + 8], numbers[5][16];
    const uint32_t values[5] = {shape->sets, shape->ways, shape->lookup_entries, shape->miss_slots,
                                shape->conn_ids};
    for (int i = 0; i < 5; i++)
        (void)snprintf(numbers[i], sizeof numbers[i], "%u", values[i]);
    (void)snprintf(log_path, sizeof log_path, "%s.log", path);
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (log < 0)
        return fail_folder(log_path, err);
    enum status status = check_sources(root, log, err);
    (void)snprintf(script, sizeof script, "%.*s/mk/shape/build.sh", SHAPE_PATH_MAX - 32, root);
    if (status == STATUS_OK) {
        (void)fprintf(stderr, "building a context cache of %u sets x %u ways, once (%s)\n",
                      shape->sets, shape->ways, path);
        (void)fflush(NULL); /* the child must not have our output in its buffers */
        int ended = run((char *[]){script, (char *)(uintptr_t)path, numbers[0], numbers[1],
                                   numbers[2], numbers[3], numbers[4], NULL},
                        log, NULL, 0);
        if (ended != 0)
            status = error_set(err, STATUS_ENVIRONMENT,
                               "the context cache of %u sets x %u ways could not be built (exit "
                               "status %d); %s says why",
                               shape->sets, shape->ways, ended, log_path);
    }
    (void)close(log);
    if (status == STATUS_OK)
        (void)unlink(log_path);
    return status;
}

enum status shape_library_find(const struct cache_shape *shape, char path[SHAPE_PATH_MAX],
                               struct error *err)
{
    char folder[SHAPE_PATH_MAX], root[SHAPE_PATH_MAX], lock_path[SHAPE_PATH_MAX + 8];
    enum status status = make_folder(folder, err);
    if (status != STATUS_OK)
        return status;
    if (snprintf(path, SHAPE_PATH_MAX, "%s/cache-%s-%ux%u-%u-%u.so", folder, SHAPE_SOURCES,
                 shape->sets, shape->ways, shape->lookup_entries,
                 shape->miss_slots) >= SHAPE_PATH_MAX)
        return error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", folder);
    if (access(path, R_OK) == 0)
        return STATUS_OK;
    if ((status = find_sources(root, err)) != STATUS_OK)
        return status;
    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        status = fail_folder(lock_path, err);
    else if (access(path, R_OK) != 0) /* nobody has built it meanwhile */
        status = build(shape, path, root, err);
    if (lock >= 0)
        (void)close(lock); /* gives the lock back */
    return status;
}
