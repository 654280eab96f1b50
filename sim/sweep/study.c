/* Reads a study file. The YAML is read as that of a scenario, but a key may be a whole path, such as nics.pcie.gen. */
#include "sim/sweep/study.h"

#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/scenario_yaml.h"
#include "sim/scenario/value/scenario_quantity.h"
#include "sim/schema/output_keys.h"
#include "sim/sweep/sweep_floor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_LIMIT ((uint64_t)INT64_MAX)

struct reader {
    struct study *study;
    struct scenario_doc doc;
    struct error *err;
};

static enum status fail(struct reader *r, unsigned line, const char *path, const char *why)
{
    return error_set(r->err, STATUS_BAD_INPUT, "%s:%u: %s: %s", r->study->source, line, path, why);
}

static enum status out_of_memory(struct reader *r)
{
    return error_set(r->err, STATUS_ENVIRONMENT, "%s: out of memory", r->study->source);
}

/* Returns what follows `prefix` in the path, or null if the path does not begin with it. */
static const char *after(const char *path, const char *prefix)
{
    size_t len = strlen(prefix);
    return strncmp(path, prefix, len) == 0 ? path + len : NULL;
}

/* Reads a whole number up to max. *end is the rest of the text. */
static bool read_number(const char *text, uint64_t max, uint64_t *number, const char **end)
{
    char *rest;
    errno = 0;
    *number = strtoull(text, &rest, 10);
    *end = rest;
    return text[0] >= '0' && text[0] <= '9' && errno == 0 && *number <= max;
}

/* --- axes --- */

static struct study_axis *axis_of(struct study *study, const char *key, size_t len)
{
    for (size_t i = 0; i < study->axis_count; i++)
        if (strncmp(study->axes[i].key, key, len) == 0 && study->axes[i].key[len] == '\0')
            return &study->axes[i];
    return NULL;
}

static enum status begin_axis(struct reader *r, const struct scenario_entry *entry, const char *key,
                              bool zipped)
{
    struct study *study = r->study;
    if (axis_of(study, key, strlen(key)))
        return fail(r, entry->line, entry->path, "is both in axes and in zip; keep one of them");
    if (strcmp(key, "seed") == 0 || strcmp(key, "name") == 0)
        return fail(r, entry->line, entry->path, "cannot be an axis; write seeds: 1..5 for seeds");
    if (study->axis_count == STUDY_AXES_MAX)
        return fail(r, entry->line, entry->path, "is one axis too many; write at most 32");
    char *copy = strdup(key);
    if (!copy)
        return out_of_memory(r);
    study->axes[study->axis_count++] =
        (struct study_axis){.key = copy, .line = entry->line, .zipped = zipped};
    return STATUS_OK;
}

static enum status add_value(struct reader *r, const struct scenario_entry *entry, const char *key)
{
    size_t len = (size_t)(strrchr(key, '[') - key);
    struct study_axis *axis = axis_of(r->study, key, len);
    for (size_t i = 0; axis && i < axis->count; i++)
        if (!axis->zipped && strcmp(axis->values[i], entry->text) == 0)
            return fail(r, entry->line, entry->path, "is there twice; keep one of them");
    if (!axis || strlen(entry->text) >= STUDY_VALUE_MAX)
        return fail(r, entry->line, entry->path, "is no value of an axis; write KEY: [VALUE, ...]");
    char **grown = realloc(axis->values, (axis->count + 1) * sizeof *grown);
    char *copy = strdup(entry->text);
    if (grown)
        axis->values = grown;
    if (!grown || !copy) {
        free(copy);
        return out_of_memory(r);
    }
    axis->values[axis->count++] = copy;
    return STATUS_OK;
}

static enum status read_axes(struct reader *r, const struct scenario_entry *entry, const char *key,
                             bool zipped)
{
    size_t len = strlen(key);
    if (entry->kind == SCENARIO_ENTRY_SECTION)
        return STATUS_OK;
    if (entry->kind == SCENARIO_ENTRY_LIST)
        return begin_axis(r, entry, key, zipped);
    if (len == 0 || key[len - 1] != ']')
        return fail(r, entry->line, entry->path, "is one value; write a list: [VALUE, ...]");
    return add_value(r, entry, key);
}

/* --- seeds and repetitions --- */

