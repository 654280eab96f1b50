/* Starts the actions of a scenario, each at a time or when the traffic has progressed so far. */
#ifndef TOESIM_SIM_DIRECTOR_H
#define TOESIM_SIM_DIRECTOR_H

#include "models/base/stage.h"
#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the director needs from the system; the testbed implements it. */
struct director_ops {
    void (*act)(void *self, const struct sim_action *action, uint64_t now_ps);
    uint32_t (*progress_permille)(void *self);
    void *self;
};

struct director; /* opaque */

/* config and waker are kept. */
struct director *director_create(const struct sim_config *config, struct director_ops ops,
                                 const struct waker *waker);
void director_destroy(struct director *director);
struct stage director_stage(struct director *director, const char *name);

/* Call this when the traffic may have progressed. The call is cheap if no action waits for progress. */
void director_on_progress(struct director *director, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
