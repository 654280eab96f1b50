#include "sim/scenario/scenario.h"

#include "sim/action/action_table.h"
#include "sim/results/expect.h"
#include "sim/scenario/scenario_default.h"
#include "sim/scenario/scenario_finish.h"
#include "sim/scenario/scenario_loader.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/scenario_suggest.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Only values of a file have a line. */
static uint8_t kind_of(struct scenario_origin origin)
{
    return origin.line > 0 ? SIM_ORIGIN_FILE : SIM_ORIGIN_OPTION;
}

static enum status worse(enum status a, enum status b) { return a > b ? a : b; }

/* Turns "faults[3].at" into "faults[].at" and 3. Returns false if the text is not a path or has
 * two indices. */
static bool split_index(const char *path, char *general, size_t size, size_t *index)
{
    size_t out = 0;
    bool seen = false;
    *index = 0;
    while (*path && out + 1 < size) {
        general[out++] = *path;
        if (*path++ != '[')
            continue;
        size_t digits = strspn(path, "0123456789");
        if (seen || digits == 0 || digits > 4 || path[digits] != ']')
            return false;
        seen = true;
        *index = strtoul(path, NULL, 10);
        path += digits;
    }
    general[out] = '\0';
    return *path == '\0';
}

/* Returns what the table has at the path: 'v' for a value, '.' for a section, '[' for a list, or
 * 0 for nothing. */
static char shape_at(const char *general)
{
    char shared[SCENARIO_NIC_PATH_MAX];
    unsigned nic;
    bool of_nic = scenario_nic_split(general, &nic, shared);
    if (of_nic)
        general = shared;
    size_t len = strlen(general);
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const char *key = scenario_keys()[i].path;
        if (of_nic && !scenario_key_is_of_nic(&scenario_keys()[i]))
            continue;
        if (strncmp(key, general, len) == 0 &&
            (key[len] == '\0' || key[len] == '.' || key[len] == '['))
            return key[len] ? key[len] : 'v';
    }
    return 0;
}

static const char *shape_name(char shape)
{
    switch (shape) {
    case 'v':
        return "one value";
    case '[':
        return "a list of lines that begin with '-'";
    default:
        return "a section of `key: value` lines";
    }
}

static enum status fail_shape(struct scenario_loader *loader, struct scenario_origin origin,
                              const char *path, const char *general, char given)
{
    char why[SCENARIO_WHY_MAX];
    char right = shape_at(general);
    if (right == 0)
        scenario_suggest(general, why);
    else
        (void)snprintf(why, sizeof why, "is %s, but must be %s", shape_name(given),
                       shape_name(right));
    return scenario_fail(loader, origin, path, why);
}

/* --- list items --- */

static struct scenario_item *item_at(struct scenario_loader *loader, enum action_list list,
                                     size_t index, struct scenario_origin origin)
{
    size_t *count = &loader->item_count[list];
    bool is_full = loader->item_count[0] + loader->item_count[1] == SIM_ACTIONS_MAX;
    if (index > *count || (index == *count && is_full))
        return NULL;
    struct scenario_item *item = &loader->items[list][index];
    if (index == *count) {
        ++*count;
        *item = (struct scenario_item){.origin = origin};
    }
    return item;
}

static enum status apply_action(struct scenario_loader *loader, const struct scenario_key *key,
                                size_t index, struct scenario_origin origin, const char *path,
                                const char *text)
{
    char why[SCENARIO_WHY_MAX];
    enum action_list list = key->path[0] == 's' ? ACTION_LIST_REHASH : ACTION_LIST_FAULTS;
    struct scenario_item *item = item_at(loader, list, index, origin);
    if (!item)
        return scenario_fail(loader, origin, path,
                             "no such item; items are numbered from 0, at most 256 in all");
    if (!scenario_value_parse(key, text, &item->action, why))
        return scenario_fail(loader, origin, path, why);
    item->given |= action_key_bit(strrchr(key->path, '.') + 1);
    if (origin.line == 0)
        item->by_option |= action_key_bit(strrchr(key->path, '.') + 1);
    return STATUS_OK;
}

