#include "sim/outdir.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OPEN_FOLDERS_MAX = 8,
    FOLDER_MODE = 0777,
    NAME_ROOM = 32, /* for what beside() adds to a name */
};

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static bool remove_tree(const char *path)
{
    return nftw(path, remove_entry, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) == 0;
}

static bool is_empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        return false;
    bool empty = true;
    for (const struct dirent *entry; empty && (entry = readdir(folder)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    (void)closedir(folder);
    return empty;
}

/* A folder is an earlier run's when its stats.json says so. */
static bool is_results_folder(const char *path)
{
    char file[SIM_PATH_MAX + 16];
    (void)snprintf(file, sizeof file, "%s/stats.json", path);
    json_t *stats = json_load_file(file, 0, NULL);
    const char *schema = json_string_value(json_object_get(stats, "schema"));
    bool is_ours = schema && strncmp(schema, "toesim.stats/", 13) == 0;
    json_decref(stats);
    return is_ours;
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
    if (is_empty_folder(place) || is_results_folder(place))
        return STATUS_OK;
    return error_set(err, STATUS_BAD_INPUT,
                     "%s: exists and holds no results of an earlier run, so it is not replaced; "
                     "give another place with -o, or remove it",
                     place);
}

/* A symbolic link stays, and the folder behind it is the place. STATUS_BAD_INPUT: a broken link. */
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
    bool fits = strlen(resolved) + NAME_ROOM <= SIM_PATH_MAX;
    if (fits)
        (void)strcpy(place, resolved);
    free(resolved);
    return fits ? STATUS_OK
                : error_set(err, STATUS_BAD_INPUT, "%.100s: the path is too long", place);
}

/* mkdir -p of everything above the last step. */
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

/* "a/b" -> "a/.b.SUFFIX-XXXXXX" */
static void beside(const char *place, const char *suffix, char path[SIM_PATH_MAX])
{
    const char *slash = strrchr(place, '/');
    int folder = slash ? (int)(slash - place) + 1 : 0;
    int len = snprintf(path, SIM_PATH_MAX, "%.*s.%s.%s-XXXXXX", folder, place,
                       slash ? slash + 1 : place, suffix);
    assert(len > 0 && len < SIM_PATH_MAX); /* place leaves room */
}

enum status outdir_begin(struct outdir *out, const char *place, struct error *err)
{
    size_t len = strlen(place);
    while (len > 1 && place[len - 1] == '/')
        len--;
    out->temp[0] = '\0';
    if (len == 0 || len + NAME_ROOM > sizeof out->place || strcmp(place, "/") == 0)
        return error_set(err, STATUS_BAD_INPUT, "'%.100s' cannot be a results folder", place);
    memcpy(out->place, place, len);
    out->place[len] = '\0';
    enum status status = follow_link(out->place, err);
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
    (void)chmod(out->temp, FOLDER_MODE & ~mask); /* mkdtemp makes it for the owner alone */
    return STATUS_OK;
}

enum status outdir_commit(struct outdir *out, struct error *err)
{
    char old[SIM_PATH_MAX];
    struct stat info;
    assert(out->temp[0]);
    bool is_there = lstat(out->place, &info) == 0;
    if (is_there) {
        enum status status = check_place(out->place, err); /* somebody may have filled it */
        if (status != STATUS_OK)
            return status;
        beside(out->place, "old", old);
        if (!mkdtemp(old) || rename(out->place, old) != 0)
            return error_set(err, STATUS_ENVIRONMENT, "%s: cannot be replaced: %s", out->place,
                             strerror(errno));
    }
    if (rename(out->temp, out->place) != 0) {
        int why = errno;
        if (is_there)
            (void)rename(old, out->place);
        return error_set(err, STATUS_ENVIRONMENT, "%s: cannot be put in place: %s", out->place,
                         strerror(why));
    }
    out->temp[0] = '\0';
    if (is_there && !remove_tree(old))
        return error_set(err, STATUS_ENVIRONMENT, "%s: the earlier results cannot be removed: %s",
                         old, strerror(errno));
    return STATUS_OK;
}

void outdir_abort(struct outdir *out)
{
    if (out->temp[0])
        (void)remove_tree(out->temp);
    out->temp[0] = '\0';
}
