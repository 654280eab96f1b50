/* Shared by the files that draw a scenario. */
#ifndef TOESIM_SIM_SWARM_PVT_H
#define TOESIM_SIM_SWARM_PVT_H

#include "models/base/rng.h"
#include "sim/scenario_table.h"
#include "sim/swarm_draw.h"

struct swarm_drawing {
    struct rng rng;
    struct swarm_scenario *scenario;
};

/* True once in `odds` times. */
bool swarm_chance(struct swarm_drawing *drawing, uint32_t odds);

/* One of the words, which are null-terminated; null without any. */
const char *swarm_pick(struct swarm_drawing *drawing, const char *const *words);

/* Adds "key=value" to the scenario. */
void swarm_set(struct swarm_drawing *drawing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Draws a value of the key and sets it at `path`, which differs from the key's own in a list. A key
 * that is not drawn (swarm_rules.h) gets none. */
void swarm_draw_key(struct swarm_drawing *drawing, const struct scenario_key *key,
                    const char *path);

/* Draws up to three faults. */
void swarm_draw_faults(struct swarm_drawing *drawing);

/* Draws one rehash. */
void swarm_draw_rehash(struct swarm_drawing *drawing);

#endif
