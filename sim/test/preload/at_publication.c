/*
 * A test preloads this into toesim. It watches each rename, because results are published by a
 * rename. A file that is renamed must not be open anywhere in the process. A folder is copied to
 * $AT_PUBLICATION at that instant, so that the test can compare it with the contents at the end.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096 };

/* Returns true if this process has the file open. */
static int is_open(const struct stat *wanted)
{
    char path[64];
    struct stat info;
    for (int fd = 0; fd < 1024; fd++) {
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (stat(path, &info) == 0 && info.st_dev == wanted->st_dev &&
            info.st_ino == wanted->st_ino)
            return 1;
    }
    return 0;
}

static void log_open(const char *path)
{
    char log[PATH_BYTES];
    (void)snprintf(log, sizeof log, "%s/open.log", getenv("AT_PUBLICATION"));
    FILE *file = fopen(log, "a");
    if (file) {
        (void)fprintf(file, "%s\n", path);
        (void)fclose(file);
    }
}

static void copy(const char *from, const char *to)
{
    char buffer[4096];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    for (size_t n; in && out && (n = fread(buffer, 1, sizeof buffer, in)) > 0;)
        if (fwrite(buffer, 1, n, out) != n)
            abort();
    if (!in || !out || fclose(out) != 0 || fclose(in) != 0)
        abort();
}

static void look_at_folder(const char *path)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    struct stat info;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        (void)snprintf(from, sizeof from, "%s/%s", path, entry->d_name);
        (void)snprintf(to, sizeof to, "%s/copy/%s", getenv("AT_PUBLICATION"), entry->d_name);
        if (stat(from, &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        if (is_open(&info))
            log_open(from);
        copy(from, to);
    }
    if (folder)
        (void)closedir(folder);
}

static void look(const char *path)
{
    struct stat info;
    if (!getenv("AT_PUBLICATION") || stat(path, &info) != 0)
        return;
    if (S_ISDIR(info.st_mode))
        look_at_folder(path);
    else if (is_open(&info))
        log_open(path);
}

int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *) =
        (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    look(from);
    return real(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    int (*real)(int, const char *, int, const char *, unsigned) =
        (int (*)(int, const char *, int, const char *, unsigned))dlsym(RTLD_NEXT, "renameat2");
    look(from);
    return real(from_folder, from, to_folder, to, flags);
}