static enum status read_seeds(struct reader *r, const struct scenario_entry *entry)
{
    struct study *study = r->study;
    const char *end;
    bool good = entry->kind == SCENARIO_ENTRY_VALUE &&
                read_number(entry->text, SEED_LIMIT, &study->seed_first, &end);
    study->seed_last = study->seed_first;
    if (good && strncmp(end, "..", 2) == 0)
        good = read_number(end + 2, SEED_LIMIT, &study->seed_last, &end);
    study->has_seeds = true;
    if (!good || *end != '\0' || study->seed_last < study->seed_first)
        return fail(r, entry->line, entry->path, "write A..B with A <= B, such as 1..5");
    return STATUS_OK;
}

static const struct scenario_key *number_key(const char *path)
{
    char shared[SCENARIO_NIC_PATH_MAX];
    unsigned nic;
    const struct scenario_key *key =
        scenario_table_find(scenario_nic_split(path, &nic, shared) ? shared : path);
    return key && key->type <= SCENARIO_COUNT && key->rule == SCENARIO_RULE_NONE &&
                   !scenario_key_is_action(key)
               ? key
               : NULL;
}

static enum status read_draw(struct reader *r, const struct scenario_entry *entry, const char *path)
{
    char low[STUDY_VALUE_MAX], why[SCENARIO_WHY_MAX];
    struct study_draw *draw = &r->study->draws[r->study->draw_count];
    const struct scenario_key *key = number_key(path);
    const char *dots = strstr(entry->text, "..");
    if (entry->kind == SCENARIO_ENTRY_SECTION)
        return STATUS_OK;
    if (!key)
        return fail(r, entry->line, entry->path,
                    "is no key that can be drawn; it must be a time, a size, a rate or a count");
    if (r->study->draw_count == STUDY_DRAWS_MAX)
        return fail(r, entry->line, entry->path, "is one draw too many; write at most 8");
    if (!dots || dots - entry->text >= (ptrdiff_t)sizeof low)
        return fail(r, entry->line, entry->path, "write LOW..HIGH, such as 0us..100us");
    (void)snprintf(low, sizeof low, "%.*s", (int)(dots - entry->text), entry->text);
    *draw = (struct study_draw){.type = (int)key->type, .tick = key->tick_ps};
    if (!scenario_quantity_parse(key->type, low, &draw->low, why) ||
        !scenario_quantity_parse(key->type, dots + 2, &draw->high, why))
        return fail(r, entry->line, entry->path, why);
    if (draw->low > draw->high || draw->low < key->min || draw->high > key->max)
        return fail(r, entry->line, entry->path,
                    "is out of range; write LOW..HIGH with LOW <= HIGH (toesim check --keys)");
    draw->key = strdup(path);
    r->study->draw_count += draw->key != NULL;
    return draw->key ? STATUS_OK : out_of_memory(r);
}

static enum status read_repeat(struct reader *r, const struct scenario_entry *entry)
{
    const char *end, *key = after(entry->path, "repeat.draw.");
    if (key)
        return read_draw(r, entry, key);
    if (entry->kind == SCENARIO_ENTRY_SECTION &&
        (strcmp(entry->path, "repeat") == 0 || strcmp(entry->path, "repeat.draw") == 0))
        return STATUS_OK;
    if (strcmp(entry->path, "repeat.count") != 0 || entry->kind != SCENARIO_ENTRY_VALUE)
        return fail(r, entry->line, entry->path, "unknown key; known are: count draw");
    if (read_number(entry->text, UINT32_MAX, &r->study->repeats, &end) && *end == '\0' &&
        r->study->repeats > 0)
        return STATUS_OK;
    return fail(r, entry->line, entry->path, "write a number from 1 to 4294967295");
}

/* --- the other sections --- */

static enum status read_set(struct reader *r, const struct scenario_entry *entry, const char *key)
{
    struct study *study = r->study;
    if (entry->kind == SCENARIO_ENTRY_SECTION)
        return STATUS_OK;
    if (entry->kind == SCENARIO_ENTRY_LIST)
        return fail(r, entry->line, entry->path, "is a list; write one value, or use axes");
    if (study->set_count == STUDY_SETS_MAX || strlen(key) + strlen(entry->text) > STUDY_VALUE_MAX)
        return fail(r, entry->line, entry->path, "is too much; write at most 64 short values");
    if (asprintf(&study->sets[study->set_count], "%s=%s", key, entry->text) < 0)
        return out_of_memory(r);
    study->set_count++;
    return STATUS_OK;
}

