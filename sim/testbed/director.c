#include "sim/testbed/director.h"

#include <assert.h>
#include <stdlib.h>

struct pending {
    uint64_t due_ps;     /* TIME_NEVER if the action waits for progress or is done */
    uint32_t times_left; /* 0 with every_ps means without end */
    bool waits_for_progress;
};

struct director {
    const struct sim_config *config;
    struct director_ops ops;
    const struct waker *waker;
    size_t waiting; /* the number of actions that wait for progress */
    bool check_progress;
    struct pending pending[SIM_ACTIONS_MAX];
};

struct director *director_create(const struct sim_config *config, struct director_ops ops,
                                 const struct waker *waker)
{
    struct director *director = calloc(1, sizeof *director);
    if (!director)
        return NULL;
    director->config = config;
    director->ops = ops;
    director->waker = waker;
    for (size_t i = 0; i < config->action_count; i++) {
        const struct sim_action *action = &config->actions[i];
        struct pending *p = &director->pending[i];
        p->waits_for_progress = action->by_progress;
        p->due_ps = action->by_progress ? TIME_NEVER : action->at_ps;
        p->times_left = action->every_ps ? action->count : 1;
        director->waiting += action->by_progress;
    }
    return director;
}

void director_destroy(struct director *director) { free(director); }

static void start_reached(struct director *director, uint64_t now_ps)
{
    uint32_t progress = director->ops.progress_permille(director->ops.self);
    for (size_t i = 0; i < director->config->action_count; i++) {
        struct pending *p = &director->pending[i];
        if (!p->waits_for_progress || progress < director->config->actions[i].at_permille)
            continue;
        p->waits_for_progress = false;
        p->due_ps = now_ps;
        director->waiting--;
    }
}

static void act_and_repeat(struct director *director, size_t i, uint64_t now_ps)
{
    const struct sim_action *action = &director->config->actions[i];
    struct pending *p = &director->pending[i];
    director->ops.act(director->ops.self, action, now_ps);
    bool last = !action->every_ps || (action->count && p->times_left == 1);
    if (action->count && p->times_left)
        p->times_left--;
    p->due_ps = last ? TIME_NEVER : p->due_ps + action->every_ps;
}

static void director_run(void *self, uint64_t now_ps)
{
    struct director *director = self;
    if (director->check_progress) {
        director->check_progress = false;
        start_reached(director, now_ps);
    }
    for (size_t i = 0; i < director->config->action_count; i++)
        if (director->pending[i].due_ps <= now_ps)
            act_and_repeat(director, i, now_ps);
}

static uint64_t director_next_ps(const void *self)
{
    const struct director *director = self;
    if (director->check_progress)
        return 0;
    uint64_t next = TIME_NEVER;
    for (size_t i = 0; i < director->config->action_count; i++)
        next = u64_min(next, director->pending[i].due_ps);
    return next;
}

struct stage director_stage(struct director *director, const char *name)
{
    return (struct stage){name, director, director_run, director_next_ps};
}

void director_on_progress(struct director *director, uint64_t now_ps)
{
    if (!director->waiting || director->check_progress)
        return;
    director->check_progress = true;
    waker_wake(director->waker, now_ps);
}
