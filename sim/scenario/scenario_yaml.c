/*
 * Reads the events of libyaml with an explicit stack. Only the parts of YAML that a scenario
 * needs are accepted, which are mappings, lists and scalars. Anchors, aliases, tags and a second
 * document are refused.
 */
#include "sim/scenario/scenario_yaml.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { PATH_KEY_MAX = 96 };

struct level {
    bool is_list;
    bool has_key;      /* mapping: a key was read, and its value follows */
    unsigned key_line; /* mapping: the line of that key */
    unsigned index;    /* list: the index of the next item */
    size_t path_len;   /* the length of the path without the key or index of this level */
};

struct reader {
    yaml_parser_t parser;
    const char *source;
    struct scenario_doc *doc;
    struct error *err;
    struct level levels[SCENARIO_DEPTH_MAX];
    size_t depth;
    bool takes_paths; /* keys may have several steps */
    char path[SCENARIO_STEPS_MAX];
};

static unsigned line_of(const yaml_event_t *event) { return (unsigned)event->start_mark.line + 1; }

static enum status fail(struct reader *r, const yaml_event_t *event, const char *what)
{
    return error_set(r->err, STATUS_BAD_INPUT, "%s:%u: %s%s%s", r->source, line_of(event), r->path,
                     r->path[0] ? ": " : "", what);
}

static const struct scenario_entry *find(const struct scenario_doc *doc, const char *path)
{
    for (size_t i = 0; i < doc->count; i++)
        if (strcmp(doc->entries[i].path, path) == 0)
            return &doc->entries[i];
    return NULL;
}

static enum status out_of_memory(struct reader *r)
{
    return error_set(r->err, STATUS_ENVIRONMENT, "%s: out of memory", r->source);
}

static enum status add_entry(struct reader *r, const yaml_event_t *event,
                             enum scenario_entry_kind kind, const char *text, bool quoted)
{
    struct scenario_doc *doc = r->doc;
    if (doc->count == SCENARIO_ENTRIES_MAX)
        return fail(r, event, "the file has more than 4096 entries");
    if (doc->count == doc->capacity) {
        size_t capacity = doc->capacity ? 2 * doc->capacity : 64;
        struct scenario_entry *grown = realloc(doc->entries, capacity * sizeof *grown);
        if (!grown)
            return out_of_memory(r);
        doc->entries = grown;
        doc->capacity = capacity;
    }
    /* A value may begin some lines after its key. The user should look at the line of the key. */
    const struct level *level = &r->levels[r->depth - 1];
    unsigned line = level->is_list ? line_of(event) : level->key_line;
    char *path_copy = strdup(r->path), *text_copy = strdup(text);
    if (!path_copy || !text_copy) {
        free(path_copy);
        free(text_copy);
        return out_of_memory(r);
    }
    doc->entries[doc->count++] = (struct scenario_entry){kind, line, path_copy, text_copy, quoted};
    return STATUS_OK;
}

/* --- the path --- */

/* Called before each value. In a list the index becomes the last component of the path. */
static void begin_value(struct reader *r)
{
    if (r->depth == 0)
        return;
    struct level *level = &r->levels[r->depth - 1];
    if (level->is_list)
        (void)snprintf(r->path + level->path_len, sizeof r->path - level->path_len, "[%u]",
                       level->index++);
}

/* Called after each value, when the path is that of the container again. */
static void end_value(struct reader *r)
{
    if (r->depth == 0)
        return;
    struct level *level = &r->levels[r->depth - 1];
    level->has_key = false;
    r->path[level->path_len] = '\0';
}

static enum status read_key(struct reader *r, const yaml_event_t *event)
{
    static const char letters[] =
        ".[]abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *allowed = r->takes_paths ? letters : letters + strlen(".[]");
    size_t most = r->takes_paths ? PATH_KEY_MAX : SCENARIO_KEY_MAX;
    struct level *level = &r->levels[r->depth - 1];
    const char *key = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    if (len == 0 || len > most || strspn(key, allowed) != len) {
        char what[96];
        (void)snprintf(what, sizeof what, "'%.40s' is no key; keys are 1 to %zu of a-z 0-9 _%s",
                       key, most, r->takes_paths ? " . [ ]" : "");
        return fail(r, event, what);
    }
    if (level->path_len + len + 16 >= sizeof r->path)
        return fail(r, event, "the path of a key here is too long");
    (void)snprintf(r->path + level->path_len, sizeof r->path - level->path_len, "%s%s",
                   level->path_len ? "." : "", key);
    const struct scenario_entry *earlier = find(r->doc, r->path);
    if (earlier) {
        char what[96];
        (void)snprintf(what, sizeof what, "given twice; first on line %u: keep one of them",
                       earlier->line);
        return fail(r, event, what);
    }
    level->has_key = true;
    level->key_line = line_of(event);
    return STATUS_OK;
}

/* --- events --- */