static enum status read_report(struct reader *r, const struct scenario_entry *entry)
{
    struct study *study = r->study;
    struct output_key key;
    char why[SCENARIO_WHY_MAX];
    if (entry->kind != SCENARIO_ENTRY_VALUE)
        return STATUS_OK;
    if (!sweep_floor_is_key(entry->text) &&
        (!output_keys_find(entry->text, &key) || key.type == OUTPUT_ANY)) {
        output_keys_suggest(entry->text, why, sizeof why);
        return fail(r, entry->line, entry->path, why);
    }
    for (size_t i = 0; i < study->report_count; i++)
        if (strcmp(study->reports[i], entry->text) == 0)
            return fail(r, entry->line, entry->path, "is there twice; keep one of them");
    if (study->report_count == STUDY_REPORTS_MAX)
        return fail(r, entry->line, entry->path, "is one key too many; write at most 64");
    char *copy = strdup(entry->text);
    if (!copy)
        return out_of_memory(r);
    study->reports[study->report_count++] = copy;
    return STATUS_OK;
}

static enum status copy_text(struct reader *r, const struct scenario_entry *entry, char *to,
                             size_t size, const char *folder, int folder_len)
{
    int len = snprintf(to, size, "%.*s%s", folder_len, folder, entry->text);
    if (entry->kind != SCENARIO_ENTRY_VALUE || entry->text[0] == '\0' || len >= (int)size)
        return fail(r, entry->line, entry->path, "must be one short text");
    return STATUS_OK;
}

static enum status read_entry(struct reader *r, const struct scenario_entry *entry)
{
    struct study *study = r->study;
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *path = entry->path, *key;
    if ((key = after(path, "axes.")) || (key = after(path, "zip.")))
        return read_axes(r, entry, key, path[0] == 'z');
    if ((key = after(path, "set.")))
        return read_set(r, entry, key);
    if (after(path, "repeat"))
        return read_repeat(r, entry);
    if (after(path, "report"))
        return read_report(r, entry);
    if (strcmp(path, "seeds") == 0)
        return read_seeds(r, entry);
    if (strcmp(path, "scenario") == 0) {
        const char *slash = strrchr(study->source, '/');
        int folder = slash && entry->text[0] != '/' ? (int)(slash - study->source) + 1 : 0;
        return copy_text(r, entry, study->scenario, sizeof study->scenario, study->source, folder);
    }
    if (strcmp(path, "name") == 0) {
        if (strspn(entry->text, letters) != strlen(entry->text))
            return fail(r, entry->line, path, "may have letters, digits, '_' and '-' only");
        return copy_text(r, entry, study->name, sizeof study->name, "", 0);
    }
    if (entry->kind == SCENARIO_ENTRY_SECTION &&
        (strcmp(path, "axes") == 0 || strcmp(path, "zip") == 0 || strcmp(path, "set") == 0))
        return STATUS_OK;
    return fail(r, entry->line, path,
                "unknown key; known are: name scenario axes zip set seeds repeat report");
}

/* --- the whole file --- */

static void default_name(struct study *study)
{
    const char *slash = strrchr(study->source, '/');
    const char *from = slash ? slash + 1 : study->source;
    size_t len = strcspn(from, ".");
    (void)snprintf(study->name, sizeof study->name, "%.*s",
                   (int)(len && len < sizeof study->name ? len : 5), len ? from : "study");
}

static enum status check_lengths(struct reader *r)
{
    const struct study *study = r->study;
    const struct study_axis *first = NULL;
    for (size_t i = 0; i < study->axis_count; i++) {
        const struct study_axis *axis = &study->axes[i];
        if (axis->count == 0)
            return fail(r, axis->line, axis->key, "is an empty axis; write at least one value");
        if (axis->zipped && first && axis->count != first->count)
            return fail(r, axis->line, axis->key,
                        "is zipped with a list of another length; write as many values");
        if (axis->zipped)
            first = axis;
    }
    if (study->scenario[0] == '\0')
        return fail(r, 1, "scenario", "missing; write the scenario file to run");
    if (study->report_count == 0)
        return fail(r, 1, "report", "missing; write the keys of stats.json to compare");
    return STATUS_OK;
}

