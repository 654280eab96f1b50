#include "sim/sweep/sweep_floor.h"

#include "host-sw/mechanism/mechanism_table.h"
#include "sim/floor/move_floor.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = MOVE_FLOOR_PHASES + 2, NAME_MAX_BYTES = 32 };

/* Writes the name of a value: those of the phases, then reload and blackout. */
static void name_of(unsigned value, char name[NAME_MAX_BYTES])
{
    assert(value < VALUES);
    (void)snprintf(name, NAME_MAX_BYTES, "%s_ns",
                   value < MOVE_FLOOR_PHASES    ? move_floor_phase_name(value)
                   : value == MOVE_FLOOR_PHASES ? "reload"
                                                : "blackout");
}

static uint64_t value_of(const struct move_floor *floor, unsigned value)
{
    if (value < MOVE_FLOOR_PHASES)
        return floor->phase_ps[value];
    return value == MOVE_FLOOR_PHASES ? floor->reload_ps : floor->blackout_ps;
}

bool sweep_floor_is_key(const char *key)
{
    static const char prefix[] = "floor.";
    if (strncmp(key, prefix, sizeof prefix - 1) != 0)
        return false;
    for (unsigned i = 0; i < VALUES; i++) {
        char name[NAME_MAX_BYTES];
        name_of(i, name);
        if (strcmp(key + sizeof prefix - 1, name) == 0)
            return true;
    }
    return false;
}

void sweep_floor_add(json_t *stats, const char *folder)
{
    struct sim_config *config = move_floor_config(folder);
    const char *mechanism = config ? mechanism_table[config->team.mechanism]->name : "";
    struct move_floor to[2];
    if (stats && config && move_floor(config, mechanism, 0, &to[0]) &&
        move_floor(config, mechanism, 1, &to[1])) {
        json_t *floor = json_object();
        for (unsigned i = 0; i < VALUES; i++) {
            char name[NAME_MAX_BYTES];
            uint64_t a = value_of(&to[0], i), b = value_of(&to[1], i);
            name_of(i, name);
            (void)json_object_set_new(floor, name,
                                      json_integer((json_int_t)((a < b ? a : b) / PS_PER_NS)));
        }
        (void)json_object_set_new(stats, "floor", floor);
    }
    free(config);
}
