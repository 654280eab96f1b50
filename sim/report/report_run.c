#include "sim/report/report_run.h"

#include "host-sw/mechanism/mechanism_table.h"
#include "models/base/publish.h"
#include "sim/floor/move_floor.h"
#include "sim/schema/output_keys.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool path_of(char *path, size_t size, const char *folder, const char *name)
{
    return snprintf(path, size, "%s/%s", folder, name) < (int)size;
}

/* Returns the whole text of a file of the folder as a JSON string; JSON null if there is no such file. Returns null with
 * err if it cannot be read, or is no text. */
static json_t *text_of(const char *folder, const char *name, struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    struct stat about;
    if (!path_of(path, sizeof path, folder, name)) {
        (void)error_set(err, STATUS_BAD_INPUT, "%s: the name is too long", folder);
        return NULL;
    }
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return json_null();
    json_t *text = NULL;
    char *bytes = NULL;
    if (file && fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode)) {
        bytes = malloc((size_t)about.st_size + 1);
        if (bytes && fread(bytes, 1, (size_t)about.st_size, file) == (size_t)about.st_size)
            text = json_stringn(bytes, (size_t)about.st_size);
        else
            errno = bytes ? EIO : ENOMEM;
    }
    if (!text)
        (void)error_set(err, STATUS_BAD_INPUT, "%s: %s", path,
                        file && bytes ? "cannot be read as a text" : strerror(errno));
    free(bytes);
    if (file)
        (void)fclose(file);
    return text;
}

static json_t *json_of(const char *folder, const char *name, struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    json_error_t where;
    if (!path_of(path, sizeof path, folder, name)) {
        (void)error_set(err, STATUS_BAD_INPUT, "%s: the name is too long", folder);
        return NULL;
    }
    json_t *json = json_load_file(path, 0, &where);
    if (!json && where.line < 0)
        (void)error_set(err, STATUS_BAD_INPUT, "%s: %s", path, strerror(errno));
    else if (!json)
        (void)error_set(err, STATUS_BAD_INPUT, "%s:%d: %s", path, where.line, where.text);
    return json;
}

static bool is_file(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static int wanted(const struct dirent *entry) { return is_file(entry); }

/* Returns the names of the files of the folder, in their order. */
static json_t *files_of(const char *folder)
{
    struct dirent **names = NULL;
    json_t *files = json_array();
    int count = scandir(folder, &names, wanted, alphasort);
    for (int i = 0; i < count; i++) {
        (void)json_array_append_new(files, json_string(names[i]->d_name));
        free(names[i]);
    }
    free(names);
    return files;
}

/* Returns stats.json, if it has the parts that the page reads. */
static json_t *stats_of(const char *folder, struct error *err)
{
    json_t *stats = json_of(folder, "stats.json", err);
    if (!stats)
        return NULL;
    const char *schema = json_string_value(json_object_get(stats, "schema"));
    static const char *const parts[] = {"scenario", "moves", "streams", "frames", "invariants"};
    bool is_whole = json_is_array(json_object_get(stats, "nics")) &&
                    json_is_array(json_object_get(stats, "expect"));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        is_whole &= json_is_object(json_object_get(stats, parts[i]));
    if (schema && strcmp(schema, OUTPUT_SCHEMA_NAME) == 0 && is_whole)
        return stats;
    (void)error_set(err, STATUS_BAD_INPUT, "%s/stats.json: has %s%s, not " OUTPUT_SCHEMA_NAME,
                    folder, schema ? "schema " : "no schema", schema ? schema : "");
    json_decref(stats);
    return NULL;
}

static bool add_texts(json_t *data, const char *folder, struct error *err)
{
    static const struct {
        const char *key, *name;
    } texts[] = {{"moves", "moves.csv"},
                 {"conns", "conns.csv"},
                 {"sets", "cache_sets.csv"},
                 {"series", "series.csv"}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *text = text_of(folder, texts[i].name, err);
        if (!text)
            return false;
        if (i == 0 && json_is_null(text)) {
            (void)error_set(err, STATUS_BAD_INPUT, "%s/moves.csv: is missing", folder);
            return false;
        }
        (void)json_object_set_new(data, texts[i].key, text);
    }
    return true;
}

/* Returns the floors of the phases in ns, for moves to either NIC; JSON null if the folder or the mechanism has none. */
static json_t *floors_of(const char *folder)
{
    struct sim_config *config = move_floor_config(folder);
    json_t *floors = json_array();
    for (unsigned to = 0; config && to < NIC_COUNT; to++) {
        struct move_floor floor;
        if (!move_floor(config, mechanism_table[config->team.mechanism]->name, to, &floor))
            break;
        json_t *phases = json_object();
        for (unsigned i = 0; i < MOVE_FLOOR_PHASES; i++)
            (void)json_object_set_new(phases, move_floor_phase_name(i),
                                      json_real((double)floor.phase_ps[i] / PS_PER_NS));
        (void)json_array_append_new(floors, phases);
    }
    free(config);
    if (json_array_size(floors) == NIC_COUNT)
        return floors;
    json_decref(floors);
    return json_null();
}

json_t *report_run_read(const char *folder, char *title, size_t size, struct error *err)
{
    struct error ignored;
    json_t *stats = stats_of(folder, err);
    if (!stats)
        return NULL;
    json_t *data = json_object();
    (void)json_object_set_new(data, "kind", json_string("run"));
    (void)json_object_set_new(data, "stats", stats);
    json_t *run = json_of(folder, "run.json", &ignored); /* older results have none */
    (void)json_object_set_new(data, "run", run ? run : json_null());
    if (!add_texts(data, folder, err)) {
        json_decref(data);
        return NULL;
    }
    (void)json_object_set_new(data, "files", files_of(folder));
    (void)json_object_set_new(data, "floors", floors_of(folder));
    const char *name =
        json_string_value(json_object_get(json_object_get(stats, "scenario"), "name"));
    (void)snprintf(title, size, "toesim: %s", name ? name : "a run");
    return data;
}
