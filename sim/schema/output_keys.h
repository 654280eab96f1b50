/*
 * The one table of the keys of stats.json: name, unit, meaning. `toesim check --outputs`, the JSON
 * Schema of stats.json and the check of expectations come from it; a test compares it with real runs.
 */
#ifndef TOESIM_SIM_OUTPUT_KEYS_H
#define TOESIM_SIM_OUTPUT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The value of the key `schema`. The number grows when a key changes its meaning (docs/results.md). */
#define OUTPUT_SCHEMA_NAME "toesim.stats/2"

enum output_type { OUTPUT_INTEGER, OUTPUT_BOOLEAN, OUTPUT_STRING, OUTPUT_ANY };
/* OUTPUT_ALWAYS: in each stats.json. OUTPUT_SOMETIMES: only where the run has it. OUTPUT_LATE: not
 * there yet when expectations are evaluated, so none can name it. */
enum output_presence { OUTPUT_ALWAYS, OUTPUT_SOMETIMES, OUTPUT_LATE };

enum { OUTPUT_PATH_MAX = 96, OUTPUT_MEANING_MAX = 200 };

/* path: names joined by '.', "[]" behind a list. unit: "ps", "ns" and the like for times, else what
 * is counted; "" for text and truth values. */
struct output_key {
    char path[OUTPUT_PATH_MAX];
    enum output_type type;
    enum output_presence presence;
    const char *unit;
    char meaning[OUTPUT_MEANING_MAX];
};

/* One row of the table as it is written (output_table.c). A path may hold up to two names of sets in
 * angle brackets, such as drops.<drop>: the row stands for each member of the set. */
struct output_row {
    const char *path;
    enum output_type type;
    enum output_presence presence;
    const char *unit;
    const char *meaning;
};
extern const struct output_row output_rows[];
extern const size_t output_row_count;

/* Calls `fn` for every key in the order of stats.json. The key is valid during the call only. */
void output_keys_each(void (*visit)(void *self, const struct output_key *key), void *self);

/* The key of a path such as nics[1].mac.rx_frames, with a number in each list. False: there is none,
 * or a number is beyond the list's end. */
bool output_keys_find(const char *path, struct output_key *key);

/* Picoseconds of one unit of the key; 0: it is no time. */
uint64_t output_key_tick_ps(const struct output_key *key);

/* Why path is no key that an expectation can name, and the nearest one. Static size: why_size. */
void output_keys_suggest(const char *path, char *why, size_t why_size);

/* All keys as a Markdown table. False when writing failed. */
bool output_keys_write(FILE *file);

#ifdef __cplusplus
}
#endif

#endif
