/* The state that the files of the scenario reader share while one scenario is read. */
#ifndef TOESIM_SIM_SCENARIO_LOADER_H
#define TOESIM_SIM_SCENARIO_LOADER_H

#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_yaml.h"
#include "sim/scenario/value/scenario_value.h"

/* The source of a value: a line of the file, or an option (line 0). */
struct scenario_origin {
    const char *name;
    unsigned line;
};

/* One action while it is read. At the end the actions are put in order, by list and then by position. */
struct scenario_item {
    struct sim_action action;
    unsigned given;     /* keys, as bits (enum action_key) */
    unsigned by_option; /* those of them that an option gave */
    struct scenario_origin origin;
};

struct scenario_loader {
    struct sim_config *config;
    const char *source; /* of the file; null: options only */
    struct scenario_doc doc;
    bool capture_from_file; /* traffic.capture was given in the file, not by an option */
    size_t item_count[ACTION_LIST_COUNT];
    struct scenario_item items[ACTION_LIST_COUNT][SIM_ACTIONS_MAX];
    struct error *err; /* the first error */
    char *messages;    /* of all errors, a line each; null: none. Freed by who ends the loader */
    size_t message_count;
};

/* Records the message `origin:line: path: why` and returns STATUS_BAD_INPUT. Reading continues, so that all errors
 * are reported at once. */
enum status scenario_fail(struct scenario_loader *loader, struct scenario_origin origin,
                          const char *path, const char *why);

/* The same at the line of the key, or else of the nearest section above it that is in the file. */
enum status scenario_fail_at(struct scenario_loader *loader, const char *path, const char *why);

#endif