/* Tries each value of each axis as a setting of the scenario. */
static enum status check_values(struct reader *r)
{
    const struct study *study = r->study;
    for (size_t i = 0; i < study->axis_count; i++)
        for (size_t v = 0; v < study->axes[i].count; v++) {
            const struct study_axis *axis = &study->axes[i];
            char origin[SIM_PATH_MAX + 16], text[2 * SIM_PATH_MAX];
            (void)snprintf(origin, sizeof origin, "%s:%u", study->source, axis->line);
            (void)snprintf(text, sizeof text, "%s=%s", axis->key, axis->values[v]);
            struct scenario_set set = {text, origin};
            if (scenario_check_sets(study->scenario, &set, 1, r->err) != STATUS_OK)
                return r->err->status;
        }
    struct scenario_set sets[STUDY_SETS_MAX];
    for (size_t i = 0; i < study->set_count; i++)
        sets[i] = (struct scenario_set){study->sets[i], study->source};
    return scenario_check_sets(study->scenario, sets, study->set_count, r->err);
}

static void add_text(struct sha256 *hash, const char *text)
{
    sha256_add(hash, text,
               strlen(text) + 1); /* with its end, so that "ab" "c" differs from "a" "bc" */
}

static void hash_study(struct study *study)
{
    struct sha256 hash;
    char text[128];
    sha256_init(&hash);
    add_text(&hash, study->scenario);
    for (size_t i = 0; i < study->axis_count; i++) {
        add_text(&hash, study->axes[i].zipped ? "zip" : "axis");
        add_text(&hash, study->axes[i].key);
        for (size_t v = 0; v < study->axes[i].count; v++)
            add_text(&hash, study->axes[i].values[v]);
    }
    for (size_t i = 0; i < study->set_count; i++)
        add_text(&hash, study->sets[i]);
    for (size_t i = 0; i < study->draw_count; i++) {
        (void)snprintf(text, sizeof text, "%" PRIu64 "..%" PRIu64, study->draws[i].low,
                       study->draws[i].high);
        add_text(&hash, study->draws[i].key);
        add_text(&hash, text);
    }
    for (size_t i = 0; i < study->report_count; i++)
        add_text(&hash, study->reports[i]);
    (void)snprintf(text, sizeof text, "%d %" PRIu64 " %" PRIu64 " %" PRIu64, study->has_seeds,
                   study->seed_first, study->seed_last, study->repeats);
    add_text(&hash, text);
    sha256_end(&hash, study->hash);
}

static enum status read_document(struct reader *r)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < r->doc.count && status == STATUS_OK; i++)
        status = read_entry(r, &r->doc.entries[i]);
    if (status == STATUS_OK)
        status = check_lengths(r);
    return status == STATUS_OK ? check_values(r) : status;
}

enum status study_read(const char *path, struct study *study, struct error *err)
{
    struct reader r = {.study = study, .err = err};
    size_t len = 0;
    *study = (struct study){.repeats = 1};
    if (strlen(path) >= sizeof study->source)
        return error_set(err, STATUS_BAD_INPUT, "%.100s: the path is too long", path);
    (void)snprintf(study->source, sizeof study->source, "%s", path);
    char *text = scenario_read_file(path, &len, err);
    if (!text)
        return err->status;
    enum status status = scenario_yaml_read_paths(text, len, path, &r.doc, err);
    free(text);
    if (status == STATUS_OK)
        status = read_document(&r);
    scenario_yaml_free(&r.doc);
    if (status != STATUS_OK) {
        study_free(study);
        return status;
    }
    if (study->name[0] == '\0')
        default_name(study);
    hash_study(study);
    return STATUS_OK;
}

void study_free(struct study *study)
{
    for (size_t i = 0; i < study->axis_count; i++) {
        for (size_t v = 0; v < study->axes[i].count; v++)
            free(study->axes[i].values[v]);
        free(study->axes[i].values);
        free(study->axes[i].key);
    }
    for (size_t i = 0; i < study->set_count; i++)
        free(study->sets[i]);
    for (size_t i = 0; i < study->draw_count; i++)
        free(study->draws[i].key);
    for (size_t i = 0; i < study->report_count; i++)
        free(study->reports[i]);
    *study = (struct study){0};
}