static enum status apply_expect(struct scenario_loader *loader, size_t index,
                                struct scenario_origin origin, const char *path, const char *text)
{
    struct sim_config *config = loader->config;
    char why[SCENARIO_WHY_MAX];
    if (index > config->expect_count || index >= SIM_EXPECTS_MAX)
        return scenario_fail(loader, origin, path, "at most 64 expectations, numbered from 0");
    if (strlen(text) >= SIM_EXPECT_TEXT_MAX)
        return scenario_fail(loader, origin, path, "too long; write at most 199 characters");
    if (!expect_check(text, why, sizeof why))
        return scenario_fail(loader, origin, path, why);
    memset(config->expects[index], 0, sizeof config->expects[index]);
    memcpy(config->expects[index], text, strlen(text));
    config->origins.expect[index] = kind_of(origin);
    if (index == config->expect_count)
        config->expect_count++;
    return STATUS_OK;
}

/* --- one value --- */

static enum status apply_to_nic(struct scenario_loader *loader, struct scenario_origin origin,
                                const char *path, const struct scenario_key *key, unsigned nic,
                                const char *text)
{
    char why[SCENARIO_WHY_MAX], own_path[SCENARIO_NIC_PATH_MAX];
    struct sim_config *config = loader->config;
    if (!key)
        return fail_shape(loader, origin, path, path, 'v');
    if (!scenario_key_is_of_nic(key)) {
        (void)snprintf(why, sizeof why, "both NICs have the same value; write %s", key->path);
        return scenario_fail(loader, origin, path, why);
    }
    struct scenario_key own = scenario_nic_key(key, nic, own_path);
    if (!scenario_value_parse(&own, text, config, why))
        return scenario_fail(loader, origin, path, why);
    config->origins.nic[nic][key - scenario_keys()] = kind_of(origin);
    return STATUS_OK;
}

static enum status apply_value(struct scenario_loader *loader, struct scenario_origin origin,
                               const char *path, const char *text)
{
    char general[SCENARIO_STEPS_MAX], why[SCENARIO_WHY_MAX];
    size_t index;
    if (!split_index(path, general, sizeof general, &index))
        return scenario_fail(loader, origin, path, "is no key; write for example faults[0].at");
    char shared[SCENARIO_NIC_PATH_MAX];
    unsigned nic;
    if (scenario_nic_split(general, &nic, shared))
        return apply_to_nic(loader, origin, path, scenario_table_find(shared), nic, text);
    const struct scenario_key *key = scenario_table_find(general);
    if (!key)
        return fail_shape(loader, origin, path, general, 'v');
    if (key->type == SCENARIO_EXPECT)
        return apply_expect(loader, index, origin, path, text);
    if (scenario_key_is_action(key))
        return apply_action(loader, key, index, origin, path, text);
    if (key->type == SCENARIO_PATH)
        loader->capture_from_file = origin.line > 0;
    if (!scenario_value_parse(key, text, loader->config, why))
        return scenario_fail(loader, origin, path, why);
    loader->config->origins.key[key - scenario_keys()] = kind_of(origin);
    return STATUS_OK;
}

static enum status apply_entry(struct scenario_loader *loader, const struct scenario_entry *entry)
{
    struct scenario_origin origin = {loader->source, entry->line};
    char general[SCENARIO_STEPS_MAX];
    size_t index;
    bool is_path = split_index(entry->path, general, sizeof general, &index);
    char shape = is_path ? shape_at(general) : 0;
    if (entry->kind == SCENARIO_ENTRY_VALUE) {
        /* A key without a value, such as `faults:`, is an empty section or list. */
        if (!entry->quoted && entry->text[0] == '\0' && (shape == '.' || shape == '['))
            return STATUS_OK;
        return apply_value(loader, origin, entry->path, entry->text);
    }
    char given = entry->kind == SCENARIO_ENTRY_LIST ? '[' : '.';
    return shape == given ? STATUS_OK : fail_shape(loader, origin, entry->path, general, given);
}

static enum status apply_set(struct scenario_loader *loader, const struct scenario_set *set)
{
    char path[SCENARIO_STEPS_MAX];
    struct scenario_origin origin = {set->origin, 0};
    const char *equals = strchr(set->assignment, '=');
    size_t len = equals ? (size_t)(equals - set->assignment) : 0;
    if (len == 0 || len >= sizeof path)
        return scenario_fail(loader, origin, set->assignment, "is wrong; write KEY=VALUE");
    memcpy(path, set->assignment, len);
    path[len] = '\0';
    return apply_value(loader, origin, path, equals + 1);
}

static enum status apply_all(struct scenario_loader *loader, const struct scenario_set *sets,
                             size_t set_count)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < loader->doc.count; i++)
        status = worse(status, apply_entry(loader, &loader->doc.entries[i]));
    for (size_t i = 0; i < set_count; i++)
        status = worse(status, apply_set(loader, &sets[i]));
    return status;
}

