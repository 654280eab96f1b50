#include "sim/race/race_moment.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFSETS_MAX UINT64_C(1000000)

/* Returns the field with this number, from 0, in a line of moves.csv, whose fields need no quotes; null if the line is
 * shorter. *len is its length. */
static const char *field_of(const char *line, int number, size_t *len)
{
    for (; number > 0; number--) {
        line = strchr(line, ',');
        if (!line)
            return NULL;
        line++;
    }
    *len = strcspn(line, ",\n");
    return line;
}

/* Returns the number of the column with this name, or -1. */
static int column_of(const char *header, const char *name)
{
    size_t len = 0;
    const char *field;
    for (int i = 0; (field = field_of(header, i, &len)) != NULL; i++)
        if (strlen(name) == len && strncmp(field, name, len) == 0)
            return i;
    return -1;
}

static enum status find_in(FILE *file, const char *path, const struct sim_race *race,
                           uint64_t *time_ps, struct error *err)
{
    static const char *const marks[] = {
        [RACE_AT_MOVE] = "t0_ps", [RACE_AT_FROZEN] = "t5_ps", [RACE_AT_ACTIVE] = "t10_ps"};
    char *line = NULL;
    size_t size = 0, len = 0;
    uint32_t moves = 0;
    int kind = -1, mark = -1;
    bool found = false;
    if (getline(&line, &size, file) > 0) {
        kind = column_of(line, "kind");
        mark = column_of(line, marks[race->at]);
    }
    while (!found && kind >= 0 && mark >= 0 && getline(&line, &size, file) > 0) {
        const char *field = field_of(line, kind, &len);
        moves += field && len == 4 && strncmp(field, "move", len) == 0;
        if (moves != race->move)
            continue;
        field = field_of(line, mark, &len);
        *time_ps = field ? strtoull(field, NULL, 10) : 0;
        found = true;
    }
    free(line);
    if (kind < 0 || mark < 0)
        return error_set(err, STATUS_ENVIRONMENT, "%s: has not the columns of moves.csv", path);
    if (!found)
        return error_set(err, STATUS_BAD_INPUT,
                         "race.move: there is no move %" PRIu32
                         "; without the frame the scenario has %" PRIu32
                         " moves from NIC to NIC (%s)",
                         race->move, moves, path);
    if (*time_ps == 0)
        return error_set(err, STATUS_BAD_INPUT,
                         "race.at: move %" PRIu32 " has no mark %s; write another moment (%s)",
                         race->move, marks[race->at], path);
    return STATUS_OK;
}

enum status race_moment_find(const char *place, const struct sim_race *race, uint64_t *time_ps,
                             struct error *err)
{
    char path[SIM_PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/moves.csv", place);
    FILE *file = fopen(path, "r");
    if (!file)
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
    enum status status = find_in(file, path, race, time_ps, err);
    (void)fclose(file);
    return status;
}

enum status race_moment_times(const struct sim_race *race, uint64_t moment_ps,
                              struct race_times *times, struct error *err)
{
    assert(race->from_ps <= race->to_ps && race->step_ps > 0);
    uint64_t span_ps = (uint64_t)race->to_ps - (uint64_t)race->from_ps;
    times->count = span_ps / race->step_ps + 1;
    times->step_ps = race->step_ps;
    times->first_ps = moment_ps + (uint64_t)race->from_ps;
    if (times->count > OFFSETS_MAX)
        return error_set(err, STATUS_BAD_INPUT,
                         "race.step: %" PRIu64 " offsets are too many; write a longer step, "
                         "or a shorter range (at most %" PRIu64 ")",
                         times->count, OFFSETS_MAX);
    if (race->from_ps < 0 && moment_ps <= (uint64_t)-race->from_ps)
        return error_set(err, STATUS_BAD_INPUT,
                         "race.from: is before the run begins; write a later offset");
    return STATUS_OK;
}
