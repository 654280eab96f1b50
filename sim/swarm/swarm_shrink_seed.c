#include "sim/swarm/swarm_shrink_seed.h"

#include "sim/cli/cli_command.h"
#include "sim/swarm/swarm_shrink.h"
#include "sim/swarm/swarm_shrink_write.h"

#include <inttypes.h>
#include <unistd.h>

struct seed_test {
    uint64_t seed;
    const char *place, *why;
    bool first_only; /* the first run shows the failure */
};

static bool seed_fails(void *self, const struct swarm_scenario *scenario)
{
    const struct seed_test *t = self;
    char why[SWARM_WHY_MAX];
    bool was_first;
    bool good = swarm_try_scenario(t->seed, scenario, t->place, t->first_only, &was_first, why);
    return !good && swarm_same_failure(why, t->why);
}

bool swarm_shrink_seed(uint64_t seed, const struct swarm_captures *captures, const char *place,
                       char text[SWARM_WHY_MAX])
{
    static struct swarm_scenario scenario;
    struct error err;
    char folder[SIM_PATH_MAX], path[SIM_PATH_MAX + 64], why[SWARM_WHY_MAX];
    (void)snprintf(folder, sizeof folder, "%.900s/%" PRIu64 ".shrink", place, seed);
    (void)snprintf(path, sizeof path, "%.900s/%" PRIu64 ".min.yaml", place, seed);
    struct seed_test t = {.seed = seed, .place = folder, .why = why};
    const struct swarm_shrink_test test = {seed_fails, &t};
    if (!cli_make_folder(folder) || swarm_draw(seed, captures, &scenario, &err) != STATUS_OK) {
        (void)snprintf(text, SWARM_WHY_MAX, "%.900s cannot be made", folder);
        return false;
    }
    bool fails = !swarm_try_scenario(seed, &scenario, folder, false, &t.first_only, why);
    size_t before = scenario.set_count;
    unsigned tried = fails ? swarm_shrink(&scenario, &test) : 0;
    bool wrote = fails && swarm_shrink_write(&scenario, path);
    swarm_remove_trial(seed, folder);
    (void)rmdir(folder);
    if (wrote)
        (void)snprintf(text, SWARM_WHY_MAX, "%.900s: %zu of %zu settings are left, %u tried", path,
                       scenario.set_count, before, tried);
    else if (fails)
        (void)snprintf(text, SWARM_WHY_MAX, "%.900s cannot be written", path);
    else
        (void)snprintf(text, SWARM_WHY_MAX, "the failure did not come again");
    return wrote;
}