static enum status on_start(struct reader *r, const yaml_event_t *event, bool is_list)
{
    if (r->depth > 0 && !r->levels[r->depth - 1].is_list && !r->levels[r->depth - 1].has_key)
        return fail(r, event, "a key must be a word, not a list or a section");
    if (r->depth == 0 && is_list)
        return fail(r, event, "the file must be a mapping of sections, not a list");
    if (r->depth == SCENARIO_DEPTH_MAX)
        return fail(r, event, "nested too deeply");
    begin_value(r);
    if (r->depth > 0) {
        enum status status =
            add_entry(r, event, is_list ? SCENARIO_ENTRY_LIST : SCENARIO_ENTRY_SECTION, "", false);
        if (status != STATUS_OK)
            return status;
    }
    r->levels[r->depth++] = (struct level){.is_list = is_list, .path_len = strlen(r->path)};
    return STATUS_OK;
}

static enum status on_scalar(struct reader *r, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    bool quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (strlen(text) != event->data.scalar.length)
        return fail(r, event, "contains a zero byte");
    if (r->depth == 0)
        return text[0] || quoted ? fail(r, event, "the file must be a mapping of sections")
                                 : STATUS_OK;
    struct level *level = &r->levels[r->depth - 1];
    if (!level->is_list && !level->has_key)
        return read_key(r, event);
    begin_value(r);
    enum status status = add_entry(r, event, SCENARIO_ENTRY_VALUE, text, quoted);
    end_value(r);
    return status;
}

static enum status check_plain(struct reader *r, const yaml_event_t *event,
                               const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        return fail(r, event, "anchors are not supported; write the value out");
    if (tag)
        return fail(r, event, "tags are not supported; write the value without");
    return STATUS_OK;
}

static enum status on_event(struct reader *r, const yaml_event_t *event, unsigned *documents)
{
    enum status status;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return ++*documents > 1 ? fail(r, event, "a second document; one file is one scenario")
                                : STATUS_OK;
    case YAML_ALIAS_EVENT:
        return fail(r, event, "aliases are not supported; write the value out");
    case YAML_SCALAR_EVENT:
        status = check_plain(r, event, event->data.scalar.anchor, event->data.scalar.tag);
        return status == STATUS_OK ? on_scalar(r, event) : status;
    case YAML_SEQUENCE_START_EVENT:
        status = check_plain(r, event, event->data.sequence_start.anchor,
                             event->data.sequence_start.tag);
        return status == STATUS_OK ? on_start(r, event, true) : status;
    case YAML_MAPPING_START_EVENT:
        status =
            check_plain(r, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        return status == STATUS_OK ? on_start(r, event, false) : status;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        end_value(r);
        return STATUS_OK;
    default:
        return STATUS_OK;
    }
}

static enum status fail_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return out_of_memory(r);
    return error_set(r->err, STATUS_BAD_INPUT, "%s:%zu: not YAML: %s%s%s", r->source,
                     p->problem_mark.line + 1, p->problem ? p->problem : "cannot be read",
                     p->context ? " " : "", p->context ? p->context : "");
}

static enum status read_events(struct reader *r)
{
    unsigned documents = 0;
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return fail_syntax(r);
        bool is_end = event.type == YAML_STREAM_END_EVENT;
        enum status status = on_event(r, &event, &documents);
        yaml_event_delete(&event);
        if (status != STATUS_OK || is_end)
            return status;
    }
}

static enum status read_text(const char *text, size_t len, const char *source, bool takes_paths,
                             struct scenario_doc *doc, struct error *err)
{
    struct reader r = {.source = source, .takes_paths = takes_paths, .doc = doc, .err = err};
    *doc = (struct scenario_doc){0};
    if (len > SCENARIO_FILE_BYTES_MAX)
        return error_set(err, STATUS_BAD_INPUT, "%s: larger than 1 MiB: not a scenario", source);
    /* A byte-order mark does not belong to the content (YAML 1.2, 5.2). */
    static const char mark[] = "\xef\xbb\xbf";
    size_t skip =
        len >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
    if (!yaml_parser_initialize(&r.parser))
        return out_of_memory(&r);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text + skip, len - skip);
    enum status status = read_events(&r);
    yaml_parser_delete(&r.parser);
    if (status != STATUS_OK)
        scenario_yaml_free(doc);
    return status;
}

enum status scenario_yaml_read(const char *text, size_t len, const char *source,
                               struct scenario_doc *doc, struct error *err)
{
    return read_text(text, len, source, false, doc, err);
}

enum status scenario_yaml_read_paths(const char *text, size_t len, const char *source,
                                     struct scenario_doc *doc, struct error *err)
{
    return read_text(text, len, source, true, doc, err);
}

void scenario_yaml_free(struct scenario_doc *doc)
{
    for (size_t i = 0; i < doc->count; i++) {
        free(doc->entries[i].path);
        free(doc->entries[i].text);
    }
    free(doc->entries);
    *doc = (struct scenario_doc){0};
}

unsigned scenario_yaml_line(const struct scenario_doc *doc, const char *path)
{
    const struct scenario_entry *entry = find(doc, path);
    return entry ? entry->line : 0;
}
