/* A scenario file as a flat list: path, text and line of every value, in file order. */
#ifndef TOESIM_SIM_SCENARIO_YAML_H
#define TOESIM_SIM_SCENARIO_YAML_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SCENARIO_FILE_BYTES_MAX = 1 << 20,
    SCENARIO_DEPTH_MAX = 6,
    SCENARIO_ENTRIES_MAX = 4096,
    SCENARIO_KEY_MAX = 40,   /* one step of a path */
    SCENARIO_STEPS_MAX = 320 /* SCENARIO_DEPTH_MAX steps with their dots and indices */
};

enum scenario_entry_kind { SCENARIO_ENTRY_VALUE, SCENARIO_ENTRY_SECTION, SCENARIO_ENTRY_LIST };

struct scenario_entry {
    enum scenario_entry_kind kind;
    unsigned line;
    char *path; /* "switch.rehash[0].at" */
    char *text; /* of a value; "" otherwise */
    bool quoted;
};

struct scenario_doc {
    size_t count, capacity;
    struct scenario_entry *entries;
};

/* source: name of the text in messages. On failure doc is empty. */
enum status scenario_yaml_read(const char *text, size_t len, const char *source,
                               struct scenario_doc *doc, struct error *err);

/* The same for a file whose keys may be paths of keys, such as `nics.pcie.gen: 3` or `faults[0].at: 1ms`. The path of an
 * entry does not tell how many of its steps one key of the file had. */
enum status scenario_yaml_read_paths(const char *text, size_t len, const char *source,
                                     struct scenario_doc *doc, struct error *err);
void scenario_yaml_free(struct scenario_doc *doc);

/* Line of the entry with this path; 0: not in the document. */
unsigned scenario_yaml_line(const struct scenario_doc *doc, const char *path);

#endif
