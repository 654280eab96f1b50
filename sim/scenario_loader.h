/* What the files of the scenario reader share while one scenario is read. */
#ifndef TOESIM_SIM_SCENARIO_LOADER_H
#define TOESIM_SIM_SCENARIO_LOADER_H

#include "sim/scenario.h"
#include "sim/scenario_table.h"
#include "sim/scenario_value.h"
#include "sim/scenario_yaml.h"

enum scenario_list { SCENARIO_LIST_REHASH, SCENARIO_LIST_FAULTS, SCENARIO_LIST_COUNT };

/* Which keys of an action were given. */
enum {
    SCENARIO_GIVEN_AT = 1 << 0,
    SCENARIO_GIVEN_ACTION = 1 << 1,
    SCENARIO_GIVEN_NIC = 1 << 2,
    SCENARIO_GIVEN_CONNECTION = 1 << 3,
    SCENARIO_GIVEN_COUNT = 1 << 4,
    SCENARIO_GIVEN_ARRAY = 1 << 5, /* these three: only of context errors */
    SCENARIO_GIVEN_LINE = 1 << 6,
    SCENARIO_GIVEN_BIT = 1 << 7,
    SCENARIO_GIVEN_LINK = 1 << 8, /* from here on: only of line faults */
    SCENARIO_GIVEN_RATE = 1 << 9,
    SCENARIO_GIVEN_FRAMES = 1 << 10,
    SCENARIO_GIVEN_BEHIND = 1 << 11,
    SCENARIO_GIVEN_DELAY = 1 << 12,
    SCENARIO_GIVEN_JITTER = 1 << 13,
    SCENARIO_GIVEN_OF_LINE = 1 << 14 /* another one */
};

/* Where a value comes from: a line of the file, or an option (line 0). */
struct scenario_origin {
    const char *name;
    unsigned line;
};

/* One action while it is read; they are put in order (list, then place) at the end. */
struct scenario_item {
    struct sim_action action;
    unsigned given;
    struct scenario_origin origin;
};

struct scenario_loader {
    struct sim_config *config;
    const char *source; /* of the file; null: options only */
    struct scenario_doc doc;
    bool capture_from_file; /* traffic.capture was given in the file, not by an option */
    size_t item_count[SCENARIO_LIST_COUNT];
    struct scenario_item items[SCENARIO_LIST_COUNT][SIM_ACTIONS_MAX];
    struct error *err; /* the first error */
    char *messages;    /* of all errors, a line each; null: none. Freed by who ends the loader */
    size_t message_count;
};

/* Notes the message `origin:line: path: why` and goes on, so that all errors are told at once; returns
 * STATUS_BAD_INPUT. */
enum status scenario_fail(struct scenario_loader *loader, struct scenario_origin origin,
                          const char *path, const char *why);

/* why for an unknown key: the nearest known one, or the keys of its section. */
void scenario_suggest(const char *path, char why[SCENARIO_WHY_MAX]);

/* What one key cannot know: keys that need each other, derived fields, the capture's path. */
enum status scenario_finish(struct scenario_loader *loader, bool look_for_capture);

#endif
