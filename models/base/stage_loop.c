#include "models/base/stage_loop.h"

#include <assert.h>

void stage_loop_init(struct stage_loop *loop)
{
    loop->now_ps = 0;
    loop->count = 0;
}

void stage_loop_add(struct stage_loop *loop, struct stage stage)
{
    assert(loop->count < STAGE_LOOP_MAX);
    assert(stage.run && stage.next_ps);
    loop->stages[loop->count++] = stage;
}

bool stage_loop_step(struct stage_loop *loop, uint64_t limit_ps)
{
    uint64_t next = TIME_NEVER;
    for (size_t i = 0; i < loop->count; i++)
        next = u64_min(next, loop->stages[i].next_ps(loop->stages[i].self));
    if (next > limit_ps) {
        loop->now_ps = u64_max(loop->now_ps, limit_ps);
        return false;
    }
    loop->now_ps = u64_max(loop->now_ps, next);
    for (size_t i = 0; i < loop->count; i++) {
        struct stage *stage = &loop->stages[i];
        if (stage->next_ps(stage->self) <= loop->now_ps)
            stage->run(stage->self, loop->now_ps);
    }
    return true;
}

void stage_loop_run(struct stage_loop *loop, uint64_t limit_ps)
{
    while (stage_loop_step(loop, limit_ps))
        ;
}
