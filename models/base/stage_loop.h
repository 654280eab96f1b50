/* Runs stages without SystemC, in time order and then in order of addition: for tests and benches. */
#ifndef TOESIM_BASE_STAGE_LOOP_H
#define TOESIM_BASE_STAGE_LOOP_H

#include "models/base/stage.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { STAGE_LOOP_MAX = 32 };

struct stage_loop {
    uint64_t now_ps;
    size_t count;
    struct stage stages[STAGE_LOOP_MAX];
};

void stage_loop_init(struct stage_loop *loop);

/* Adds a stage (copied). The loop asks next_ps() of all before each step, so wakers may be null. */
void stage_loop_add(struct stage_loop *loop, struct stage stage);

/* Advances to the next event at or before `limit_ps` and runs what is due. Returns false if nothing was
 * due; then now_ps is limit_ps. */
bool stage_loop_step(struct stage_loop *loop, uint64_t limit_ps);

/* Runs until limit_ps. */
void stage_loop_run(struct stage_loop *loop, uint64_t limit_ps);

#ifdef __cplusplus
}
#endif

#endif
