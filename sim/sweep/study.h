/*
 * A study: one scenario, run with many values of some keys. The file has these sections (docs/study.md):
 *
 *     scenario: ../000-default.yaml       # relative to the study's folder
 *     axes: {nics.pcie.gen: [1, 2, 3], nics.pcie.lanes: [4, 8]}   # every combination
 *     zip: {team.idle: [1ms, 2ms], team.scan_period: [100us, 200us]}   # the first values together, and so on
 *     set: {measure.waves: none}          # the same in every run
 *     seeds: 1..5
 *     repeat: {count: 20, draw: {traffic.start: 0us..100us}}
 *     report: [moves.latency_ns.p50]
 */
#ifndef TOESIM_SIM_STUDY_H
#define TOESIM_SIM_STUDY_H

#include "models/base/status.h"
#include "sim/run/sha256.h"
#include "sim/scenario/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STUDY_AXES_MAX = 32,
    STUDY_SETS_MAX = 64,
    STUDY_DRAWS_MAX = 8,
    STUDY_REPORTS_MAX = 64,
    STUDY_VALUE_MAX = 256
};

/* A key with the values that it has in turn. All axes with `zipped` take their next value at the same time. */
struct study_axis {
    char *key;
    char **values;
    size_t count;
    unsigned line;
    bool zipped;
};

/* A key whose value is drawn anew for each repetition, from low to high, in steps that the key can hold. */
struct study_draw {
    char *key;
    int type; /* enum scenario_type */
    uint64_t low, high, tick;
};

struct study {
    char name[SIM_NAME_MAX];
    char source[SIM_PATH_MAX];   /* the study's file, for messages */
    char scenario[SIM_PATH_MAX]; /* relative to the current folder */
    size_t axis_count, set_count, draw_count, report_count;
    struct study_axis axes
        [STUDY_AXES_MAX]; /* in the order of the file; those of `zip` may stand between others */
    char *sets[STUDY_SETS_MAX]; /* "key=value" */
    struct study_draw draws[STUDY_DRAWS_MAX];
    char *reports[STUDY_REPORTS_MAX]; /* keys of stats.json */
    bool has_seeds;                   /* else the scenario's own seed is used */
    uint64_t seed_first, seed_last;
    uint64_t repeats;
    char hash[SHA256_TEXT_MAX]; /* of all the above except name and source */
};

/* Reads a study, and checks that its scenario can be read and knows the keys and values. Returns STATUS_BAD_INPUT with
 * a message that names file, line and key. study_free() must be called after success. */
enum status study_read(const char *path, struct study *study, struct error *err);
void study_free(struct study *study);

#endif
