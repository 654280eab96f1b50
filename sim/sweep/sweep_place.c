#include "sim/sweep/sweep_place.h"

#include "sim/cli/cli_command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Returns true if the folder has the entry; with a null name, any entry. */
static bool has_entry(const char *folder, const char *name)
{
    bool found = false;
    DIR *dir = opendir(folder);
    for (const struct dirent *e = dir ? readdir(dir) : NULL; e && !found; e = readdir(dir)) {
        bool is_dots = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
        found = name ? strcmp(e->d_name, name) == 0 : !is_dots;
    }
    if (dir)
        (void)closedir(dir);
    return found;
}

static enum status check_content(const struct sweep_place *place,
                                 const struct sweep_options *options, struct error *err)
{
    bool has_database = has_entry(place->folder, "study.sqlite");
    if (!has_database && has_entry(place->folder, NULL))
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: exists and holds no study; give another folder with -o, or remove it",
                         place->folder);
    if (has_database && !options->resume && options->way == SWEEP_HERE)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: holds a study that has begun; --resume runs what is left of it, -o "
                         "gives another folder",
                         place->folder);
    return STATUS_OK;
}

enum status sweep_place_enter(struct sweep_place *place, const struct study *study,
                              const struct sweep_options *options, struct error *err)
{
    int len = options->place
                  ? snprintf(place->folder, sizeof place->folder, "%s", options->place)
                  : snprintf(place->folder, sizeof place->folder, "results/%s", study->name);
    if (len <= 0 || len >= (int)sizeof place->folder - 64)
        return error_set(err, STATUS_BAD_INPUT, "'%.100s' cannot be a folder", place->folder);
    (void)snprintf(place->database, sizeof place->database, "%s/study.sqlite", place->folder);
    (void)snprintf(place->csv, sizeof place->csv, "%s/study.csv", place->folder);
    if (!cli_make_folder(place->folder))
        return error_set(
            err, errno == ENOTDIR || errno == EEXIST ? STATUS_BAD_INPUT : STATUS_ENVIRONMENT,
            "%s: %s", place->folder, strerror(errno));
    place->lock = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->lock < 0)
        return error_set(err, STATUS_BAD_INPUT, "%s: %s", place->folder, strerror(errno));
    enum status status = STATUS_OK;
    if (flock(place->lock, LOCK_EX | LOCK_NB) != 0)
        status =
            error_set(err, errno == EWOULDBLOCK ? STATUS_BAD_INPUT : STATUS_ENVIRONMENT, "%s: %s",
                      place->folder,
                      errno == EWOULDBLOCK
                          ? "another sweep is running in it; wait for its end, or give another "
                            "folder with -o"
                          : strerror(errno));
    if (status == STATUS_OK)
        status = check_content(place, options, err);
    if (status != STATUS_OK)
        sweep_place_leave(place);
    return status;
}

void sweep_place_leave(struct sweep_place *place)
{
    if (place->lock >= 0)
        (void)close(place->lock);
    place->lock = -1;
}
