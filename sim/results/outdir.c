#include "sim/results/outdir.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CUT_SUFFIX ".cut"

enum {
    OPEN_FOLDERS_MAX = 8,
    FOLDER_MODE = 0777,
    NAME_SUFFIX_MAX = 32, /* for what beside() and CUT_SUFFIX append to a name */
    RANDOM_CHARS = 6,
};

/* All files that a run may write. Any other file in a results folder belongs to the user. */
static const char *const result_files[] = {
    "stats.json",     "perf.json",      "summary.txt", "effective.yaml", "moves.csv",
    "conns.csv",      "cache_sets.csv", "nic0.pcap",   "nic1.pcap",      "team.pcapng",
    "waves.fst",      "pcie0.csv",      "pcie1.csv",   "lspci.txt",      "violation.txt",
    "violation.json", "streams.bin",    "run.json",    "series.csv",     "timeline.json.gz",
    "events.log",     "hash.csv",       "waits.csv"};

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    /* Another process may remove it at the same time. */
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

static bool remove_tree(const char *path)
{
    return nftw(path, remove_entry, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) == 0;
}

static bool is_result_file(const char *name)
{
    for (size_t i = 0; i < sizeof result_files / sizeof result_files[0]; i++)
        if (strcmp(name, result_files[i]) == 0)
            return true;
    return false;
}

struct content {
    bool empty;
    char foreign[NAME_MAX + 1]; /* the name of one entry that no run wrote; "" if there is none */
};

static bool look_into(const char *path, struct content *content)
{
    *content = (struct content){.empty = true};
    DIR *folder = opendir(path);
    if (!folder)
        return false;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        content->empty = false;
        if (!is_result_file(entry->d_name))
            (void)snprintf(content->foreign, sizeof content->foreign, "%s", entry->d_name);
    }
    (void)closedir(folder);
    return true;
}

static json_t *load_stats(const char *path)
{
    char file[SIM_PATH_MAX + 16];
    struct stat info;
    (void)snprintf(file, sizeof file, "%s/stats.json", path);
    /* A pipe of that name in a folder of the user must not block the program. */
    return stat(file, &info) == 0 && S_ISREG(info.st_mode) ? json_load_file(file, 0, NULL) : NULL;
}

/* Returns true if the stats.json of the folder shows that an earlier run has written it. */
static bool is_results_folder(const char *path)
{
    json_t *stats = load_stats(path);
    const char *schema = json_string_value(json_object_get(stats, "schema"));
    bool is_ours = schema && strncmp(schema, "toesim.stats/", 13) == 0;
    json_decref(stats);
    return is_ours;
}

bool outdir_is_finished(const char *path)
{
    json_t *stats = load_stats(path);
    bool finished = json_is_true(json_object_get(stats, "complete"));
    const char *key;
    json_t *count;
    /* A run that ended with a violation is finished too. */
    json_object_foreach(json_object_get(stats, "invariants"), key, count)
    {
        finished = finished || json_integer_value(count) > 0;
    }
    json_decref(stats);
    return finished;
}

static enum status check_place(const char *place, struct error *err)
{
    struct stat info;
    if (lstat(place, &info) != 0) {
        if (errno == ENOENT)
            return STATUS_OK;
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", place, strerror(errno));
    }
    if (!S_ISDIR(info.st_mode))
        return error_set(err, STATUS_BAD_INPUT, "%s: is not a folder; give another place with -o",
                         place);
    struct content content;
    if (!look_into(place, &content))
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", place, strerror(errno));
    if (content.empty)
        return STATUS_OK;
    if (!is_results_folder(place))
        return error_set(
            err, STATUS_BAD_INPUT,
            "%s: exists and holds no results of an earlier run, so it is not replaced; "
            "give another place with -o, or remove it",
            place);
    if (!content.foreign[0])
        return STATUS_OK;
    return error_set(
        err, STATUS_BAD_INPUT,
        "%s: holds results of an earlier run, and %s, which no run wrote and which would "
        "be lost; move it away, or give another place with -o",
        place, content.foreign);
}

/* Keeps a symbolic link and makes the folder behind it the place. Returns STATUS_BAD_INPUT if
 * the link is broken. */
static enum status follow_link(char place[SIM_PATH_MAX], struct error *err)
{
    struct stat info;
    if (lstat(place, &info) != 0 || !S_ISLNK(info.st_mode))
        return STATUS_OK;
    char *resolved = realpath(place, NULL);
    if (!resolved)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: is a symbolic link that cannot be followed: %s", place,
                         strerror(errno));
    bool fits = strlen(resolved) + NAME_SUFFIX_MAX <= SIM_PATH_MAX;
    if (fits)
        (void)strcpy(place, resolved);
    free(resolved);
    return fits ? STATUS_OK
                : error_set(err, STATUS_BAD_INPUT, "%.100s: the path is too long", place);
}

/* Makes all folders above the last component of the path. */
static enum status make_parents(const char *place, struct error *err)
{
    char path[SIM_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s", place);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST)
            return error_set(err, STATUS_ENVIRONMENT, "%s: cannot make this folder: %s", path,
                             strerror(errno));
        *slash = '/';
    }
    return STATUS_OK;
}

/* Turns "a/b" into "a/.b.SUFFIX-XXXXXX". */
static void beside(const char *place, const char *suffix, char path[SIM_PATH_MAX])
{
    const char *slash = strrchr(place, '/');
    int folder = slash ? (int)(slash - place) + 1 : 0;
    int len = snprintf(path, SIM_PATH_MAX, "%.*s.%s.%s-XXXXXX", folder, place,
                       slash ? slash + 1 : place, suffix);
    assert(len > 0 && len < SIM_PATH_MAX); /* the length of place was checked */
}

