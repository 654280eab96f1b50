/* Draws a random scenario from a seed: keys of the scenario table, traffic, faults, a signal. */
#ifndef TOESIM_SIM_SWARM_DRAW_H
#define TOESIM_SIM_SWARM_DRAW_H

#include "models/base/status.h"
#include "sim/scenario/config.h"

struct scenario_key;
struct swarm_drawing; /* swarm_pvt.h */

enum { SWARM_SETS_MAX = 320, SWARM_SET_BYTES = 320 };

struct swarm_scenario {
    struct sim_config config;
    bool is_cut;     /* the duration may end before the traffic does */
    bool may_stall;  /* something was drawn that may stop conversations, such as a dead link */
    bool may_damage; /* something was drawn that ends them too early, such as a NIC that fails */
    int signal;      /* sent to one more run; 0: there is no such run */
    unsigned signal_permille; /* of the processor time that the undisturbed run took */
    bool looks;               /* one more run has its outputs the other way round */
    size_t set_count; /* what was drawn and fits: "key=value", a later one of the same key wins */
    char sets[SWARM_SETS_MAX][SWARM_SET_BYTES];
};

/* Files to replay, borrowed. Without any there are only generated clients. */
struct swarm_captures {
    const char *const *paths; /* in a fixed order, since the seed chooses by number */
    size_t count;
};

/*
 * Draws the scenario of a seed, below 2^63. Each key of the scenario table is drawn now and then, by its
 * rule (swarm_rules.h) or its row, so a new key needs no change here; keys that do not fit the others are
 * left out again. The same seed and captures give the same scenario. STATUS_OK, or err says what
 * could not be left out, which is a bug of the drawing.
 */
enum status swarm_draw(uint64_t seed, const struct swarm_captures *captures,
                       struct swarm_scenario *scenario, struct error *err);

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

#endif