/* --- whole scenarios --- */

/* Adds to the message how many other errors there are, if there is space for it. */
static void count_others(const struct scenario_loader *loader)
{
    size_t used = strlen(loader->err->text);
    if (loader->message_count > 1)
        (void)snprintf(loader->err->text + used, sizeof loader->err->text - used,
                       " (and %zu more; toesim check FILE lists all)", loader->message_count - 1);
}

/* Loads a scenario. *messages gets all error messages, one in a line, and the caller frees the
 * text. If messages is null, only the first message is reported, in err. */
static enum status load_text(const char *text, size_t len, const char *source,
                             const struct scenario_set *sets, size_t set_count,
                             bool look_for_capture, struct sim_config *config, char **messages,
                             struct error *err)
{
    struct scenario_loader *loader = calloc(1, sizeof *loader);
    if (!loader)
        return error_set(err, STATUS_ENVIRONMENT, "out of memory");
    loader->config = config;
    loader->source = source;
    loader->err = err;
    sim_config_default(config);
    enum status status = STATUS_OK;
    if (text)
        status = scenario_yaml_read(text, len, source, &loader->doc, err);
    if (status == STATUS_OK)
        status = apply_all(loader, sets, set_count);
    if (status == STATUS_OK)
        status = scenario_finish(loader, look_for_capture);
    scenario_yaml_free(&loader->doc);
    if (messages)
        *messages = loader->messages;
    else
        free(loader->messages);
    if (!messages)
        count_others(loader);
    free(loader);
    return status;
}

enum status scenario_parse(const char *text, size_t len, const char *source,
                           const struct scenario_set *sets, size_t set_count,
                           struct sim_config *config, struct error *err)
{
    assert(text && source);
    return load_text(text, len, source, sets, set_count, false, config, NULL, err);
}

enum status scenario_from_sets(const struct scenario_set *sets, size_t set_count,
                               struct sim_config *config, struct error *err)
{
    return load_text(NULL, 0, NULL, sets, set_count, true, config, NULL, err);
}

/* At most one byte more than allowed is read, so that the reader notices a file that is too large. */
char *scenario_read_file(const char *path, size_t *len, struct error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        (void)error_set(err, STATUS_BAD_INPUT, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = malloc(SCENARIO_FILE_BYTES_MAX + 1);
    if (!text) {
        (void)error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
    } else {
        *len = fread(text, 1, SCENARIO_FILE_BYTES_MAX + 1, file);
        if (ferror(file)) {
            (void)error_set(err, STATUS_BAD_INPUT, "%s: %s", path, strerror(errno));
            free(text);
            text = NULL;
        }
    }
    (void)fclose(file);
    return text;
}

enum status scenario_load_all(const char *path, struct sim_config *config, char **messages,
                              struct error *err)
{
    size_t len = 0;
    char *text = scenario_read_file(path, &len, err);
    *messages = NULL;
    if (!text)
        return err->status;
    enum status status = load_text(text, len, path, NULL, 0, true, config, messages, err);
    free(text);
    return status;
}

enum status scenario_load(const char *path, const struct scenario_set *sets, size_t set_count,
                          struct sim_config *config, struct error *err)
{
    size_t len = 0;
    char *text = scenario_read_file(path, &len, err);
    if (!text)
        return err->status;
    enum status status = load_text(text, len, path, sets, set_count, true, config, NULL, err);
    free(text);
    return status;
}

enum status scenario_check_sets(const char *path, const struct scenario_set *sets, size_t set_count,
                                struct error *err)
{
    static struct sim_config scratch;
    size_t len = 0;
    char *text = scenario_read_file(path, &len, err);
    struct scenario_loader *loader = text ? calloc(1, sizeof *loader) : NULL;
    enum status status =
        text && !loader ? error_set(err, STATUS_ENVIRONMENT, "out of memory") : err->status;
    if (loader) {
        *loader = (struct scenario_loader){.config = &scratch, .source = path, .err = err};
        sim_config_default(&scratch);
        status = scenario_yaml_read(text, len, path, &loader->doc, err);
        if (status == STATUS_OK)
            status = apply_all(loader, sets, set_count);
        scenario_yaml_free(&loader->doc);
        free(loader->messages);
    }
    free(loader);
    free(text);
    return status;
}