/* Splits the path into its folder and the name in that folder. */
static void split(const char *path, char folder[SIM_PATH_MAX], const char **name)
{
    const char *slash = strrchr(path, '/');
    if (slash)
        (void)snprintf(folder, SIM_PATH_MAX, "%.*s", (int)(slash - path) + 1, path);
    else
        (void)strcpy(folder, ".");
    *name = slash ? slash + 1 : path;
}

/* A process that was killed between its two renames leaves the folder ".NAME.old-XXXXXX" behind.
 * The folder is moved back if nothing is at place, and is removed otherwise. */
static void clear_leftovers(const char *place)
{
    char folder[SIM_PATH_MAX], prefix[NAME_MAX + 1], old[2 * SIM_PATH_MAX];
    const char *name;
    struct stat info;
    split(place, folder, &name);
    int len = snprintf(prefix, sizeof prefix, ".%s.old-", name);
    DIR *dir = len < (int)sizeof prefix ? opendir(folder) : NULL;
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (strncmp(entry->d_name, prefix, (size_t)len) != 0 ||
            strlen(entry->d_name) != (size_t)len + RANDOM_CHARS)
            continue;
        (void)snprintf(old, sizeof old, "%s/%s", folder, entry->d_name);
        struct content content;
        bool ours = look_into(old, &content) && !content.foreign[0];
        if (ours && !content.empty && lstat(place, &info) != 0 && errno == ENOENT)
            (void)rename(old, place);
        else if (ours)
            (void)remove_tree(old);
    }
    if (dir)
        (void)closedir(dir);
}

enum status outdir_begin(struct outdir *out, const char *place, struct error *err)
{
    size_t len = strlen(place);
    while (len > 1 && place[len - 1] == '/')
        len--;
    out->temp[0] = '\0';
    if (len == 0 || len + NAME_SUFFIX_MAX > sizeof out->place || strcmp(place, "/") == 0)
        return error_set(err, STATUS_BAD_INPUT, "'%.100s' cannot be a results folder", place);
    memcpy(out->place, place, len);
    out->place[len] = '\0';
    enum status status = follow_link(out->place, err);
    clear_leftovers(out->place);
    if (status == STATUS_OK)
        status = check_place(out->place, err);
    if (status == STATUS_OK)
        status = make_parents(out->place, err);
    if (status != STATUS_OK)
        return status;
    beside(out->place, "new", out->temp);
    if (!mkdtemp(out->temp)) {
        int why = errno;
        out->temp[0] = '\0';
        return error_set(err, STATUS_ENVIRONMENT, "%s: cannot make a results folder here: %s",
                         out->place, strerror(why));
    }
    mode_t mask = umask(0);
    (void)umask(mask);
    (void)chmod(out->temp, FOLDER_MODE & ~mask); /* mkdtemp() gives access only to the owner */
    return STATUS_OK;
}

/* Replaces the folder in two renames, between which nothing is at place. If the process is
 * killed there, the next one moves the old folder back. */
static bool replace_in_two_steps(struct outdir *out)
{
    char old[SIM_PATH_MAX];
    beside(out->place, "old", old);
    if (!mkdtemp(old))
        return false;
    if (rename(out->place, old) != 0 || rename(out->temp, out->place) != 0) {
        int why = errno;
        if (rename(old, out->place) != 0)
            (void)rmdir(old);
        errno = why;
        return false;
    }
    (void)strcpy(out->temp, old); /* the folder that is still to be removed */
    return true;
}

/* Exchanges the folders, so that temp holds the earlier results afterwards. This is one step, so
 * that there are results at every instant. */
static bool replace(struct outdir *out)
{
    if (renameat2(AT_FDCWD, out->temp, AT_FDCWD, out->place, RENAME_EXCHANGE) == 0)
        return true;
    /* NFS and old kernels refuse the exchange. */
    bool refused = errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
    return refused && replace_in_two_steps(out);
}

/* Results of a run that was cut never replace those of a finished run. */
static enum status choose_place(struct outdir *out, struct error *err)
{
    if (!outdir_is_finished(out->temp) && outdir_is_finished(out->place))
        (void)strcat(out->place, CUT_SUFFIX); /* NAME_SUFFIX_MAX includes the suffix */
    return check_place(out->place, err); /* another program may have filled the folder meanwhile */
}

enum status outdir_commit(struct outdir *out, struct error *err)
{
    struct stat info;
    struct content content;
    assert(out->temp[0]);
    /* The next run would refuse this folder if it had a file that is not in result_files. */
    bool looked = look_into(out->temp, &content);
    assert(!looked || !content.foreign[0]);
    enum status status = choose_place(out, err);
    if (status != STATUS_OK)
        return status;
    bool is_there = lstat(out->place, &info) == 0;
    if (is_there ? !replace(out) : rename(out->temp, out->place) != 0)
        return error_set(err, STATUS_ENVIRONMENT, "%s: cannot be put in place: %s", out->place,
                         strerror(errno));
    bool removed = !is_there || remove_tree(out->temp);
    int why = errno;
    char old[SIM_PATH_MAX];
    (void)strcpy(old, out->temp);
    out->temp[0] = '\0';
    if (!removed)
        return error_set(err, STATUS_ENVIRONMENT, "%s: the earlier results cannot be removed: %s",
                         old, strerror(why));
    return STATUS_OK;
}

void outdir_abort(struct outdir *out)
{
    if (out->temp[0])
        (void)remove_tree(out->temp);
    out->temp[0] = '\0';
}
