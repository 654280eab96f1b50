#include "sim/swarm/swarm_files.h"

#include "sim/regress/wavediff.h"
#include "sim/scenario/scenario.h"

#include <dirent.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { PATH_BYTES = 2 * SIM_PATH_MAX, CHUNK_BYTES = 65536 };

bool swarm_files_equal(const char *a, const char *b)
{
    static char x[CHUNK_BYTES], y[CHUNK_BYTES];
    FILE *one = fopen(a, "rb"), *other = fopen(b, "rb");
    bool equal = one && other;
    for (size_t n = 1; equal && n > 0;) {
        n = fread(x, 1, sizeof x, one);
        equal = fread(y, 1, sizeof y, other) == n && memcmp(x, y, n) == 0;
    }
    if (one)
        (void)fclose(one);
    if (other)
        (void)fclose(other);
    return equal;
}

/* Calls visit for each file until it returns false. `name` is then the name of that file. */
static bool for_each_file(const char *place, bool (*visit)(const char *path, const char *other),
                          const char *other, char *name, size_t size)
{
    char path[PATH_BYTES], counterpart[PATH_BYTES];
    bool good = true;
    DIR *folder = opendir(place);
    (void)snprintf(name, size, "%s", place);
    for (struct dirent *e = folder ? readdir(folder) : NULL; e && good; e = readdir(folder)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", place, e->d_name);
        (void)snprintf(counterpart, sizeof counterpart, "%s/%s", other, e->d_name);
        (void)snprintf(name, size, "%s", e->d_name);
        good = visit(path, counterpart);
    }
    if (folder)
        (void)closedir(folder);
    return folder && good;
}

static bool ends_with(const char *path, const char *end)
{
    size_t len = strlen(path), tail = strlen(end);
    return len >= tail && strcmp(path + len - tail, end) == 0;
}

static bool equals(const char *path, const char *other)
{
    return ends_with(path, "/perf.json") || ends_with(path, "/run.json") ||
           swarm_files_equal(path, other);
}

bool swarm_folders_equal(const char *a, const char *b, char *name, size_t size)
{
    return for_each_file(a, equals, b, name, size) && for_each_file(b, equals, a, name, size);
}

/* --- complete files --- */

static uint32_t word_at(const uint8_t *bytes, size_t at)
{
    return bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 |
           (uint32_t)bytes[at + 3] << 24;
}

/* Returns true if the file consists of complete records. The file header has `first` bytes. Each
 * record begins with a header of `header` bytes, and the length of the record is the 32-bit
 * number at `length_at` plus `more`. The captures that the program writes are little-endian. */
static bool records_fill(FILE *file, long first, size_t header, size_t length_at, long more)
{
    uint8_t bytes[16];
    size_t n = 0;
    if (fseek(file, 0, SEEK_END) != 0)
        return false;
    long size = ftell(file), at = first;
    while (at < size) {
        if (fseek(file, at, SEEK_SET) != 0 || (n = fread(bytes, 1, header, file)) != header)
            return false;
        long len = more + (long)word_at(bytes, length_at);
        at = len > 0 ? at + len : size + 1; /* with a length of 0 the loop would never end */
    }
    return at == size;
}

/* Returns true if the last byte ends a line. */
static bool is_text(FILE *file) { return fseek(file, -1, SEEK_END) == 0 && fgetc(file) == '\n'; }

/* Returns true if the gzip file has its end, with the checksum. */
static bool gzip_ends(const char *path)
{
    static char bytes[CHUNK_BYTES];
    gzFile file = gzopen(path, "rb");
    int n = 1;
    while (file && n > 0)
        n = gzread(file, bytes, sizeof bytes);
    bool packed = file && !gzdirect(file); /* zlib also reads files that are not packed */
    return file && gzclose(file) == Z_OK && packed && n == 0;
}

/* A log without events is empty. */
static bool is_log(FILE *file)
{
    return is_text(file) || (fseek(file, 0, SEEK_END) == 0 && ftell(file) == 0);
}

static bool file_is_complete(const char *path, const char *other)
{
    static struct sim_config config;
    struct error err;
    bool same = false;
    (void)other;
    if (ends_with(path, ".yaml"))
        return scenario_load(path, NULL, 0, &config, &err) == STATUS_OK;
    if (ends_with(path, ".fst"))
        return wavediff_compare(path, path, &same, &err) == STATUS_OK && same;
    if (ends_with(path, ".json")) {
        json_t *json = json_load_file(path, 0, NULL);
        json_decref(json);
        return json != NULL;
    }
    if (ends_with(path, ".gz"))
        return gzip_ends(path);
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    bool whole = ends_with(path, ".pcap")     ? records_fill(file, 24, 16, 8, 16)
                 : ends_with(path, ".pcapng") ? records_fill(file, 0, 8, 4, 0)
                 : ends_with(path, ".log")    ? is_log(file)
                                              : is_text(file);
    (void)fclose(file);
    return whole;
}

bool swarm_folder_is_complete(const char *place, char *name, size_t size)
{
    return for_each_file(place, file_is_complete, place, name, size);
}

static bool remove_file(const char *path, const char *other)
{
    (void)other;
    return unlink(path) == 0;
}

void swarm_remove_folder(const char *place)
{
    char name[SIM_PATH_MAX];
    (void)for_each_file(place, remove_file, place, name, sizeof name);
    (void)rmdir(place);
}
