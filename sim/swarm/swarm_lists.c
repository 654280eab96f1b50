#include "sim/swarm/swarm_lists.h"

#include "sim/action/action_table.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/swarm/swarm_draw.h"
#include "sim/swarm/swarm_pvt.h"

#include <stdio.h>
#include <string.h>

enum { FAULTS_MAX = 3, ODDS = 2, PATH_BYTES = 64 };

/* Draws one key of the item `list[index]`. */
static void draw(struct swarm_drawing *d, const char *list, size_t index, const char *name)
{
    char general[PATH_BYTES], path[PATH_BYTES];
    (void)snprintf(general, sizeof general, "%s[].%s", list, name);
    (void)snprintf(path, sizeof path, "%s[%zu].%s", list, index, name);
    swarm_draw_key(d, scenario_table_find(general), path);
}

static void draw_now_and_then(struct swarm_drawing *d, const char *list, size_t index,
                              const char *name)
{
    if (swarm_chance(d, ODDS))
        draw(d, list, index, name);
}

static void draw_repetition(struct swarm_drawing *d, const char *list, size_t index)
{
    draw(d, list, index, "every");
    draw(d, list, index, "count");
}

static void draw_line_fault(struct swarm_drawing *d, size_t index, unsigned keys)
{
    static const char list[] = "faults";
    draw(d, list, index, "link");
    draw_now_and_then(d, list, index, "direction");
    draw(d, list, index, swarm_chance(d, 2) ? "rate" : "frames");
    draw_now_and_then(d, list, index, "lasting");
    draw_now_and_then(d, list, index, "at");
    if (keys & ACTION_KEY_BEHIND)
        draw_now_and_then(d, list, index, "behind");
    /* A jitter needs a delay to be given too, whereas reordering has a default. */
    bool has_jitter = (keys & ACTION_KEY_JITTER) != 0;
    if (has_jitter || ((keys & ACTION_KEY_DELAY) && swarm_chance(d, 2)))
        draw(d, list, index, "delay");
    if (has_jitter)
        draw_now_and_then(d, list, index, "jitter");
}

static void draw_ctx_error(struct swarm_drawing *d, size_t index)
{
    static const char list[] = "faults";
    draw(d, list, index, "connection");
    draw(d, list, index, "bit");
    if (swarm_chance(d, 3))
        draw(d, list, index, "array");
    else
        draw_now_and_then(d, list, index, "line");
}

static void draw_fault(struct swarm_drawing *d, size_t index)
{
    static const char list[] = "faults";
    const char *action = swarm_pick(d, scenario_table_find("faults[].action")->names);
    const struct action_kind *kind = action_find(ACTION_LIST_FAULTS, action);
    swarm_set(d, "faults[%zu].action=%s", index, action);
    d->scenario->may_damage |= (kind->flags & ACTION_MAY_DAMAGE) != 0;
    d->scenario->may_stall |= (kind->flags & ACTION_MAY_STALL) != 0;
    if (kind->keys & ACTION_KEY_LINK) {
        draw_line_fault(d, index, kind->keys);
        return;
    }
    draw(d, list, index, "at");
    if (kind->keys & ACTION_KEY_ARRAY)
        draw_ctx_error(d, index);
    else if (kind->keys & ACTION_KEY_CONNECTION)
        draw_now_and_then(d, list, index, "connection");
    else
        draw(d, list, index, "nic");
    if (swarm_chance(d, ODDS))
        draw_repetition(d, list, index);
}

void swarm_draw_faults(struct swarm_drawing *d)
{
    for (size_t i = 0; i < FAULTS_MAX && swarm_chance(d, 2); i++)
        draw_fault(d, i);
}

void swarm_draw_rehash(struct swarm_drawing *d)
{
    static const char list[] = "switch.rehash";
    const char *action = swarm_pick(d, scenario_table_find("switch.rehash[].action")->names);
    swarm_set(d, "switch.rehash[0].action=%s", action);
    draw(d, list, 0, "at");
    if (strcmp(action, "assign") == 0) {
        draw(d, list, 0, "connection");
        draw(d, list, 0, "nic");
    }
    if (swarm_chance(d, ODDS))
        draw_repetition(d, list, 0);
}
