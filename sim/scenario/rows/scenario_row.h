/*
 * Macros for rows of the table of scenario keys (struct scenario_key). Only the files that hold rows include this header.
 */
#ifndef TOESIM_SIM_SCENARIO_ROW_H
#define TOESIM_SIM_SCENARIO_ROW_H

#include "models/base/scenario_key.h"
#include "models/base/units.h"
#include "sim/scenario/config.h"

#define U8_LIMIT UINT64_C(255)
#define U16_LIMIT UINT64_C(65535)
#define U32_LIMIT UINT64_C(4294967295)
#define KIB UINT64_C(1024)
#define MIB (UINT64_C(1024) * KIB)
#define GIB (UINT64_C(1024) * MIB)
#define GBPS UINT64_C(1000000000)
#define TIME_LIMIT ((uint64_t)INT64_MAX)
#define CLOCK_OFFSET_LIMIT (UINT64_C(1000000) * PS_PER_S)

#define FIELD(f) offsetof(struct sim_config, f), sizeof(((struct sim_config *)0)->f)
#define NOWHERE 0, 0
#define ITEM(f) offsetof(struct sim_action, f), sizeof(((struct sim_action *)0)->f)

/* Each key has one row. The macros for times take the tick of the field, and the others take the
 * numbers of their unit. */
#define ROW(path, type, rule, min, max, place, tick, names, doc)                                   \
    {                                                                                              \
        path, type, SCENARIO_RULE_##rule, min, max, place, tick, names, doc                        \
    }
#define TIME(path, f, min, max, doc)                                                               \
    ROW(path, SCENARIO_TIME, NONE, min, max, FIELD(f), 1, NULL, doc)
#define TIME_US(path, f, min, max, doc)                                                            \
    ROW(path, SCENARIO_TIME, NONE, (min)*PS_PER_US, (max)*PS_PER_US, FIELD(f), PS_PER_US, NULL, doc)
#define TIME_MS(path, f, min, max, doc)                                                            \
    ROW(path, SCENARIO_TIME, NONE, (min)*PS_PER_MS, (max)*PS_PER_MS, FIELD(f), PS_PER_MS, NULL, doc)
#define OFFSET(path, f, max, doc) ROW(path, SCENARIO_OFFSET, NONE, 0, max, FIELD(f), 1, NULL, doc)
#define DRIFT(path, f, max, doc) ROW(path, SCENARIO_DRIFT, NONE, 0, max, FIELD(f), 1, NULL, doc)
#define SIZE(path, f, rule, min, max, doc)                                                         \
    ROW(path, SCENARIO_SIZE, rule, min, max, FIELD(f), 1, NULL, doc)
#define COUNT(path, f, min, max, doc)                                                              \
    ROW(path, SCENARIO_COUNT, NONE, min, max, FIELD(f), 1, NULL, doc)
#define POW2(path, f, min, max, doc)                                                               \
    ROW(path, SCENARIO_COUNT, POW2, min, max, FIELD(f), 1, NULL, doc)
#define LOG2(path, f, min, max, doc)                                                               \
    ROW(path, SCENARIO_LOG2, POW2, min, max, FIELD(f), 1, NULL, doc)
#define RATE(path, f, rule, min, max, doc)                                                         \
    ROW(path, SCENARIO_RATE, rule, min, max, FIELD(f), 1, NULL, doc)
#define BOOL(path, f, doc) ROW(path, SCENARIO_BOOL, NONE, 0, 1, FIELD(f), 1, NULL, doc)
#define ENUM(path, f, names, doc) ROW(path, SCENARIO_ENUM, NONE, 0, 0, FIELD(f), 1, names, doc)
/* A key of nics.* that has the same value for both NICs. */
#define BOTH(path, type, f, min, max, names, doc)                                                  \
    ROW(path, SCENARIO_##type, BOTH_NICS, min, max, FIELD(f), 1, names, doc)
#define TEXT(path, type, f, doc) ROW(path, type, NONE, 0, 0, FIELD(f), 1, NULL, doc)

#endif
